"""Whose the bare surnames of an archive are, in whatever order its articles come."""

from __future__ import annotations

from itertools import combinations, permutations
from random import Random
from statistics import median
from time import thread_time
from typing import Any

import pytest

from app.archive import Archive
from app.enrich.resolve import Enrichment
from app.ingest.deciding import decide
from app.ingest.rules import RULES
from app.store.contexts import Contexts
from app.store.decisions import Proposal, Rulings, survivor
from app.store.entities import labels, resolve_name
from app.store.identity import EVERYWHERE, told_by
from app.store.linking import is_settled, settle_entities
from app.store.surnames import owner, surname_of
from app.store.tables import Decision
from tests.conftest import NewArchive
from tests.growth import is_bounded
from tests.store.test_linking import derived, named, summed_up, write

BANK = named("organization-bank", "Bank", "Bank", at=40)
CLUB = named("organization-club", "Club", "Club", at=50)
OSLO, ROME = (named(f"place-{name}", name.title(), name.title(), at=60) for name in ("oslo", "rome"))


def article(*names: Any) -> Enrichment:
    return Enrichment(names, (), None, "p")


def person(full: str, *surfaces: str) -> Any:
    return named(f"person-{full.lower().replace(' ', '-')}", full, *(surfaces or (full,)))


def bare(name: str, letter: str) -> Any:
    return named(f"person-{name.lower().replace(' ', '-')}-{letter * 16}", name, name)


FOUND = {
    "a" * 16: article(person("Ann Berg"), BANK, OSLO),
    "b" * 16: article(person("Ben Berg"), CLUB, ROME),
    "c" * 16: article(bare("Berg", "c"), BANK, OSLO),
    "d" * 16: article(bare("Berg", "d"), CLUB, ROME),
    "e" * 16: article(bare("Berg", "e"), BANK, CLUB),
    "f" * 16: article(person("Eva de Klerk"), BANK, OSLO),
    "0" * 16: article(bare("de Klerk", "0"), BANK, OSLO),
}


def entity_of(archive: Archive, letter: str) -> str:
    rows = summed_up(archive)["article_entity"]
    [found] = [r["entity_id"] for r in rows if r["article_id"] == letter * 16 and r["key"].startswith("person-")]
    return str(found)


def test_namesakes_are_told_apart_by_their_company(archive: Archive) -> None:
    write(archive, FOUND)
    assert entity_of(archive, "c") == "person-ann-berg"
    assert entity_of(archive, "d") == "person-ben-berg"
    assert entity_of(archive, "e") == "person-berg-unresolved"
    assert entity_of(archive, "0") == "person-eva-de-klerk"
    with archive.database.reading() as session:
        assert survivor(session, f"person-berg-{'c' * 16}") == "person-ann-berg"
        assert is_settled(session)


def test_any_order_gives_the_same(new_archive: NewArchive) -> None:
    expected = None
    for number, order in enumerate(permutations(FOUND)):
        if number % 997:
            continue
        archive = new_archive()
        for id in order:
            write(archive, {id: FOUND[id]})
            if number % 2:
                summed_up(archive)
        expected = expected or summed_up(archive)
        assert summed_up(archive) == expected


def test_who_leaves_takes_the_surname_along(archive: Archive) -> None:
    write(archive, FOUND)
    summed_up(archive)
    write(archive, {"a" * 16: article(OSLO)})
    assert entity_of(archive, "c") == "person-berg-unresolved"
    write(archive, dict.fromkeys(FOUND, article()))
    summed_up(archive)
    assert all(rows == [] for rows in summed_up(archive).values())


def test_surnames_that_nothing_explains_are_not_told_apart(archive: Archive) -> None:
    for letter in "abc":
        write(archive, {letter * 16: article(bare("Berg", letter), OSLO)})
    rows = summed_up(archive)
    assert [(row["id"], row["name"], row["article_count"]) for row in rows["entity"] if row["type"] == "person"] == [
        ("person-berg-unresolved", "Berg", 3)
    ]
    with archive.database.reading() as session:
        assert survivor(session, f"person-berg-{'a' * 16}") == "person-berg-unresolved"
        assert [entity.id for entity in resolve_name(session, "berg")] == ["person-berg-unresolved"]
        assert labels(session, ["person-berg-unresolved"]) == {"person-berg-unresolved": "Berg (not told apart)"}
    write(archive, {"d" * 16: article(person("Ann Berg"))})
    summed_up(archive)
    decided = Proposal("merge", "person-berg-unresolved", target="person-ann-berg")
    decision = decide(archive, decided, by="test").decision
    assert {row["entity_id"] for row in summed_up(archive)["article_entity"]} == {"person-ann-berg", "place-oslo"}
    decide(archive, Proposal("undo", "person-ann-berg", undoes=decision.number), by="test")
    assert [row for row in summed_up(archive)["entity"] if row["id"] == "person-berg-unresolved"]


