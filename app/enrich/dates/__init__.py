"""Dates in a text: what day, week, month, quarter or year an expression means, told from the article's own date.

`words` has what dates are made of, `spans` their values; `tense` tells whether a sentence speaks of what is to come,
`focus` what the text has named before; and `expressions` has the rules.
"""

from __future__ import annotations

DATES_VERSION = "dates-2"
"""The version of these rules. Raise it with every change that can change a date: texts are then read again."""
