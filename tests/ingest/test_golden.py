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
from app.ingest.readers.kinds import KINDS
from app.ingest.reading import Reading
from app.ingest.report import Tally
from app.ingest.walk import walk
from app.store.rejections import Refusal

GOLDEN = Path(__file__).parent / "golden"
SAMPLES = sorted(path.name for path in GOLDEN.iterdir() if not path.name.endswith(".expected.json"))
_NO_TEXT = {ending for kind in KINDS if not kind.is_text for ending in kind.endings}
SAMPLES_OF_TEXT = [name for name in SAMPLES if Path(name).suffix not in _NO_TEXT]


def read(path: Path) -> list[dict[str, Any]]:
    reading = Reading(list(walk([path])), source=None, format=None, tally=Tally())
    return [shown(incoming) for incoming in reading if isinstance(incoming, Draft | Refusal)]


def shown(incoming: Draft | Refusal) -> dict[str, Any]:
    if isinstance(incoming, Refusal):
        return {"record": incoming.record, "offset": incoming.offset, "rejected": incoming.reason}
    fields = ("id", "external_id", "headline", "body", "date", "dateline", "source", "url", "language")
    present = {name: value for name in fields if (value := getattr(incoming, name)) is not None}
    codes = json.loads(json.dumps(incoming.codes._asdict()))
    return {
        "record": incoming.record.number,
        "offset": incoming.record.offset,
        **present,
        "authors": [*incoming.authors],
        **{name: value for name, value in codes.items() if value is not None},
    }


def expected(sample: str) -> Any:
    return json.loads((GOLDEN / f"{sample}.expected.json").read_text(encoding="utf-8"))


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """Another folder of the same name: what files are called in keys begins with it."""
    folder = tmp_path / GOLDEN.name
    folder.mkdir()
    return folder


def without_offsets(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{name: value for name, value in record.items() if name != "offset"} for record in records]


@pytest.mark.parametrize("sample", SAMPLES)
def test_sample(sample: str) -> None:
    assert read(GOLDEN / sample) == expected(sample)


@pytest.mark.parametrize("sample", SAMPLES)
def test_packed_sample_is_the_same_down_to_the_ids(sample: str, elsewhere: Path) -> None:
    packed = elsewhere / f"{sample}.gz"
    packed.write_bytes(gzip.compress((GOLDEN / sample).read_bytes()))
    assert read(packed) == expected(sample)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
@pytest.mark.parametrize("sample", SAMPLES_OF_TEXT)
def test_sample_in_another_encoding(sample: str, encoding: str, elsewhere: Path) -> None:
    again = elsewhere / sample
    again.write_bytes((GOLDEN / sample).read_bytes().decode("utf-8").encode(encoding))
    assert without_offsets(read(again)) == without_offsets(expected(sample))


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp1252", "Café opens;Señor Núñez pours the first cup.;2001-01-02"),
        ("cp1250", "Strajk w Gdańsku;Zażółć gęślą jaźń, prezydent Wałęsa mówił o strajku.;1981-01-02"),
        ("cp1251", "Встреча;Президент встретился с премьером в Москве.;1999-01-02"),
        ("koi8-r", "Встреча;Президент встретился с премьером в Москве.;1999-01-02"),
        ("cp1253", "Συνάντηση;Ο πρωθυπουργός συναντήθηκε στην Αθήνα με τον πρόεδρο της Γαλλίας.;1999-01-02"),
        ("shift-jis", "会談;東京で首相が会見し、新しい経済政策について説明した。;1999-01-02"),
        ("euc-jp", "会談;東京で首相が会見し、新しい経済政策について説明した。;1999-01-02"),
        ("gbk", "会见;北京消息，国家主席今天会见了来访的法国总统。;1999-01-02"),
        ("big5", "會見;台北消息，總統今天會見了來訪的法國總統，雙方交換了意見。;1999-01-02"),
        ("euc-kr", "회견;서울에서 대통령이 기자회견을 열고 새로운 경제 정책을 발표했다.;1999-01-02"),
        ("utf-16-le", "Café opens;Señor Núñez pours the first cup.;2001-01-02"),
        ("utf-16-be", "Встреча;Президент встретился с премьером в Москве.;1999-01-02"),
        ("utf-16", "会談;東京で首相が会見し、新しい経済政策について説明した。;1999-01-02"),
    ],
)
def test_an_encoding_that_the_file_does_not_name_is_detected(encoding: str, text: str, tmp_path: Path) -> None:
    old = tmp_path / "table.csv"
    rows = [text.replace(";", f" {number};", 1) for number in range(5)]
    old.write_bytes("\n".join(["title;text;date", *rows]).encode(encoding))
    assert [record["body"] for record in read(old)] == [text.split(";")[1]] * 5


PLAIN = b'{"title": "Number %d", "text": "Much snow fell."}'


@pytest.mark.parametrize(
    ("odd", "headline"),
    [
        (b'{"title": "Caf\xe9 opens"}', "Café opens"),
        (b'{"title": "Se\xf1or N\xfa\xf1ez"}', "Señor Núñez"),
        (b'{"title": "\x93Quoted\x94 \x96 at \x80 5"}', "“Quoted” – at € 5"),
        (b"\xff\xfe", None),
        (b'{"title": "\xff\xfe\xfd"}', None),
        (b'{"title": "Lost \xe6\x97"}', None),
        (bytes(range(0x80, 0x100)), None),
    ],
)
def test_one_odd_line_does_not_change_how_the_others_are_read(odd: bytes, headline: str | None, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"".join(line + b"\n" for line in [*(PLAIN % number for number in range(300)), odd]))
    *plain, last = read(path)
    assert [record["headline"] for record in plain] == [f"Number {number}" for number in range(300)]
    assert last.get("headline") == headline
    assert ("rejected" in last) == (headline is None)


@pytest.mark.parametrize("broken", [b"\xc3", b"\xff"])
def test_one_broken_byte_does_not_make_utf8_another_encoding(broken: bytes, tmp_path: Path) -> None:
    """Also where all of it is one line."""
    records = [f'{{"title": "Größe {number}", "text": "Snow."}}'.encode() for number in range(300)]
    records[200] = records[200].replace(b"\xc3\x9f", broken)
    for name, content in (("a.jsonl", b"\n".join(records)), ("a.json", b"[" + b",".join(records) + b"]")):
        path = tmp_path / name
        path.write_bytes(content)
        found = read(path)
        assert [record.get("headline") for record in found] == [f"Größe {n}" if n != 200 else None for n in range(300)]
        assert found[200]["rejected"].startswith("is not UTF-8")


if __name__ == "__main__":
    for name in SAMPLES:
        text = json.dumps(read(GOLDEN / name), ensure_ascii=False, indent=2)
        (GOLDEN / f"{name}.expected.json").write_text(text + "\n", encoding="utf-8")
