"""The embedded search engine: Whoosh's index container around segments of flat, memory-mapped arrays.

segment.py   the file: named arrays, how they are laid out, written and mapped
packed.py    ascending numbers in few bits: the documents and the addresses of every term
near.py      which terms lie within some edits of a word
invert.py    documents to arrays: the batch in memory and the merge of segments
codec.py     the same arrays as Whoosh sees them: schema, segment, readers, matchers
index.py     the folder: generations, Whoosh's lock and table of contents, commits, immutable snapshots
plan.py      a clause in the terms of the index
execute.py   a plan over a snapshot: which documents match, and their scores
narrow.py    filters
rank.py      the order of the hits, and one page of it
count.py     facets and days
cursor.py    where a page ended, with the statistics it was ranked by
engine.py    the port's methods
"""
