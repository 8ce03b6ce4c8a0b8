"""Quotes and who said what: a pure function of a text, its paragraphs and the names in it.

`marks` finds what stands between quotation marks, `phrases` reads the sentence around it, `attribution` has the rules
that say who speaks by it, and `speakers` those by what stands beside it; whom a pronoun means is in `pronouns`. What
nobody is named for is no quote: a title, a slogan, a word that the writer keeps at a distance.
"""

from __future__ import annotations

QUOTES = "quotes-3"
"""The version of these rules. Raise it with every change that can change a quote: texts are then read again."""
