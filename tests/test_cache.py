from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from app.cache import Cache, Shelf


def shelf(bound: int) -> Shelf[str]:
    return Cache(bound).shelf(len)


def test_the_least_recently_used_go_first() -> None:
    kept = shelf(3)
    for key in "abc":
        kept.put(key, key)
    assert kept.find("a") == "a"
    kept.put("d", "d")
    assert [key for key in "abcd" if kept.find(key)] == ["a", "c", "d"]


def test_a_large_value_pushes_out_all_others_and_stays() -> None:
    kept = shelf(3)
    kept.put("a", "a")
    kept.put("big", "x" * 10)
    assert (kept.find("a"), kept.find("big")) == (None, "x" * 10)
    kept.put("b", "b")
    assert (kept.find("big"), kept.find("b")) == (None, "b")


def test_a_spare_value_goes_first_until_it_is_asked_for() -> None:
    kept = shelf(3)
    kept.put("a", "a")
    for key in "bc":
        assert kept.get(key, key.lower, spare=True) == key
    assert kept.find("b") == "b"
    kept.put("d", "d")
    assert [key for key in "abcd" if kept.find(key)] == ["a", "b", "d"]
    kept.put("e", "e")
    assert [key for key in "abde" if kept.find(key)] == ["b", "d", "e"]


def test_what_is_kept_is_not_made_again() -> None:
    kept = shelf(10)
    made: list[str] = []

    def make() -> str:
        made.append("once")
        return "value"

    assert [kept.get("key", make) for _ in range(3)] == ["value"] * 3
    assert made == ["once"]


def test_shelves_share_the_bound_and_the_order_in_which_values_go() -> None:
    cache = Cache(3)
    one, other = cache.shelf(len), cache.shelf(len)
    for kept, key in ((one, "a"), (other, "b"), (one, "c")):
        kept.put(key, key)
    assert one.find("a") == "a"
    other.put("d", "d")
    assert [key for key in "abcd" if one.find(key) or other.find(key)] == ["a", "c", "d"]
    assert cache.used == 3


def test_a_shelf_that_nobody_has_any_more_takes_nothing() -> None:
    cache = Cache(4)
    one, other = cache.shelf(len), cache.shelf(len)
    one.put("a", "aaa")
    other.put("b", "b")
    del one
    assert cache.used == 1
    other.put("c", "ccc")
    assert [other.find(key) for key in "bc"] == ["b", "ccc"]


def test_the_bound_grows_with_the_documents_that_shelves_are_for() -> None:
    cache = Cache(1, each=2)
    small, large = cache.shelf(len), cache.shelf(len, documents=3)
    for key in "abcdefg":
        small.put(key, key)
    assert cache.used == 7
    del large
    small.put("h", "h")
    assert [key for key in "abcdefgh" if small.find(key)] == ["h"]


def test_threads_share_it_within_its_bound() -> None:
    kept: Shelf[bytes] = Cache(1_000).shelf(len)

    def work(seed: int) -> bool:
        return all(kept.get((seed * n) % 50, lambda n=n: bytes(100)) == bytes(100) for n in range(300))  # type: ignore[misc]

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(work, range(1, 9)))
    assert len(kept) <= 10
