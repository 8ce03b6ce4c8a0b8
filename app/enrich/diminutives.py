"""Short forms of given names: which names may be of one person, as `Jim Wright` and `James Wright`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from app.enrich import lexicon
from app.ids import name_of

_WHOLE: defaultdict[str, set[str]] = defaultdict(set)
_SHORT: dict[str, tuple[str, ...]] = {}
for _name, _shorts in lexicon.list_rows("diminutives"):
    _SHORT[_name] = _shorts
    for _short in _shorts:
        _WHOLE[_short].add(_name)


def is_form(word: str) -> bool:
    """Return whether the word is one of these given names, short or whole."""
    return (plain := word.lower()) in _SHORT or plain in _WHOLE


def variants(key: str) -> Iterator[tuple[str, str]]:
    """Pairs of keys, the short name and the whole, that may be of one person, this key being either."""
    given, _, rest = name_of(key).partition("-")
    if rest:
        yield from ((key, f"person-{whole}-{rest}") for whole in _WHOLE.get(given, ()))
        yield from ((f"person-{short}-{rest}", key) for short in _SHORT.get(given, ()))
