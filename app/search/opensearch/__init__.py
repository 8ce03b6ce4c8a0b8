"""The search engine for archives that outgrow one machine: our analysis, plans and formula over an OpenSearch cluster.

client.py        requests to the nodes: tried again on another one, failures as our own errors
mapping.py       how an article is indexed: the fields, and what an article has in each
bulk.py          what nodes are sent to index or to delete, in pieces
encoders.py      processes that encode articles beside each other
word_counts.py   how often each word has come, as whoever writes has to know it
commits.py       which index serves, what was committed to it last, and that moment held still for searches
vocabulary.py    the words of the archive: what prefixes and misspelt words stand for, and what follows them
compile.py       a plan and filters as OpenSearch's queries, with our scores or without any
ranking.py       the order of the hits, and one page of it; the second look at the best
count.py         facets, days, stories and tables of counts
engine.py        the port's methods
"""
