"""The embedded search engine: Whoosh's index container around segments of flat, memory-mapped arrays.

segment.py        the file: named arrays, how they are laid out, written and mapped
packed.py         ascending numbers in few bits: the documents and the addresses of every term
near.py           which terms lie within some edits of a word
invert.py         documents to arrays: the batch in memory and the merge of segments
codec.py          segments as Whoosh's table of contents lists them
readers.py        segments for Whoosh's own searcher, which tools and tests open the index with
index.py          the folder: generations, Whoosh's lock and table of contents, commits and merges
snapshot.py       one generation: its segments end to end, as one run of documents
audit.py          what an index holds, article by article, to be compared with the rows
identifiers.py    articles by their address, and by the id that their publisher gave
values.py         values of an attribute that hold some words
weights.py        what a word, phrase or prefix finds in a segment, and what it is worth there
matches.py        documents with a number each, and how such lists join
quoted.py         which quotes have what a query asks for
kept_scores.py    a leaf's documents and scores, as long as searches ask for them
marked.py         the documents of the most frequent stems, a bit for each
marked_word.py    such a stem in a search, as long as it was seldom asked for
execute.py        a plan over a snapshot: which documents match, and their scores
filter_masks.py   filters as boolean masks over the documents, or as a list of them
leading.py        what leads among matches, and of several that are one hit the first
rank.py           the order of the hits, and one page of it
count.py          facets and days
following.py      what follows some words, for completion
array_cache.py    a cache of the arrays that searches compute of a segment or a snapshot
engine.py         the port's methods
"""

import warnings

# Whoosh 2.7.4 writes "\d" in plain strings and `is` before literals; Python says so whenever it compiles that anew, and
# in a container or for a user who cannot write there that is at every start. By file until 3.14, by module after that.
warnings.filterwarnings("ignore", category=SyntaxWarning, module=r"whoosh\b|.*(?<!search)[/\\]whoosh[/\\]")
