"""What the documents say of names, numbers and examples is what the code does."""

import re
import shlex
import urllib.parse
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from app import cli
from app.api.app import create_api
from app.archive import open_archive
from app.cli.command import EXIT_CODES, EXIT_DISK, EXIT_HELP, EXIT_INTERRUPTED, EXIT_REJECTED, EXIT_TERMINATED
from app.ingest.formats import FORMATS
from app.ingest.pipeline import ingest
from app.ingest.readers import Opened, Record, read
from app.search import query
from app.settings import Settings
from tests.served import serve

ROOT = Path(__file__).parent.parent
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])


def _section(document: str, title: str) -> str:
    text = (ROOT / document).read_text(encoding="utf-8")
    return text.split(f"\n## {title}\n", 1)[1].split("\n## ", 1)[0]


def _first_cells(section: str) -> list[str]:
    return re.findall(r"^\| `?([^|`]+?)`? \|", section, re.MULTILINE)


def _examples() -> Iterator[str]:
    text = (ROOT / "docs/grammar.md").read_text(encoding="utf-8").split("\n## Limits\n")[0]
    yield from re.findall(r"^\| `([^`]+)` \|", text, re.MULTILINE)


def _example_files() -> Iterator[tuple[str, str, str]]:
    """Format, name and content of the files that are shown whole."""
    text = (ROOT / "docs/formats.md").read_text(encoding="utf-8")
    for section in text.split("\n## ")[1:]:
        for name, example in re.findall(r"^``` (\S+)\n(.*?)^```$", section, re.MULTILINE | re.DOTALL):
            yield section.split("\n", 1)[0], name, example


def test_settings_are_all_described_with_their_defaults() -> None:
    rows = re.findall(r"^\| `DATELINE_(\w+)` \| `(.*?)` \|", _section("docs/operations.md", "Settings"), re.MULTILINE)
    defaults = {name: field.default for name, field in Settings.model_fields.items()}
    assert {name.lower(): default for name, default in rows} == {
        name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in defaults.items()
    }


def test_exit_codes_are_all_described() -> None:
    described = {int(cell) for cell in _first_cells(_section("docs/operations.md", "Exit codes")) if cell.isdigit()}
    used = {code for _, code in EXIT_CODES} | {0, EXIT_REJECTED, EXIT_DISK, EXIT_INTERRUPTED, EXIT_TERMINATED}
    assert described == used
    assert all(re.search(rf"\b{code}\b", EXIT_HELP) for code in used)


def test_every_format_is_in_the_table_and_has_a_section() -> None:
    text = (ROOT / "docs/formats.md").read_text(encoding="utf-8")
    assert sorted(re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE)) == sorted(FORMATS)
    assert sorted(re.findall(r"^## (\w+)$", text, re.MULTILINE)) == sorted(FORMATS)


@pytest.mark.parametrize(("format", "name", "example"), list(_example_files()))
def test_an_example_of_a_format_is_read_as_that_format(tmp_path: Path, format: str, name: str, example: str) -> None:
    (tmp_path / name).write_text(example, encoding="utf-8")
    with Opened(tmp_path / name) as stream:
        found = list(read(stream, tmp_path / name))
    assert found
    assert {as_format for as_format, _ in found} == {format}
    assert all(isinstance(record, Record) for _, record in found)


def test_limits_of_a_query_are_those_of_the_code() -> None:
    numbers = re.findall(r"^\| [^|]+ \| ([\d,]+) \|", _section("docs/grammar.md", "Limits"), re.MULTILINE)
    assert [int(number.replace(",", "")) for number in numbers] == [
        query.MAX_CHARACTERS,
        query.MAX_LEAVES,
        query.MAX_DEPTH,
        query.MAX_FUZZY,
        query.MAX_SLOP,
        query.MAX_EXPANSION,
    ]


def test_every_warning_and_limit_code_is_described() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "app/search").rglob("*.py"))
    codes = set(re.findall(r'(?:_warn|QueryTooComplex)\(\s*"([a-z_]+)"', source))
    text = (ROOT / "docs/grammar.md").read_text(encoding="utf-8")
    assert codes
    assert [code for code in sorted(codes) if f"`{code}`" not in text] == []


@pytest.mark.parametrize("example", list(_examples()))
def test_an_example_of_the_grammar_is_read_without_a_warning(example: str) -> None:
    parsed = query.parse(example)
    assert parsed.clause is not None
    assert parsed.warnings == ()
    assert query.parse(parsed.interpreted).clause == parsed.clause


def test_the_examples_of_the_grammar_find_something_in_the_seeds(tmp_path: Path) -> None:
    runner, folder = CliRunner(), ["--data-dir", str(tmp_path)]
    assert runner.invoke(cli.app, ["ingest", str(ROOT / "seeds"), "--skip-entities", *folder]).exit_code == 0
    for example in _examples():
        found = runner.invoke(cli.app, ["search", "--json", *folder, "--", example])
        assert '"relaxed": false' in found.stdout, example
        assert '"total": 0,' not in found.stdout, example


@pytest.fixture(scope="module")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    settings = Settings(data_dir=tmp_path_factory.mktemp("seeds"), ingest_workers=1)
    with open_archive(settings) as archive:
        ingest([ROOT / "seeds"], archive)
    with serve(create_api(settings)) as client:
        client.headers["Host"] = "localhost:8000"
        yield client


def _curl(command: str) -> str:
    """The address that a curl command of the README asks."""
    words = iter(shlex.split(command)[1:])
    pairs, address = [], ""
    for word in words:
        if word in ("-d", "--data-urlencode"):
            name, _, value = next(words).partition("=")
            pairs.append((name, urllib.parse.quote(value, safe="+")))
        elif not word.startswith("-"):
            address = word
    return address.removeprefix("localhost:8000") + "?" + "&".join(f"{name}={value}" for name, value in pairs)


_SHOWN = re.findall(r"^\$ (curl .+)\n([^`]+)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.parametrize(("command", "shown"), _SHOWN, ids=[command for command, _ in _SHOWN])
def test_the_readme_shows_what_the_seeds_answer(seeds: httpx.Client, command: str, shown: str) -> None:
    given = "".join(seeds.get(_curl(command)).text.split())
    fragments = [fragment.strip(",{}[]") for fragment in "".join(shown.split()).split("...")]
    assert [fragment for fragment in fragments if fragment not in given] == []


def test_the_readme_has_five_of_them() -> None:
    assert len(_SHOWN) == 5


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_between_documents_lead_somewhere(document: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", document.read_text(encoding="utf-8"))
    assert [link for link in links if not (document.parent / link).exists()] == []


def test_every_decision_is_listed() -> None:
    listed = re.findall(r"\]\((\d{4}-\S+\.md)\)", (ROOT / "docs/adr/README.md").read_text(encoding="utf-8"))
    assert listed == sorted(path.name for path in (ROOT / "docs/adr").glob("0*.md"))


def test_what_shows_that_it_is_secure_is_there() -> None:
    rows = re.findall(r"^\| \d+ .*$", (ROOT / "SECURITY.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert len(rows) == 10
    for row in rows:
        files = re.findall(r"`(tests/[^`]+)`", row)
        assert files, row
        text = "".join((ROOT / file).read_text(encoding="utf-8") for file in files)
        assert [name for name in re.findall(r"`(test_\w+)`", row) if f"def {name}(" not in text] == []
