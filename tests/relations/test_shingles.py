"""What a text is cut into, and what its sketch tells."""

from __future__ import annotations

from random import Random

from app.relations.shingles import SKETCH, estimated_containment, shingles_of, telling_words, words_of


def text(seed: int, count: int = 400) -> list[str]:
    random = Random(seed)
    return [f"w{random.randrange(5_000)}" for _ in range(count)]


def test_shingles_are_runs_of_five_words_whatever_their_case() -> None:
    words = words_of("Ship by ship, the fleet of São Tomé left.")
    assert words == ["ship", "by", "ship", "the", "fleet", "of", "sao", "tome", "left"]
    assert len(shingles_of(words)) == 5
    assert len(shingles_of(words[:4])) == 0
    assert list(shingles_of(words)) == list(shingles_of(words_of("SHIP BY SHIP THE FLEET OF SAO TOME LEFT")))


def test_a_sketch_tells_about_how_much_is_shared() -> None:
    for shared in (400, 200, 0):
        one, other = text(1), text(1, shared) + text(2, 400 - shared)
        sets = shingles_of(one), shingles_of(other)
        estimated = estimated_containment(sets[0][:SKETCH], sets[1][:SKETCH], (len(sets[0]), len(sets[1])))
        assert abs(estimated - shared / 400) < 0.25


def test_names_and_figures_tell_but_not_in_a_text_in_capitals() -> None:
    assert telling_words("Ann saw 12 ships at the quay of Gdansk") == {"ann", "12", "gdansk"}
    assert telling_words("ANN SAW 12 SHIPS") == {"12"}
