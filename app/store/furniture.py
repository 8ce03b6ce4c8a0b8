"""Page furniture: what stands in many articles of one source as a block of its own, and is no part of what they say.

"Sign up for our newsletter", "SHARE THIS ARTICLE", a line of copyright, the credit of a picture. Nobody lists such
lines: a block is furniture because its source repeats it, week after week. What repeats within days is news that is
told again.

Each short block that could be furniture has a row (`RepeatedBlock`), so what one more article costs is a few look-ups,
and other articles are only touched where a block becomes furniture, or is none any more. Whether it is depends on the
rows alone, in whatever order they came.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from hashlib import blake2b
from itertools import chain
from typing import Any, NamedTuple

from sqlalchemy import and_, bindparam, update
from sqlalchemy import select as core_select
from sqlmodel import Session, col, select

from app.store.bulk import insert_rows, select_in, table_of
from app.store.plain import chunks
from app.store.tables import Article, RepeatedBlock
from app.store.written import run_written

Span = tuple[int, int]

_LONGEST = 300
# A line of a table, and what stands beside one.
_ROW = 80
# In so many weeks, or in so many articles whenever they appeared: a line, and (True) a sentence.
_WEEKS = {False: 3, True: 5}
_ARTICLES = {False: 8, True: 12}

_SHORT_SENTENCE = 3
"""Words: what is no longer is a line, whatever it ends with."""
_NO_WEEK = 0

_STOPS, _CLOSING = tuple(".!?…"), "\"'”’)]"
_SAID = re.compile(r"\b(?:said|says?|saying|told|tells?|added|adds|according to)\b")
_QUOTED = re.compile(r"[\"“”«»„]")
# Written out in both cases: to fold them would cost more than all the rest.
_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
_MONTH = "|".join((*_MONTHS, *(month.upper() for month in _MONTHS)))
_NUMBER = r"\d|(?i:one|two|three|four|five|six|seven|eight|nine|ten)\b"
_DAY = re.compile(rf"\b(?:{_MONTH})[A-Za-z]*\.?\s+(?:{_NUMBER})")
# Years and telephone numbers are the same in every article.
_NO_FIGURE = re.compile(r"\b(?:19|20)\d\d\b|\(?\b\d{3}\)?[-./ ]\d{3}[-. ]\d{4}\b")
_DIGIT = re.compile(r"\d")


@dataclass(frozen=True, slots=True)
class BlockText:
    """An article as far as its furniture depends on it. `marked`: the furniture that it had, None where nobody had
    looked for it."""

    id: str
    source: str | None
    date: str | None
    blocks: Sequence[Sequence[Any]]
    body: str
    marked: Sequence[Sequence[int]] | None


class Repeatable(NamedTuple):
    """A block that may be furniture. `hash` is of its source and its words."""

    start: int
    end: int
    hash: int
    is_sentence: bool


def repeatable(source: str | None, body: str, blocks: Sequence[Span]) -> Iterator[Repeatable]:
    """Yield the short blocks that are furniture if the source repeats them.

    News is left out that returns in the same words: rows of tables, lines with a day, and sentences that tell figures
    or what somebody said.
    """
    if not source:
        return
    short = [" ".join(body[start:end].split()) if end - start <= _LONGEST else "" for start, end in blocks]
    is_row = [_is_row(text) for text in short]
    for number, (text, (start, end)) in enumerate(zip(short, blocks, strict=True)):
        is_in_table = len(text) <= _ROW and any(is_row[max(number - 1, 0) : number] + is_row[number + 1 : number + 2])
        if not text or is_in_table:
            continue
        is_sentence = text.count(" ") >= _SHORT_SENTENCE and _is_stopped(text)
        if not (_is_news(text) if is_sentence else _DAY.search(text)):
            yield Repeatable(start, end, _block_hash(source, text), is_sentence)


def _is_row(text: str) -> bool:
    return len(text) <= _ROW and _has_figures(text) and not _is_stopped(text)


def _is_stopped(text: str) -> bool:
    return text.rstrip(_CLOSING)[-1:] in _STOPS


def _is_news(sentence: str) -> bool:
    return bool(_QUOTED.search(sentence)) or _has_figures(sentence) or bool(_SAID.search(sentence))


def _has_figures(text: str) -> bool:
    return _DIGIT.search(text) is not None and _DIGIT.search(_NO_FIGURE.sub("", text)) is not None


def _block_hash(source: str, text: str) -> int:
    digest = blake2b(f"{source}\0{text}".encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, signed=True)


def _week(day: str | None) -> int:
    """Return the week of a date, a month or a year by its first day."""
    if not day:
        return _NO_WEEK
    year, month, dom = (*map(int, day.split("-")), 1, 1)[:3]
    return date(year, month, dom).toordinal() // 7 + 1


def texts_of(session: Session, ids: Iterable[str]) -> list[BlockText]:
    """Read these articles as they are; those that are to be replaced before they are."""
    columns = [_ARTICLE.c[name] for name in ("id", "source", "date", "blocks", "body", "furniture")]
    return [
        BlockText(*row)
        for chunk in chunks(ids)
        for row in session.connection().execute(core_select(*columns).where(_ARTICLE.c.id.in_(chunk)))
    ]


def renew(session: Session, rows: Iterable[Mapping[str, Any]], former: Sequence[BlockText] = ()) -> set[str]:
    """Mark the furniture of articles that were written, and of all others to which that makes a difference.

    `rows` are those written, none with furniture yet; `former` is what those of them were that were there before.
    Returns the articles whose furniture is another than before. Inside `writing()`, after the article rows.
    """
    marked = {article.id: article.marked for article in former}
    written = (
        BlockText(row["id"], row["source"], row["date"], row["blocks"], row["body"], marked.get(row["id"], ()))
        for row in rows
    )
    return _renew(session, written, former)


def look_through(session: Session, limit: int) -> tuple[int, set[str]]:
    """Mark the furniture of at most `limit` articles in which nobody has looked for it. Returns how many these were,
    and as `renew` does."""
    found = texts_of(session, list(session.exec(select(Article.id).where(_UNSEEN).limit(limit))))
    return len(found), _renew(session, found, ()) if found else set()


def is_looked_through(session: Session) -> bool:
    """Return whether there is no article in which nobody has looked for furniture."""
    return session.exec(select(Article.id).where(_UNSEEN).limit(1)).first() is None


def spans_of(session: Session, ids: Iterable[str]) -> dict[str, list[Span]]:
    """Return the furniture of those of the articles that have any."""
    found = select_in(session, select(Article.id, Article.furniture), Article.id, ids)
    return {id: _as_spans(spans) for id, spans in found if spans}


def wrongly_marked(session: Session, articles: Sequence[BlockText]) -> Iterator[str]:
    """Yield the articles whose furniture is not what the rows make it, or which lack some of these rows."""
    found = _with_repeatable(article for article in articles if article.marked is not None)
    furniture = _furniture(_seen(session, _kinds(found)), _kinds(found))
    lacking = {id for _, _, id in _lacking(session, list(_keys(found)))}
    for article, some in found:
        if article.id in lacking or _spans(article, some, furniture) != _as_spans(article.marked):
            yield article.id


def count_rows(articles: Iterable[BlockText]) -> int:
    """Return how many rows of repeated blocks there should be for these articles."""
    return sum(1 for _ in _keys(_with_repeatable(article for article in articles if article.marked is not None)))


_ARTICLE = table_of(Article)
_UNSEEN = and_(col(Article.furniture).is_(None), col(Article.status) == "published")

_Found = tuple[BlockText, list[Repeatable]]


@dataclass(slots=True)
class _Standing:
    """Where blocks of one hash stand: in how many articles, and in which weeks. Of many only the first few are known,
    which is enough."""

    articles: int = 0
    weeks: set[int] = field(default_factory=set)


def _renew(session: Session, articles: Iterable[BlockText], former: Iterable[BlockText]) -> set[str]:
    come, gone = _with_repeatable(articles), _with_repeatable(former)
    kinds = _kinds(chain(come, gone))
    seen = _seen(session, kinds)
    before = _furniture(seen, kinds)
    if left := list(_keys(gone)):
        run_written(session.connection(), _FORGET, left)
        seen = _seen(session, kinds)
    keys = list(_keys(come))
    insert_rows(session, RepeatedBlock, [dict(zip(_COLUMNS, key, strict=True)) for key in keys])
    for hash, week, _ in keys:
        seen[hash].articles += 1
        seen[hash].weeks |= {week} - {_NO_WEEK}
    now = _furniture(seen, kinds)
    others = _articles_with(session, before ^ now) - {article.id for article, _ in come}
    return _keep_marks(session, come, now) | _mark_again(session, others)


def _mark_again(session: Session, ids: Iterable[str]) -> set[str]:
    """Mark articles that are as they were, of which a block became furniture or is none any more."""
    found = _with_repeatable(texts_of(session, ids))
    kinds = _kinds(found)
    return _keep_marks(session, found, _furniture(_seen(session, kinds), kinds))


def _keep_marks(session: Session, articles: Iterable[_Found], furniture: Collection[int]) -> set[str]:
    """Keep the furniture of each article. Returns those of which it is another than it was."""
    changed, rows = set[str](), []
    for article, found in articles:
        spans = _spans(article, found, furniture)
        if spans != _as_spans(article.marked):
            changed.add(article.id)
        if spans or article.marked != ():
            rows.append({"article": article.id, "spans": spans})
    if rows:
        marking = update(_ARTICLE).where(_ARTICLE.c.id == bindparam("article")).values(furniture=bindparam("spans"))
        session.connection().execute(marking, rows)
    return changed


def _with_repeatable(articles: Iterable[BlockText]) -> list[_Found]:
    return [
        (each, list(repeatable(each.source, each.body, [(start, end) for _, start, end in each.blocks])))
        for each in articles
    ]


def _kinds(articles: Iterable[_Found]) -> dict[int, bool]:
    """Return of which hashes there are blocks, and whether these are sentences."""
    return {each.hash: each.is_sentence for _, found in articles for each in found}


def _furniture(seen: Mapping[int, _Standing], kinds: Mapping[int, bool]) -> set[int]:
    return {
        hash
        for hash, is_sentence in kinds.items()
        if len(seen[hash].weeks) >= _WEEKS[is_sentence] or seen[hash].articles >= _ARTICLES[is_sentence]
    }


def _spans(article: BlockText, found: Iterable[Repeatable], furniture: Collection[int]) -> list[Span]:
    """Return what of an article is furniture: nothing, where that would be most of it, for then it was printed
    again."""
    spans = [(each.start, each.end) for each in found if each.hash in furniture]
    return spans if 2 * sum(end - start for start, end in spans) <= len(article.body) else []


def _as_spans(marked: Sequence[Sequence[int]] | None) -> list[Span]:
    return [(start, end) for start, end in marked or ()]


_COLUMNS = ("hash", "week", "article_id")


_Key = tuple[int, int, str]


def _keys(articles: Iterable[_Found]) -> Iterator[_Key]:
    """Yield the rows of articles, as `_COLUMNS`."""
    for article, found in articles:
        week = _week(article.date)
        yield from ((hash, week, article.id) for hash in {each.hash for each in found})


# The loose scan of an index: one step for each week, not one for each article.
_WEEKS_SEEN = f"""
WITH RECURSIVE seen(hash, week, number) AS (
  SELECT value, (SELECT min(week) FROM repeated_block WHERE hash = value AND week > {_NO_WEEK}), 1
  FROM json_each(?) AS numbers
  UNION ALL
  SELECT hash, (SELECT min(week) FROM repeated_block AS later WHERE later.hash = seen.hash AND later.week > seen.week),
    number + 1
  FROM seen WHERE week IS NOT NULL AND number < {max(_WEEKS.values())}
) SELECT hash, week FROM seen WHERE week IS NOT NULL
"""
_ARTICLES_SEEN = f"""
SELECT value,
  (SELECT count(*) FROM (SELECT 1 FROM repeated_block WHERE hash = value LIMIT {max(_ARTICLES.values())}) AS counted)
