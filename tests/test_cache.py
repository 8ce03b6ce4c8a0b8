from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from app.cache import Cache


def test_the_least_recently_used_go_first() -> None:
    cache: Cache[str] = Cache(3, len)
    for key in "abc":
        cache.put(key, key)
    assert cache.find("a") == "a"
    cache.put("d", "d")
    assert [key for key in "abcd" if cache.find(key)] == ["a", "c", "d"]


def test_a_large_value_pushes_out_all_others_and_stays() -> None:
    cache: Cache[str] = Cache(3, len)
    cache.put("a", "a")
    cache.put("big", "x" * 10)
    assert (cache.find("a"), cache.find("big")) == (None, "x" * 10)
    cache.put("b", "b")
    assert (cache.find("big"), cache.find("b")) == (None, "b")


def test_what_is_kept_is_not_made_again() -> None:
    cache: Cache[str] = Cache(10, len)
    made: list[str] = []

    def make() -> str:
        made.append("once")
        return "value"

    assert [cache.get("key", make) for _ in range(3)] == ["value"] * 3
    assert made == ["once"]


def test_threads_share_it_within_its_bound() -> None:
    cache: Cache[bytes] = Cache(1_000, len)

    def work(seed: int) -> bool:
        return all(cache.get((seed * n) % 50, lambda n=n: bytes(100)) == bytes(100) for n in range(300))  # type: ignore[misc]

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(work, range(1, 9)))
    assert sum(cache.find(key) is not None for key in range(50)) <= 10
