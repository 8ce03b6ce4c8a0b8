"""Quotes and who said what: a pure function of a text, its paragraphs and the names in it.

`marks` finds what stands between quotation marks, `phrases` reads the sentence around it, and the rules here say who
speaks. What nobody is named for is no quote: a title, a slogan, a word that the writer keeps at a distance.
"""

from __future__ import annotations

from app.enrich.quotes.speakers import Quote, find_quotes

__all__ = ["Quote", "find_quotes"]