FROM json_each(?) AS numbers
"""
_FORGET = "DELETE FROM repeated_block WHERE hash = ? AND week = ? AND article_id = ?"
_WITH_HASH = "SELECT article_id FROM repeated_block WHERE hash IN (SELECT value FROM json_each(?))"
_KEPT = """
WITH wanted(hash, week, article_id) AS (VALUES {})
SELECT kept.hash, kept.week, kept.article_id FROM wanted CROSS JOIN repeated_block AS kept
WHERE kept.hash = wanted.hash AND kept.week = wanted.week AND kept.article_id = wanted.article_id
"""
_KEPT_AT_ONCE = 1_000


def _lacking(session: Session, keys: Sequence[_Key]) -> set[_Key]:
    """Return those of the keys of which there is no row."""
    kept = set[_Key]()
    for start in range(0, len(keys), _KEPT_AT_ONCE):
        some = keys[start : start + _KEPT_AT_ONCE]
        statement = _KEPT.format(", ".join(["(?, ?, ?)"] * len(some)))
        kept.update(map(tuple, run_written(session.connection(), statement, tuple(chain.from_iterable(some)))))
    return set(keys) - kept


def _seen(session: Session, hashes: Iterable[int]) -> dict[int, _Standing]:
    execute = partial(run_written, session.connection())
    found = {hash: _Standing(articles) for hash, articles in execute(_ARTICLES_SEEN, (list(hashes),))}
    known = [hash for hash, seen in found.items() if seen.articles]
    for hash, week in execute(_WEEKS_SEEN, (known,)):
        found[hash].weeks.add(week)
    return found


def _articles_with(session: Session, hashes: Collection[int]) -> set[str]:
    if not hashes:
        return set()
    return {id for (id,) in run_written(session.connection(), _WITH_HASH, (list(hashes),))}
