"""What is installed where Dateline runs: every package pinned, by hashes, under a licence that lets it be passed on."""

from __future__ import annotations

import re
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tools import shipped

ROOT = Path(__file__).parent.parent
LICENCES = {
    *("0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "CNRI-Python", "ISC", "MIT", "PSF-2.0", "Zlib"),
    *("MPL-1.1", "MPL-2.0"),  # bind who changes the files of those packages, and nobody does
}
NO_PACKAGES = {"GeoNames", "Dateline Serif"}
SYSTEMS = [
    {
        "python_version": f"3.{minor}",
        "python_full_version": f"3.{minor}.4",
        "sys_platform": system.lower(),
        "platform_system": system,
        "platform_machine": machine,
        "extra": "",
    }
    for minor in (11, 12, 13, 14)
    for system, machine in (("Linux", "x86_64"), ("Linux", "aarch64"), ("Darwin", "arm64"))
]


def pins(file: str) -> dict[str, str]:
    text = (ROOT / file).read_text(encoding="utf-8")
    return {canonicalize_name(name): version for name, version in re.findall(r"^([\w.-]+)==(\S+)", text, re.MULTILINE)}


def needed(name: str, extras: frozenset[str], system: dict[str, str], known: dict[str, frozenset[str]]) -> None:
    """Adds to `known` what `name` needs there, and what that needs, as far as the packages of this system tell."""
    try:
        requires = map(Requirement, distribution(name).requires or ())
    except PackageNotFoundError:
        return
    for each in requires:
        given = [{**system, "extra": extra} for extra in ("", *extras)]
        if each.marker is not None and not any(each.marker.evaluate(environment) for environment in given):
            continue
        inner, wanted = canonicalize_name(each.name), frozenset(each.extras)
        if inner not in known or not wanted <= known[inner]:
            known[inner] = known.get(inner, frozenset()) | wanted
            needed(inner, known[inner], system, known)


@pytest.mark.parametrize("system", SYSTEMS, ids=lambda each: "-".join(list(each.values())[1:5:2]))
@pytest.mark.parametrize(("file", "extras"), [("requirements.txt", ()), ("requirements-cluster.txt", ("cluster",))])
def test_all_that_is_needed_is_pinned(system: dict[str, str], file: str, extras: tuple[str, ...]) -> None:
    known: dict[str, frozenset[str]] = {}
    needed("dateline", frozenset(extras), system, known)
    assert "spacy" in known
    assert ("psycopg" in known) == ("cluster" in extras)
    assert known.keys() - pins(file).keys() == set()


def test_what_builds_the_wheel_is_pinned() -> None:
    known: dict[str, frozenset[str]] = {"hatchling": frozenset()}
    needed("hatchling", frozenset(), SYSTEMS[0], known)
    assert known.keys() <= pins("requirements-build.txt").keys()


@pytest.mark.parametrize("file", ["requirements.txt", "requirements-cluster.txt", "requirements-build.txt"])
def test_every_pin_has_hashes_and_the_version_that_was_tested(file: str) -> None:
    text = (ROOT / file).read_text(encoding="utf-8")
    entries = re.findall(r"^[a-z].*(?:\n .*)*", text, re.MULTILINE)
    assert len(entries) == len(pins(file)) > 5
    assert [entry for entry in entries if not re.search(r"--hash=sha256:[0-9a-f]{64}", entry)] == []
    tested = pins("constraints.txt")
    # `pip freeze` leaves setuptools out, and there is no Windows to freeze colorama on.
    untested = {name for name, version in pins(file).items() if tested.get(name) != version}
    assert untested <= {"setuptools", "colorama"}
    assert "://" not in text


def test_what_is_shipped_may_be_passed_on() -> None:
    for package in shipped.packages():
        choices = [set(re.split(r"[\s()]+", choice)) - {"AND", ""} for choice in package.licence.split(" OR ")]
        assert any(named <= LICENCES for named in choices), f"{package.name}: {package.licence}"


def test_the_licences_are_listed() -> None:
    listed = (ROOT / "docs/licences.md").read_text(encoding="utf-8")
    lines = shipped.table().splitlines()
    assert len(lines) > 50
    assert [line for line in lines if line not in listed] == []


def test_the_bill_of_materials_is_one() -> None:
    bill = shipped.bill_of_materials()
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(shipped.as_json(bill)) is None
    components = {each["name"]: each for each in bill["components"]}
    assert {each.name for each in shipped.packages()} == components.keys() - NO_PACKAGES
    assert components["Dateline Serif"]["licenses"] == [{"expression": "OFL-1.1"}]
    assert components["GeoNames"]["licenses"] == [{"expression": "CC-BY-4.0"}]
    assert components["whoosh"]["version"] == "2.7.4"
    assert all(each["externalReferences"][0]["hashes"] for name, each in components.items() if name not in NO_PACKAGES)
    references = {"dateline", *(each["bom-ref"] for each in components.values())}
    assert {needed for each in bill["dependencies"] for needed in (each["ref"], *each["dependsOn"])} == references


def test_the_typeface_comes_with_its_licence() -> None:
    folder = ROOT / "app/web/static"
    assert {each.stem for each in folder.glob("*.woff2")} == {"dateline-serif"}
    assert "SIL OPEN FONT LICENSE" in (folder / "dateline-serif.txt").read_text(encoding="utf-8")
    assert "`app/web/static/dateline-serif.woff2`" in (ROOT / "docs/licences.md").read_text(encoding="utf-8")
