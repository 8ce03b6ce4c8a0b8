"""Vectors: the same numbers for the same text, and what counts in them."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from hashlib import blake2b
from importlib.resources import files

import numpy as np
import pytest
import Stemmer
from hypothesis import given
from hypothesis import strategies as st

from app.relations.vectors import FEWEST_WORDS, UNIT, Vector, vector_of
from app.text import fold_word

FIRE = (
    "A fire in the old harbour of Ostrava destroyed two warehouses on Monday night. Nobody was hurt, said the chief of "
    "the fire brigade, Ann Berg, but smoke drove hundreds of people from their homes in the streets around it."
)


def vector(headline: str, text: str) -> Vector:
    found = vector_of(headline, text)
    assert found is not None
    return found


def likeness(one: str, other: str) -> float:
    """Return the cosine of two texts without headlines."""
    first, second = vector("", one), vector("", other)
    _, here, there = np.intersect1d(first.terms, second.terms, assume_unique=True, return_indices=True)
    product = first.weights[here].astype(float) @ second.weights[there]
    return float(product) / length(first) / length(second)


def length(one: Vector) -> float:
    return float(np.sqrt((one.weights.astype(float) ** 2).sum()))


def test_a_vector_is_of_length_one_and_comes_back_as_it_was_kept() -> None:
    kept = vector("Harbour burns", FIRE * 3)
    assert abs(length(kept) / UNIT - 1) < 0.001
    assert abs(length(vector("Harbour burns", FIRE)) / UNIT - 1) < 0.001, "a brief counts as much"
    assert (np.diff(kept.terms.astype(int)) > 0).all()
    assert Vector.unpacked(kept.packed()).packed() == kept.packed()


def test_what_says_too_little_has_none() -> None:
    assert vector_of("A headline", " ".join(["word"] * (FEWEST_WORDS - 1))) is None
    assert vector_of("A headline", " ".join(["word"] * (FEWEST_WORDS - 1) + ["1,234"] * 500)) is None
    assert vector_of("A headline", " ".join(["word"] * FEWEST_WORDS)) is not None
    net = " ".join(f"{word} {number} cts vs" for number, word in enumerate(["Shr", "Net", "Revs", "Avg"] * 8))
    assert vector_of("4th quarter", f"{net} 1") is None, "tables of one kind have the same words"


def test_figures_tell_more_than_words() -> None:
    about = "It was said that {} of those {} who were there when it happened in the town would not be there next time."
    same_figure = likeness(about.format("417", "bakers"), about.format("417", "tinkers"))
    same_word = likeness(about.format("417", "bakers"), about.format("632", "bakers"))
    assert same_figure > same_word


def test_names_tell_more_than_words_and_common_words_nothing() -> None:
    about = "{} was in the town of {} when it happened, and said to all who were there that this would not be so again."
    same_name = likeness(about.format("Berg", "Ostrava"), about.format("Berg", "Gdansk"))
    same_word = likeness(about.format("a baker", "Ostrava"), about.format("a baker", "Gdansk"))
    assert same_name > same_word
    of_all = (
        "It is the one that was said to be of the kind which has not been and will not be for all of them, as it is."
    )
    assert likeness(of_all, FIRE) == 0


def test_a_headline_counts_once_and_its_capitals_make_no_names() -> None:
    assert vector(FIRE[:60], FIRE).packed() == vector("", FIRE).packed()
    shouted = vector("HUNDREDS DRIVEN FROM HOMES", FIRE)
    assert shouted.packed() == vector("Hundreds driven from homes", FIRE).packed() != vector("", FIRE).packed()


def test_names_are_told_by_capitals_that_the_text_never_drops() -> None:
    one = FIRE.replace("Nobody", "Smoke")
    assert likeness(one, FIRE) > 0.9, (
        "Smoke is a word at the beginning of a sentence: it stands there without a capital"
    )


def as_said(headline: str, text: str) -> dict[int, int]:
    """Return the vector of a text as decision 57 says it, word by word."""
    table = files("app.relations").joinpath("commonness.txt").read_text(encoding="utf-8")
    lines = [line.split() for line in table.splitlines() if not line.startswith("#")]
    shares = {stem: int(share) / 10_000 for share, *stems in lines for stem in stems}
    stem_word = Stemmer.Stemmer("english").stemWord

    def stem(word: str) -> str:
        return fold_word(word) if fold_word(word)[:1].isdigit() else stem_word(fold_word(word))

    def tells(term: str) -> float:
        share = max(shares.get(term, 0), 0.0005 if term in names else 0.002)
        rarity = 0 if share > 0.3 or len(term) < 2 else math.sqrt(math.log(1 / share))
        return (3 if term in names else 4.5 if term[:1].isdigit() else 1) * rarity

    own = re.findall(r"[^\W_]+", text)
    words = (own if text.startswith(headline[:40]) else [*re.findall(r"[^\W_]+", headline), *own])[:420]
    first = set(own[:420])
    capitals = [word for word in first if word[0].isupper()]
    names = {stem(word) for word in capitals if not fold_word(word)[0].islower() or fold_word(word) not in first}
    counts = Counter(stem(word) for word in [*words, *words[:80]])
    weights = {term: (1 + math.log(count)) * tells(term) for term, count in counts.items() if tells(term)}
    summed: defaultdict[int, float] = defaultdict(float)
    for term in sorted(weights, key=lambda each: (-weights[each], each))[:120]:
        summed[int.from_bytes(blake2b(term.encode("utf-8", "surrogatepass"), digest_size=4).digest())] += weights[term]
    length = math.sqrt(sum(weight * weight for weight in summed.values()))
    return {number: round(weight * UNIT / length) for number, weight in summed.items()}


# Two that have one number, and some that begin alike; words that folding changes, and what it makes no word of.
WORDS = (
    *"bopomog bovukuv Bopomog constitute Constitution constitutional constitutive harbour Harbour the of 417".split(),
    *"fire Fire FIRE ship's “quoted” Ångström ångström Ⅷ ａｂｃ état_x 東京 \ud800x İstanbul ÉCOLE école 3rd".split(),
)
texts = st.lists(st.sampled_from(WORDS) | st.text(max_size=6), min_size=24, max_size=600).map(" ".join)


@given(texts, texts.map(lambda text: text[:60]))
def test_a_vector_is_what_its_words_say_one_by_one(text: str, headline: str) -> None:
    for given_headline in (headline, text[:60]):
        if (found := vector_of(given_headline, text)) is not None:
            told = dict(zip(found.terms.tolist(), found.weights.tolist(), strict=True))
            assert told == pytest.approx(as_said(given_headline, text), abs=1)