@pytest.mark.parametrize("kind", ["rename", "hide", "merge"])
def test_one_of_whom_an_editor_knew_is_no_more_among_them(kind: str) -> None:
    known, other = f"person-berg-{'a' * 16}", f"person-berg-{'b' * 16}"
    decision = Decision(
        number=1, kind=kind, entity_id=known, name="Otto Berg" if kind == "rename" else None, by="test", at=""
    )
    if kind == "merge":
        decision.entity_id, decision.target = "person-otto", known
    rulings = Rulings.of([decision])
    assert (rulings.entity(known, known), rulings.entity(other, other)) == (known, "person-berg-unresolved")


def test_a_given_name_or_a_word_is_nobodys_who_is_in_few_articles(new_archive: NewArchive) -> None:
    """`Mark` beside what an article on Tuan Mark names is no surname; `Thomas` is, where many have Clarence Thomas."""
    found = {f"{n:x}" * 16: article(person("Clarence Thomas"), BANK, OSLO) for n in range(5)}
    found |= {"a" * 16: article(person("Tuan Mark"), BANK, OSLO), "b" * 16: article(bare("Mark", "b"), BANK, OSLO)}
    found |= {"c" * 16: article(bare("Thomas", "c"), BANK, OSLO)}
    all_at_once, few = new_archive(), new_archive()
    write(all_at_once, found)
    assert entity_of(all_at_once, "b") == "person-mark-unresolved"
    assert entity_of(all_at_once, "c") == "person-clarence-thomas"
    for each in reversed(found):
        write(few, {each: found[each]})
        settled(few)
    assert summed_up(few) == summed_up(all_at_once)
    write(few, {"1" * 16: article(BANK, OSLO)})
    assert entity_of(few, "c") == "person-thomas-unresolved"


def test_one_article_makes_nobody_more_likely_than_many(archive: Archive) -> None:
    found = {f"{n:x}" * 16: article(person("Mike Pence"), *((CLUB,) if n % 2 else (BANK, OSLO))) for n in range(8)}
    found |= {"a" * 16: article(person("Karen Pence"), BANK, CLUB, OSLO)}
    found |= {"b" * 16: article(bare("Pence", "b"), BANK, OSLO)}
    write(archive, found)
    assert entity_of(archive, "b") == "person-pence-unresolved"


def test_surnames() -> None:
    keys = ["person-ann-berg", "person-fw-de-klerk", "person-martin-king-jr", "person-pele", f"person-berg-{'0' * 16}"]
    assert [surname_of(key) for key in keys] == ["berg", "klerk", "king", None, None]


def circle(number: int, *others: Any) -> tuple[Any, ...]:
    """What articles of one circle of people name."""
    return (
        *(named(f"organization-{name}-{number}", name, name, at=at) for at, name in ((70, "A"), (80, "B"))),
        *others,
    )


def many(random: Random) -> dict[str, Enrichment]:
    """Articles on so many bearers of one surname that not all are compared, and on nobody but the surname."""
    common = [named(f"place-{n}", f"P{n}", f"P{n}", at=90 + n) for n in range(3)]
    common += [named(f"organization-{n}", f"O{n}", f"O{n}", at=95 + n) for n in range(2)]
    found = {}
    for _ in range(220):
        id, number = f"{random.getrandbits(64):016x}", random.randrange(60)
        given = ("jim", "james", "ann")[number] if number < 3 else f"g{number}"
        who = random.choice([f"person-{given}-berg", f"person-{given}-de-berg", f"person-berg-{id}"])
        names = circle(number, *random.sample(common, random.randrange(4)))
        found[id] = article(named(who, who, "Berg"), *random.sample(names, random.randint(1, len(names))))
    return found


