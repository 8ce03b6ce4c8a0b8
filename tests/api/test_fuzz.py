"""Whatever is sent, the server does not fail, and what it answers is as published."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.served import Api

SYNTAX = st.sampled_from([
    '"', "(", ")", "-", "*", "~", "~3", ":", " OR ", " AND ", " NOT ", "headline:", "body:", "nowhere:", " ",
    "harbour", "trUce", "tide", "café", "pre*", "wrod~", "U.S.", "AT&T", "“", "\x00", "\u0301", "𝔘", "'",
])  # fmt: skip
QUERY = st.lists(SYNTAX | st.text(max_size=4), max_size=20).map("".join)
DATE = st.sampled_from(["2025", "2025-05", "2025-05-12", "2025-02-30", "0", "0000", "99999", "", "2025-5"]) | st.text(
    max_size=10
)
NAME = st.sampled_from(["person-narendra-modi", "place-moscow", "Harbour Wire", "Ostrava", "Modi"]) | st.text(
    max_size=12
)
WORD = st.sampled_from(
    ["auto", "any", "date", "-date", "relevance", "html", "none", "person", "month", "id", "snippet", "de"]
)
NUMBER = st.sampled_from(["1", "100", "0", "-1", "101", str(2**63), "1.5", "", "٣"])

PARAMETERS = {
    "q": QUERY, "facet_query": QUERY, "date": DATE, "date_from": DATE, "date_to": DATE, "limit": NUMBER,
    "facet_limit": NUMBER,
    **dict.fromkeys(("entity", "entity_any", "not_entity", "entity_name", "source", "not_source", "dateline"), NAME),
    **dict.fromkeys(("match", "sort", "facet", "highlight", "fields", "interval", "kind", "type"), WORD | NAME),
    "language": WORD,
    "name": NAME, "cursor": st.text(max_size=30), "unknown": NAME,
}  # fmt: skip
PAIRS = st.lists(
    st.sampled_from(sorted(PARAMETERS)).flatmap(lambda name: st.tuples(st.just(name), PARAMETERS[name])), max_size=6
)
PATHS = st.sampled_from(
    ["search", "search", "timeline", "autocomplete", "entities", "articles/0", "entities/x/related"]
)


def answered(api: Api, path: str, params: Any) -> None:
    answer = api.http.get(path, params=params)
    if answer.status_code == 200:
        api.checked("get", answer)
    else:
        assert answer.status_code in {400, 404, 422}, answer.text
        api.problem(answer)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(path=PATHS, params=PAIRS)
def test_any_parameters(api: Api, path: str, params: list[tuple[str, str]]) -> None:
    answered(api, f"/v1/{path}", params)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(q=QUERY, match=st.sampled_from(["auto", "all", "any"]))
def test_any_query_text(api: Api, q: str, match: str) -> None:
    answered(api, "/v1/search", {"q": q, "match": match, "facet": "person"})


@example(id="x/")
@settings(max_examples=50, deadline=None)
@given(id=st.text(min_size=1, max_size=80).filter(lambda id: id not in {".", ".."}))  # clients take these out of paths
def test_any_id(api: Api, id: str) -> None:
    from urllib.parse import quote

    for kind in ("articles", "entities"):
        answer = api.http.get(f"/v1/{kind}/{quote(id, safe='')}")
        assert answer.status_code in {200, 404, 422}
