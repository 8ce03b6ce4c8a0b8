"""Groups of copies: those that whole recomputation gives, whatever links come and go and in whatever order."""

from __future__ import annotations

from itertools import pairwise
from time import thread_time

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from app.archive import Archive
from app.store.bulk import insert_rows, table_of
from app.store.copy_decisions import Link
from app.store.copy_groups import least_of_groups, links_of, pairs_with, regroup
from app.store.provenance import put_articles
from app.store.tables import Article, CopyPair, Sketch
from tests.conftest import NewArchive
from tests.growth import is_bounded
from tests.store.test_copies import row

COUNT = 24
IDS = [f"{number:016x}" for number in range(COUNT)]
PAIRS = [(one, other) for one in IDS for other in IDS if one < other]


_State = tuple[set[Link], dict[str, int], set[str]]
"""Which are linked, which have which text, and which are shown."""


@st.composite
def _steps(draw: st.DrawFn) -> list[_State]:
    texts = st.dictionaries(st.sampled_from(IDS), st.integers(1, 3), max_size=8)
    linked = st.sets(st.sampled_from(PAIRS), max_size=30)
    return draw(st.lists(st.tuples(linked, texts, st.sets(st.sampled_from(IDS), min_size=12)), min_size=2, max_size=5))


@given(_steps())
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_links_that_come_and_go_give_the_groups_of_a_new_beginning(archive: Archive, steps: list[_State]) -> None:
    with archive.database.writing() as session:
        if session.get(Article, IDS[0]) is None:
            _write_all(session)
        _set(session, set(), {}, set())
        session.connection().execute(update(table_of(Article)).values(copy_group=None))
        shown = set[str]()
        for linked, texts, now in steps:
            texts = {id: text for id, text in texts.items() if id in now}
            # Of a text that is another both its articles and those that it was shared with are written.
            renewed = (now ^ shown) | _with_other_texts(session, texts)
            before = links_of(session, renewed) | set(pairs_with(session, IDS))
            _set(session, {link for link in linked if now.issuperset(link)}, texts, now)
            after = links_of(session, renewed) | set(pairs_with(session, IDS))
            former = dict(session.exec(select(Article.id, Article.copy_group)).all())
            changed = regroup(session, renewed, before - after, after - before)
            groups = dict(session.exec(select(Article.id, Article.copy_group)).all())
            assert {id: group for id, group in groups.items() if group is not None} == least_of_groups(session, now)
            assert changed == {id for id in IDS if (former[id] or id) != (groups[id] or id)}
            shown = now


def test_what_comes_to_a_group_costs_the_same_however_many_are_in_it(new_archive: NewArchive) -> None:
    def cost(count: int) -> float:
        ids = [f"{number:016x}" for number in range(count)]
        come = {(ids[-1], id) for id in ids[-3:-1]}  # which were copies of each other until it came between them
        with new_archive().database.writing() as session:
            _write_all(session, count)
            _set(session, {*pairwise(ids[:-2]), *come}, {}, set(ids))
            grouping = update(table_of(Article)).where(col(Article.id) != ids[-1]).values(copy_group=ids[0])
            session.connection().execute(grouping)
            started = thread_time()
            assert regroup(session, [ids[-1]], {(ids[-3], ids[-2])}, come) == {ids[-1]}
            return thread_time() - started

    assert is_bounded(cost, 200, 2_000, 3)


def _write_all(session: Session, count: int = COUNT) -> None:
    put_articles(session, [row(n, f"Text {n}.") | {"sequence": n + 1, "revised": n + 1} for n in range(count)])


def _set(session: Session, linked: set[Link], texts: dict[str, int], shown: set[str]) -> None:
    for model in (CopyPair, Sketch):
        session.connection().execute(delete(table_of(model)))
    both = [pair for link in linked for pair in (link, link[::-1])]
    insert_rows(session, CopyPair, [{"article_id": one, "other_id": other} for one, other in both])
    sketch = {"day": 1, "size": 15, "smallest": b""}
    insert_rows(session, Sketch, [sketch | {"article_id": id, "digest": text} for id, text in texts.items()])
    hiding = update(table_of(Article)).where(col(Article.id).not_in(shown)).values(status="withdrawn")
    session.connection().execute(update(table_of(Article)).values(status="published"))
    session.connection().execute(hiding)


def _with_other_texts(session: Session, texts: dict[str, int]) -> set[str]:
    former = dict(session.exec(select(Sketch.article_id, Sketch.digest)).all())
    return {id for id in former.keys() | texts.keys() if former.get(id) != texts.get(id)}
