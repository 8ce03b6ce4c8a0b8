"""Whether an article is about sport between teams, where a town that plays is its club."""

from __future__ import annotations

import re

from app.enrich import lexicon

# Such an article says early what it is about.
_HEAD = 1500
_WORD = re.compile(r"[a-z]+(?:-[a-z]+)*")
# `Syracuse 59-44`, `Villanova (21-2)`; no vote, no date, no rate.
_RESULT = re.compile(
    r"\b(?!Jan|Feb|Mar|Apr|May|June?\b|July?\b|Aug|Sep|Oct|Nov|Dec)[A-Z][\w'.]* \(?\d{1,3} ?- ?\d{1,3}(?![-/\d%])"
)
# Words of politics and business are among the talk, so alone they say nothing.
_SURE = lexicon.terms("team-sports")
_SURE_PHRASES = tuple(sorted(term for term in _SURE if " " in term))
_TALK = lexicon.terms("sports-talk")
# What a sure word counts more than one of the talk; how many results count, and stand for a sure word.
_SURELY = 2
_MOST_RESULTS = 6
_MANY_RESULTS = 4
# What it takes for a short item, a paragraph or two, and for the head of a longer text.
_SHORT, _MIDDLE = 300, 800


def is_about_teams(text: str) -> bool:
    """Return whether the head of `text` has enough words of such sport for its length."""
    results = min(len(_RESULT.findall(text, 0, _HEAD)), _MOST_RESULTS)
    head = text[:_HEAD].lower()
    words = set(_WORD.findall(head))
    sure = len(words & _SURE) + sum(phrase in head for phrase in _SURE_PHRASES)
    if not sure and results < _MANY_RESULTS:
        return False
    enough = 2 if len(head) < _SHORT else 4 if len(head) < _MIDDLE else 6
    return _SURELY * sure + len(words & _TALK) + results >= enough
