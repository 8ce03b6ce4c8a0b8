"""Ranking by meaning: optional, offline, and off unless a sentence model is named in the settings.

`model` turns texts into vectors of 32-bit numbers of length one, so that the product of two says how alike two texts
are. `vectors` keeps one of eight-bit numbers for each article in a mapped file. `likeness` joins the two for an engine:
how alike a question and some articles are. What an engine makes of that is its own: it reorders the best hits of a
question in words, and finds no others.
"""
