"""Decisions of editors on a real archive: what they change, and that they outlast whatever is read again."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from sqlalchemy import update
from sqlmodel import col, select

from app.archive import Archive
from app.errors import Conflict, DatelineError, DecisionInvalid, NotFound
from app.ingest import indexing, standing
from app.ingest.deciding import Decided, decide, resolve_again
from app.ingest.lock import writing_alone
from app.ingest.pipeline import IngestOptions, ingest
from app.search.attributes import Filters
from app.search.query import Query
from app.store import decisions, entities
from app.store.decisions import Proposal
from app.store.tables import Article, ArticleEntity, Decision, Entity, Mention
from tests.conftest import NewArchive, Records, WriteRecords
from tests.ingest.derived import facets, state

SINGH, PUTIN = "person-manmohan-singh", "person-vladimir-putin"
A_SINGH = "person-singh-unresolved"
INDIA, RUSSIA = "place-india", "place-russia"

NEWS: Records = [
    {
        "id": "a",
        "source": "Wire",
        "text": "Prime Minister Manmohan Singh met Vladimir Putin in India on Monday. Singh thanked Putin in Goa.",
        "date": "2025-05-05",
    },
    {
        "id": "b",
        "source": "Wire",
        "text": "MOSCOW, May 6 - Vladimir Putin said Russia would help. Putin later spoke with George Bush.",
        "date": "2025-05-06",
    },
    {
        "id": "c",
        "source": "Wire",
        "text": "WASHINGTON, May 7 - President George W. Bush spoke to reporters. George Bush thanked Russia.",
        "date": "2025-05-07",
    },
    {
        "id": "d",
        "source": "Wire",
        "text": "Police said on Friday that Prime Minister Singh had left India. It rained in Bombay and Mumbai.",
        "date": "2025-05-08",
    },
]


@pytest.fixture
def news(archive: Archive, write_records: WriteRecords) -> Archive:
    ingest([write_records("a.jsonl", NEWS)], archive)
    return archive


def take(archive: Archive, kind: Any, entity: str, **fields: Any) -> Decided:
    return decide(archive, Proposal(kind, entity, **fields), "Ada")


def undo(archive: Archive, decided: Decided) -> Decided:
    return take(archive, "undo", decided.decision.entity_id, undoes=decided.decision.number)


def found(archive: Archive, id: str) -> int:
    return archive.engine.search(Query(filters=Filters(entity=(id,)))).total


def aliases(archive: Archive, id: str) -> dict[str, int]:
    with archive.database.reading() as session:
        return {alias.text: alias.count for alias in entities.aliases_of(session, session.get_one(Entity, id))}


def spot(archive: Archive, external_id: str, surface: str) -> dict[str, Any]:
    with archive.database.reading() as session:
        here = select(Mention).join(Article, col(Article.id) == col(Mention.article_id))
        wanted = here.where(Article.external_id == external_id, Mention.surface == surface)
        mention = session.exec(wanted.order_by(col(Mention.start))).first()
        assert mention is not None
        return {"article": mention.article_id, "start": mention.start, "end": mention.end}


def test_a_merge_shows_at_once_in_rows_and_index_and_is_undone_without_a_trace(news: Archive) -> None:
    before = state(news)
    assert (found(news, PUTIN), found(news, SINGH)) == (2, 1)
    merged = take(news, "merge", PUTIN, target=SINGH)
    assert (merged.articles, merged.indexed) == (2, True)
    assert (found(news, PUTIN), found(news, SINGH)) == (0, 2)
    assert PUTIN not in facets(news)["person"]
    with news.database.reading() as session:
        assert decisions.survivor(session, PUTIN) == SINGH
        assert entities.load_entity(session, SINGH).mention_count == 6
        assert [entity.id for entity in entities.resolve_name(session, "Putin")] == [SINGH]
    undo(news, merged)
    assert state(news) == before
    assert standing.lag(news) == 0


def test_who_and_when_are_kept_and_nothing_is_taken_out_of_the_log(news: Archive) -> None:
    undo(news, take(news, "rename", SINGH, name="N. Singh", note="as he signs"))
    with news.database.reading() as session:
        log, total, undone = decisions.decision_log(session)
    assert total == 2
    assert [(d.kind, d.entity_id, d.by, d.note, d.undoes) for d in log] == [
        ("undo", SINGH, "Ada", None, 1),
        ("rename", SINGH, "Ada", "as he signs", None),
    ]
    assert all(decision.at.endswith("+00:00") for decision in log)
    assert undone == {1: 2}


def test_a_name_is_split_off_and_comes_back(news: Archive) -> None:
    before = state(news)
    [bush] = [id for id in facets(news)["person"] if "bush" in id]
    split = take(news, "split", bush, alias="george  bush", name="George H. W. Bush")
    elder = split.decision.target
    assert elder == "person-george-h-w-bush"
    assert aliases(news, elder) == {"George Bush": 2, "George H. W. Bush": 0}
    assert aliases(news, bush) == {"George W. Bush": 1}
    assert (found(news, elder), found(news, bush)) == (2, 1)
    undo(news, split)
    assert state(news) == before


def test_one_mention_is_split_off_and_the_name_may_stay_the_same(news: Archive) -> None:
    before = state(news)
    [bush] = [id for id in facets(news)["person"] if "bush" in id]
    split = take(news, "split", bush, **spot(news, "b", "George Bush"))
    assert split.decision.target == f"{bush}-2"
    with news.database.reading() as session:
        assert entities.load_entity(session, f"{bush}-2").name == "George Bush"
    assert (found(news, f"{bush}-2"), found(news, bush)) == (1, 1)
    assert split.articles == 1
    undo(news, split)
    assert state(news) == before


def test_a_mention_goes_to_an_entity_that_is_there(news: Archive) -> None:
    take(news, "split", SINGH, **spot(news, "a", "Singh"), target=PUTIN)
    assert aliases(news, PUTIN)["Singh"] == 1
    assert found(news, A_SINGH) == 1


def test_a_pinned_name_means_one_entity_wherever_it_stands_alone(news: Archive) -> None:
    before = state(news)
    assert found(news, SINGH) == 1
    pinned = take(news, "pin", SINGH, alias="Singh")
    assert (found(news, SINGH), found(news, A_SINGH)) == (2, 0)
    nickname = take(news, "pin", PUTIN, alias="the Judoka")
    with news.database.reading() as session:
        assert [entity.id for entity in entities.resolve_name(session, "the judoka")] == [PUTIN]
        assert decisions.survivor(session, A_SINGH) == SINGH
    undo(news, nickname)
    undo(news, pinned)
    assert state(news) == before


def test_a_new_name_a_new_type_and_out_of_sight(news: Archive) -> None:
    before = state(news)
    renamed = take(news, "rename", INDIA, name="Bharat")
    retyped = take(news, "retype", INDIA, type="organization")
    assert retyped.decision.target == "organization-india"
    assert facets(news)["organization"]["organization-india"] == 2
    hidden = take(news, "hide", RUSSIA)
    assert RUSSIA not in facets(news)["place"]
    with news.database.reading() as session:
        assert entities.load_entity(session, "organization-india").name == "Bharat"
        assert [entity.id for entity in entities.resolve_name(session, "bharat")] == ["organization-india"]
        with pytest.raises(NotFound):
            entities.load_entity(session, RUSSIA)
        assert entities.resolve_name(session, "Russia") == []
        assert RUSSIA not in {entity.id for entity in entities.find_entities(session, limit=100).items}
    for decided in (renamed, hidden, retyped):
        undo(news, decided)
    assert state(news) == before


def all_kinds(archive: Archive) -> None:
    [bush] = [id for id in facets(archive)["person"] if "bush" in id]
    take(archive, "split", bush, **spot(archive, "b", "George Bush"), name="George H. W. Bush")
    take(archive, "split", PUTIN, alias="Putin", name="Mr Putin")
    take(archive, "merge", PUTIN, target=SINGH)
    take(archive, "pin", SINGH, alias="Singh")
    take(archive, "rename", SINGH, name="Shri Singh")
    take(archive, "retype", INDIA, type="organization")
    take(archive, "hide", RUSSIA)


def test_decisions_outlast_reading_everything_again(news: Archive, write_records: WriteRecords) -> None:
    """The same records again, their names again from a later version of the pipeline, and the index from nothing."""
    all_kinds(news)
    decided = state(news)
    ingest([write_records("b/a.jsonl", reversed([*NEWS]))], news)
    assert state(news) == decided
    with news.database.writing() as session:
        for article in session.exec(select(Article)):
            article.pipeline = ""
    ingest([write_records("c/a.jsonl", NEWS)], news)
    assert state(news) == decided
    indexing.rebuild(news)
    assert state(news) == decided


def test_decisions_hold_for_articles_that_come_later(
    news: Archive, new_archive: NewArchive, write_records: WriteRecords
) -> None:
    """Taken before or after, the outcome is the same."""
    later: Records = [
        {
            "id": "e",
            "source": "Wire",
            "text": "Vladimir Putin flew to Bombay on Friday. Russia and India were glad.",
            "date": "2025-06-01",
        },
        {
            "id": "f",
            "source": "Wire",
            "text": "Prime Minister Manmohan Singh and Vladimir Putin met again on Friday.",
            "date": "2025-06-02",
        },
    ]
    all_kinds(news)
    ingest([write_records("2/a.jsonl", later)], news)
    other = new_archive()
    ingest([write_records("3/a.jsonl", [*NEWS, *later])], other)
    all_kinds(other)
    assert state(news) == state(other)
    assert found(news, SINGH) == found(other, SINGH) == 5


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2)])
def test_undone_in_any_order_nothing_is_left(news: Archive, order: tuple[int, ...]) -> None:
    before = state(news)
    taken = [
        take(news, "merge", PUTIN, target=SINGH),
        take(news, "split", SINGH, alias="Putin", name="Someone"),
        take(news, "merge", SINGH, target="person-someone"),
    ]
    for number in order:
        undo(news, taken[number])
    assert state(news) == before


def test_decisions_work_in_their_order(news: Archive) -> None:
    """What was merged and then split off is not merged again by the merge."""
    merged = take(news, "merge", PUTIN, target=SINGH)
    take(news, "split", SINGH, alias="Putin", name="Someone")
    assert found(news, "person-someone") == 2
    undo(news, merged)
    with news.database.reading() as session:
        assert decisions.survivor(session, "person-someone") == "person-someone"
        assert entities.load_entity(session, PUTIN).article_count == 2


REFUSED: list[tuple[str, str, dict[str, Any], type[DatelineError], str]] = [
    ("merge", "person-nobody", {"target": SINGH}, NotFound, "no entity 'person-nobody'"),
    ("merge", SINGH, {}, DecisionInvalid, "target: A decision of kind merge needs it"),
    ("merge", SINGH, {"target": SINGH}, DecisionInvalid, "that entity itself"),
    ("merge", SINGH, {"target": "person-nobody"}, DecisionInvalid, "no entity 'person-nobody'"),
    ("merge", SINGH, {"target": INDIA}, DecisionInvalid, "retype one of them first"),
    (
        "merge",
        SINGH,
        {"target": PUTIN, "name": "x"},
        DecisionInvalid,
        "name: A decision of kind merge has no such field",
    ),
    ("rename", SINGH, {"name": " \n"}, DecisionInvalid, "cannot be empty"),
    ("rename", SINGH, {"name": "Manmohan Singh"}, DecisionInvalid, "called so already"),
    ("retype", SINGH, {"type": "person"}, DecisionInvalid, "is a person already"),
    ("retype", SINGH, {"type": "ship"}, DecisionInvalid, "one of person, organization"),
    ("pin", SINGH, {"alias": ""}, DecisionInvalid, "cannot be empty"),
    ("split", SINGH, {}, DecisionInvalid, "either alias, or all of article"),
    ("split", SINGH, {"alias": "Singh", "start": 1}, DecisionInvalid, "either alias, or all of article"),
    ("split", SINGH, {"alias": "Singh", "target": PUTIN, "name": "x"}, DecisionInvalid, "either target"),
    ("split", SINGH, {"alias": "Singh", "name": "Vladimir Putin"}, DecisionInvalid, f"entity {PUTIN} already"),
    ("split", SINGH, {"alias": "Mody"}, DecisionInvalid, "they call it Manmohan Singh, Singh"),
    ("split", "place-mumbai", {"alias": "Pune"}, DecisionInvalid, "No article calls"),
    ("split", SINGH, {"article": "0", "start": 0, "end": 4}, DecisionInvalid, "no article '0'"),
    ("undo", SINGH, {"undoes": 99}, DecisionInvalid, "no decision 99"),
]


@pytest.mark.parametrize(("kind", "entity", "fields", "error", "words"), REFUSED)
def test_what_cannot_be_is_refused_in_words(
    news: Archive, kind: str, entity: str, fields: dict[str, Any], error: type[DatelineError], words: str
) -> None:
    before = state(news)
    with pytest.raises(error, match=words):
        take(news, kind, entity, **fields)
    assert state(news) == before
    with news.database.reading() as session:
        assert session.exec(select(Decision)).all() == []


def test_what_earlier_decisions_rule_out(news: Archive) -> None:
    merged = take(news, "merge", PUTIN, target=SINGH)
    with pytest.raises(Conflict, match=f"{PUTIN} is part of {SINGH} now"):
        take(news, "merge", PUTIN, target=SINGH)
    with pytest.raises(DecisionInvalid, match=f"{PUTIN} is part of {SINGH} now") as cycle:
        take(news, "merge", SINGH, target=PUTIN)
    assert cycle.value.suggestion == SINGH
    with pytest.raises(DecisionInvalid, match=f"is about {PUTIN}"):
        take(news, "undo", INDIA, undoes=merged.decision.number)
    undone = undo(news, merged)
    with pytest.raises(Conflict, match="was undone by decision 2"):
        undo(news, merged)
    with pytest.raises(DecisionInvalid, match="is an undo itself: take decision 1 again"):
        undo(news, undone)
    take(news, "hide", INDIA)
    with pytest.raises(Conflict, match="hidden already"):
        take(news, "hide", INDIA)
    take(news, "pin", SINGH, alias="Boss")
    with pytest.raises(Conflict, match=f"pinned to {SINGH}"):
        take(news, "pin", PUTIN, alias="boss")
    with pytest.raises(DecisionInvalid, match="the only mention"):
        take(news, "split", "place-goa", **spot(news, "a", "Goa"))


def test_of_two_at_once_the_second_is_told(news: Archive) -> None:
    outcomes: list[str] = []

    def merge() -> None:
        try:
            outcomes.append(str(take(news, "merge", PUTIN, target=SINGH).indexed))
        except Conflict:
            outcomes.append("refused")

    threads = [threading.Thread(target=merge) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["True", "refused", "refused", "refused"]
    assert found(news, SINGH) == 2


def test_resolved_again_the_archive_and_its_decisions_are_as_they_were(news: Archive) -> None:
    [bush] = [id for id in facets(news)["person"] if "bush" in id]
    take(news, "split", bush, **spot(news, "b", "George Bush"))
    take(news, "merge", PUTIN, target=SINGH)
    before = state(news)
    assert resolve_again(news) == 0
    assert state(news) == before
    with news.database.writing() as session:
        # As former rules might have it.
        for model in (ArticleEntity, Mention):
            session.connection().execute(update(model).where(col(model.key) == SINGH).values(entity_id=bush))
    assert resolve_again(news) == 1
    assert state(news) == before


def test_while_an_ingest_runs_the_rows_follow_and_the_index_later(news: Archive) -> None:
    with writing_alone(news.settings.lock_path):
        assert not decide(news, Proposal("merge", PUTIN, target=SINGH), "Ada", patience=0.0).indexed
        assert standing.lag(news) == 2
        assert indexing.apply(news) == 2
    assert found(news, SINGH) == 2


def test_an_archive_without_names_has_nothing_to_decide(archive: Archive, write_records: WriteRecords) -> None:
    ingest([write_records("a.jsonl", NEWS)], archive, IngestOptions(skip_entities=True))
    with pytest.raises(NotFound):
        take(archive, "hide", SINGH)
