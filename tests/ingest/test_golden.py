"""Each format by files of its own, broken records among them: what is read, and what is refused and why.

A golden file says it all; after a change on purpose, `python -m tests.ingest.test_golden` writes them again.
"""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from app.ingest.draft import Draft
from app.ingest.reading import Reading
from app.ingest.report import Tally
from app.ingest.walk import walk
from app.store.rejections import Refusal

GOLDEN = Path(__file__).parent / "golden"
SAMPLES = sorted(path.name for path in GOLDEN.iterdir() if not path.name.endswith(".expected.json"))


def read(path: Path) -> list[dict[str, Any]]:
    reading = Reading(list(walk([path])), source=None, format=None, tally=Tally())
    return [shown(incoming) for incoming in reading if isinstance(incoming, Draft | Refusal)]


def shown(incoming: Draft | Refusal) -> dict[str, Any]:
    if isinstance(incoming, Refusal):
        return {"record": incoming.record, "offset": incoming.offset, "rejected": incoming.reason}
    fields = ("id", "external_id", "headline", "body", "date", "dateline", "source", "url", "language")
    present = {name: value for name in fields if (value := getattr(incoming, name)) is not None}
    return {
        "record": incoming.record.number,
        "offset": incoming.record.offset,
        **present,
        "authors": [*incoming.authors],
    }


def expected(sample: str) -> Any:
    return json.loads((GOLDEN / f"{sample}.expected.json").read_text(encoding="utf-8"))


def without_offsets(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{name: value for name, value in record.items() if name != "offset"} for record in records]


@pytest.mark.parametrize("sample", SAMPLES)
def test_sample(sample: str) -> None:
    assert read(GOLDEN / sample) == expected(sample)


@pytest.mark.parametrize("sample", SAMPLES)
def test_packed_sample_is_the_same_down_to_the_ids(sample: str, tmp_path: Path) -> None:
    packed = tmp_path / f"{sample}.gz"
    packed.write_bytes(gzip.compress((GOLDEN / sample).read_bytes()))
    assert read(packed) == expected(sample)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
@pytest.mark.parametrize("sample", SAMPLES)
def test_sample_in_another_encoding(sample: str, encoding: str, tmp_path: Path) -> None:
    again = tmp_path / sample
    again.write_bytes((GOLDEN / sample).read_bytes().decode("utf-8").encode(encoding))
    assert without_offsets(read(again)) == without_offsets(expected(sample))


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp1252", "Café opens;Señor Núñez pours the first cup.;2001-01-02"),
        ("cp1250", "Strajk w Gdańsku;Zażółć gęślą jaźń, prezydent Wałęsa mówił o strajku.;1981-01-02"),
        ("cp1251", "Встреча;Президент встретился с премьером в Москве.;1999-01-02"),
    ],
)
def test_an_encoding_that_the_file_does_not_name_is_detected(encoding: str, text: str, tmp_path: Path) -> None:
    old = tmp_path / "table.csv"
    rows = [text.replace(";", f" {number};", 1) for number in range(5)]
    old.write_bytes("\n".join(["title;text;date", *rows]).encode(encoding))
    assert [record["body"] for record in read(old)] == [text.split(";")[1]] * 5


if __name__ == "__main__":
    for name in SAMPLES:
        text = json.dumps(read(GOLDEN / name), ensure_ascii=False, indent=2)
        (GOLDEN / f"{name}.expected.json").write_text(text + "\n", encoding="utf-8")