def test_of_many_bearers_the_owner_is_the_same_as_if_all_were_compared(archive: Archive) -> None:
    write(archive, many(Random(1)))
    summed_up(archive)
    with archive.database.reading() as session:
        contexts = Contexts(session)
        keys = {key: row["article_id"] for row in derived(session)["article_entity"] if "berg" in (key := row["key"])}
        names = {key for key in keys if surname_of(key) == "berg"}
        companies = {name: contexts.company((name,), name) for name in names}
        shares = {
            name: {other: count / (articles + 1) for other, count in counted.items()}
            for name, (counted, articles) in companies.items()
        }
        bare = {key: contexts.of([article])[article] for key, article in keys.items() if surname_of(key) is None}
        expected = {key: owner(context, shares) for key, context in bare.items()}
        found = {key: told[EVERYWHERE] for key, told in told_by(session, "surname", bare).items()}
    assert len(names) > 64
    assert len(found) > 10
    assert found == {key: person for key, person in expected.items() if person is not None}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_of_many_bearers_any_order_and_revisions_give_the_same(new_archive: NewArchive, seed: int) -> None:
    random = Random(seed)
    found = many(random)
    at_once, one_by_one = new_archive(), new_archive()
    write(at_once, found)
    order = random.sample(list(found), len(found))
    while order:
        batch, order = order[: (size := random.choice((1, 2, 30)))], order[size:]
        write(one_by_one, {id: found[id] for id in batch})
        if random.random() < 0.5:
            settled(one_by_one)
        if random.random() < 0.5:
            write(one_by_one, {batch[0]: random.choice(list(found.values()))})
            settled(one_by_one)
            write(one_by_one, {batch[0]: found[batch[0]]})
    assert summed_up(one_by_one) == summed_up(at_once)


def settled(archive: Archive) -> None:
    with archive.database.writing() as session:
        settle_entities(session, RULES)


def test_one_more_article_costs_as_much_among_twice_as_many_of_the_surname(new_archive: NewArchive) -> None:
    assert is_bounded(lambda count: cost_of_one_more(new_archive(), count), 1_000, 4_000, times=2)


def cost_of_one_more(archive: Archive, count: int) -> float:
    """CPU seconds of one more article, settled by itself, where `count` are there: half on a full name, half on nobody
    but the surname. The median of some, for now and then Python or SQLite tidies up."""

    def numbered(number: int) -> dict[str, Enrichment]:
        id = f"{number:016x}"
        who = f"person-berg-{id}" if number % 2 else f"person-g{number}-berg"
        return {id: article(named(who, who, "Berg"), *circle(number // 2))}

    write(archive, {id: found for number in range(count) for id, found in numbered(number).items()})
    settled(archive)
    write(archive, numbered(count))
    settled(archive)
    costs = []
    for number in (*range(count + 1, count + 9), *range(count + 1, count + 5)):
        started = thread_time()
        write(archive, numbered(number))
        settled(archive)
        costs.append(thread_time() - started)
    return median(costs)


ANN = {"organization-bank": 0.8, "person-bo-li": 0.4, "place-oslo": 0.6, "place-norway": 1.0}
BEN = {"organization-club": 1.0, "place-norway": 1.0, "place-oslo": 0.4}


@pytest.mark.parametrize(
    ("context", "candidates", "expected"),
    [
        ({"organization-bank", "place-oslo"}, {"ann": ANN}, "ann"),
        ({"organization-bank"}, {"ann": ANN}, None),  # one thing in common is chance
        ({"place-oslo", "place-norway"}, {"ann": ANN}, None),  # whoever lives there
        ({"organization-bank", "person-bo-li", "place-oslo"}, {"ann": ANN, "ben": BEN}, "ann"),
        ({"organization-club", "organization-bank", "place-norway"}, {"ann": ANN, "ben": BEN}, None),
        ({"organization-bank", "place-oslo"}, {}, None),
    ],
)
def test_the_company_tells_whose_it_is(
    context: set[str], candidates: dict[str, dict[str, float]], expected: str
) -> None:
    assert owner(context, candidates) == expected


def test_who_is_left_out_never_changes_the_answer() -> None:
    random = Random(4)
    keys = [f"{kind}-{n}" for kind in ("organization", "place") for n in range(4)]
    answers = []
    for _ in range(300):
        everyone = {
            name: {key: random.choice((0.25, 0.5, 1.0)) for key in random.sample(keys, random.randint(1, 6))}
            for name in ("ann", "ben", "cy", "dee")
        }
        context = random.sample(keys, 5)
        whole = owner(context, everyone)
        for seen in (names for count in range(4) for names in combinations(everyone, count)):
            agreeing = [len(set(context) & set(shares)) for name, shares in everyone.items() if name not in seen]
            answer = owner(context, {name: everyone[name] for name in seen}, max(agreeing))
            assert answer in (whole, "")
            answers.append(answer)
    assert answers.count("") < len(answers) - 500
    assert {"ann", None} <= set(answers)
