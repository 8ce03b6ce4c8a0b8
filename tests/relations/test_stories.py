"""Stories: what comes together, whatever the order, and what does not."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.relations import stories
from app.relations.stories import (
    DAYS,
    NEIGHBOURS,
    Nearby,
    Parts,
    Placed,
    Surroundings,
    bonds,
    likest,
    mean_bond,
    stories_in,
)
from app.relations.vectors import UNIT, Vector
from tests.relations.gold.stories import b_cubed, stories_among


def placed(id: str, weights: dict[int, float], day: int = 100) -> Placed:
    """An article by what it weighs."""
    terms = np.array(sorted(weights), np.uint32)
    raw = np.array([weights[term] for term in terms.tolist()])
    return Placed(id, day, Vector(terms, np.rint(UNIT * raw / np.sqrt((raw**2).sum())).astype(np.uint16)))


def about(event: int, number: int, day: int = 100, share: float = 0.7) -> Placed:
    """An article with so much of its event, and the rest its own."""
    own = 1000 + 100 * event + number
    return placed(f"{event}-{number}", {event: share**0.5, own: (1 - share) ** 0.5}, day)


def grouped(articles: Sequence[Placed]) -> list[list[str]]:
    return sorted(sorted(story) for story in stories_among(articles))


def test_articles_of_one_event_are_a_story() -> None:
    articles = [about(event, number) for event in range(3) for number in range(4)]
    assert grouped(articles) == [[f"{event}-{number}" for number in range(4)] for event in range(3)]


def test_what_was_written_days_later_is_another_story() -> None:
    assert grouped([about(1, 1, 100), about(1, 2, 100 + DAYS)]) == [["1-1", "1-2"]]
    assert grouped([about(1, 1, 100), about(1, 2, 100 + DAYS + 1)]) == [["1-1"], ["1-2"]]


def test_where_everything_is_alike_more_is_asked() -> None:
    pair = [placed("a", {1: 1, 2: 1.6}), placed("b", {1: 1, 3: 1.6})]
    assert grouped(pair) == [["a", "b"]], "a quarter in common is much where nothing else is like it"
    twins = [placed(f"{name}2", {own: 1.3, 1: 1, mark: 1.6}) for name, mark, own in (("a", 2, 8), ("b", 3, 9))]
    assert grouped([*pair, *twins]) == [["a", "a2"], ["b", "b2"]]


def test_a_chain_of_likeness_is_not_one_story() -> None:
    chain = [placed(f"{number:02}", {number: 1, number + 1: 1}) for number in range(12)]
    assert len(grouped(chain)) > 3


def test_a_flood_of_the_same_is_cut_and_costs_no_more_than_its_surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stories, "_MOST_JOINED", 20)
    articles = [about(1, number, share=0.9) for number in range(21)] + [about(2, 1), about(2, 2)]
    window = Surroundings(articles)
    near = Nearby({each.id: likest(window.neighbours(each)) for each in articles})
    parts = Parts(near)
    assert parts.part_of("1-3") == ["1-3"]
    assert parts.part_of("2-2") == ["2-1", "2-2"]


def test_no_more_neighbours_are_kept_than_tell_something() -> None:
    articles = [about(1, number) for number in range(NEIGHBOURS + 10)]
    window = Surroundings(articles)
    kept = likest(window.neighbours(articles[0]))
    assert len(kept) == NEIGHBOURS
    assert articles[0].id not in {each.id for each in kept}
    assert kept == sorted(kept, key=lambda each: (-each.likeness, each.id))


def test_only_what_lists_each_other_hangs_together() -> None:
    one, other = about(1, 1), about(1, 2)
    near = Nearby({each.id: likest(Surroundings([one, other]).neighbours(each)) for each in (one, other)})
    assert [each.id for each in bonds(near, one.id)] == [other.id]
    assert bonds(Nearby({**near, other.id: []}), one.id) == []


def test_two_stories_are_compared_however_far_apart_they_are() -> None:
    first, later = [about(1, n, 100) for n in range(3)], [about(1, n, 107) for n in range(3, 6)]
    articles = [*first, *later, about(2, 1)]
    near = Nearby({each.id: likest(Surroundings(articles).neighbours(each)) for each in articles})
    assert mean_bond(near, first, later) == mean_bond(near, later, first) > stories.RELATED
    assert mean_bond(near, first, articles[-1:]) == 0


@settings(max_examples=30)
@given(st.integers(0, 2**32), st.integers(1, 40), st.sampled_from((1, 1_000_000)))
def test_all_likenesses_are_those_of_each(seed: int, count: int, at_once: int) -> None:
    random = Random(seed)
    articles = [
        placed(f"{n:02}", {random.randrange(12): random.random() + 0.1 for _ in range(5)}, random.randrange(100, 108))
        for n in range(count)
    ]
    window = Surroundings(articles)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stories, "_MOST_AT_ONCE", at_once)
        found = window.all_likenesses()
    assert found.tolist() == [window.likenesses(each).tolist() for each in window.articles]


@settings(max_examples=30)
@given(st.integers(0, 2**32), st.integers(2, 40))
def test_order_and_company_make_no_difference(seed: int, count: int) -> None:
    """Likenesses are of two articles alone, and parts of what hangs together."""
    random = Random(seed)
    articles = [
        placed(f"{n:02}", {random.randrange(12): random.random() + 0.1 for _ in range(5)}, random.randrange(100, 108))
        for n in range(count)
    ]
    expected = grouped(articles)
    shuffled = random.sample(articles, count)
    assert grouped(shuffled) == expected
    far = [each._replace(id=f"x{each.id}", day=each.day + 50) for each in articles]
    assert grouped([*articles, *far]) == sorted([*expected, *([f"x{id}" for id in story] for story in expected)])
    near = Nearby({each.id: likest(Surroundings(articles).neighbours(each)) for each in articles})
    cut = Parts(near)
    for each in shuffled:
        part = Parts(near).part_of(each.id)
        assert part == cut.part_of(each.id)
        assert each.id in part


def test_a_part_is_cut_the_same_way_whatever_the_order() -> None:
    articles = [placed(f"{n:02}", {n % 4: 1, n % 3 + 10: 1, n + 100: 0.5}) for n in range(24)]
    near = Nearby({each.id: likest(Surroundings(articles).neighbours(each)) for each in articles})
    expected = sorted(map(sorted, stories_in(near, articles)))
    assert sorted(map(sorted, stories_in(near, articles[::-1]))) == expected


def test_b_cubed_counts_what_stands_together() -> None:
    assert b_cubed("aabb", "aabb").f1 == 1
    assert b_cubed("aaaa", "aabb") == (0.5, 1)
    assert b_cubed("abcd", "aabb") == (1, 0.5)
