"""Schemathesis over the whole schema: whatever it allows is answered as it says, and what it forbids is refused.

Left out of its checks: `positive_data_acceptance` (an id or a cursor that fits its schema may still be unknown, and two
parameters may contradict each other); `use_after_free` and `ensure_resource_availability` (nothing is made at an
address of its own, or deleted); `object_level_authorization` (nothing is anybody's own); `missing_required_header`
(none is). `negative_data_rejection` knows no 413, and not that of articles which are sent each is refused by itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

from app.api.app import create_api
from app.archive import open_archive
from app.store.keys import create_key
from tests.api.test_app import ready
from tests.failures.old import ARCHIVES, MERGED, RENAMED, TARGET, restore
from tests.failures.test_hostile_queries import PIECES
from tests.served import AS_ADMIN, serve

EXAMPLES = 300
READ = 60_000
"""Characters of an address; one that is much longer reaches no operation, and no schema says so."""
ALWAYS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.allow_header_conformance,
    checks.unsupported_method,
]
ENTITIES = [RENAMED, TARGET, MERGED, "place-norway", "place-oslo", "place-london"]
QUERIES = st.lists(st.sampled_from(PIECES), max_size=12).map("".join).filter(lambda q: len(q) <= 1_000)
"""Made-up strings would seldom have an operator in them."""
DECISIONS = st.one_of(
    st.fixed_dictionaries({"kind": st.just("merge"), "target": st.sampled_from(ENTITIES)}),
    st.fixed_dictionaries({"kind": st.just("rename"), "name": st.text(max_size=30)}),
    st.fixed_dictionaries(
        {"kind": st.just("retype"), "type": st.sampled_from(["person", "organization", "place", "event"])}
    ),
    st.fixed_dictionaries({"kind": st.sampled_from(["split", "pin"]), "alias": st.sampled_from(["Scott", "Oslo"])}),
    st.fixed_dictionaries({"kind": st.just("undo"), "undoes": st.integers(0, 60)}),
    st.fixed_dictionaries({"kind": st.just("hide"), "note": st.text(max_size=30)}),
)

FEEDS = [f"https://news{number}.invalid/feed" for number in range(10)]
NEW_FEEDS = st.fixed_dictionaries({"url": st.integers(0, 99).map("https://news{}.invalid/feed".format)})
NEW_SEARCHES = st.fixed_dictionaries({"name": st.text(min_size=1, max_size=9), "search": QUERIES.map("q={}".format)})
CHANGES = st.fixed_dictionaries({"state": st.sampled_from(["on", "off"])})
Known = dict[str, list[str]]
"""What there is, by the name of the parameter in a path."""


@pytest.fixture
def keyed(tmp_path: Path) -> Iterator[tuple[httpx.Client, dict[str, Any], Known]]:
    """A server of an archive with names, the headers of those who may ask, and what it has."""
    settings = restore(ARCHIVES[-1], tmp_path / "data")
    with open_archive(settings, allow_missing_index=True) as archive, archive.database.writing() as session:
        ingester = create_key(session, "ingester", ["ingest"], "")
    with serve(create_api(settings.model_copy(update={"log_level": "error"}))) as client:
        ready(client)
        yield client, {"admin": AS_ADMIN, "ingest": {"Authorization": f"Bearer {ingester}"}, "nobody": {}}, fill(client)


def fill(client: httpx.Client) -> Known:
    """Make one of each kind that is not there, and return them all."""

    def post(path: str, **body: str) -> Any:
        answer = client.post(path, json=body, headers=AS_ADMIN)
        assert answer.is_success, answer.text
        return answer.json()

    articles = [hit["id"] for hit in client.get("/v1/search").json()["results"]]
    post(f"/v1/stories/{articles[0]}/decisions", kind="together", other=articles[1])
    return {
        "article_id": articles, "other_id": articles, "story_id": articles[:2], "entity_id": ENTITIES,
        "feed_id": [post("/v1/feeds", url=url)["id"] for url in FEEDS],
        "job_id": [post("/v1/fetches", url=FEEDS[0])["id"]],
        "search_id": [post("/v1/searches", name=f"n{n}", search=f"q=oslo{n}")["saved"]["id"] for n in range(10)],
    }  # fmt: skip


@pytest.mark.torture
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_whatever_is_sent_is_answered_as_the_schema_says(
    keyed: tuple[httpx.Client, dict[str, Any], Known], mode: GenerationMode
) -> None:
    client, keys, known = keyed
    schema = schemathesis.openapi.from_url(f"{client.base_url}/openapi.json")
    # Each request is sent with a key of ours, or without one.
    schema.config.generation.with_security_parameters = False
    seen: dict[str, set[int]] = {}
    for operation in schema.get_all_operations():
        found: Any = operation.ok()  # type: ignore[union-attr]  # an `Err` has none, and the test then fails
        seen[found.label] = _statuses(found, mode, keys, known)
    print(*seen.items(), sep="\n")  # noqa: T201  # for who runs it
    if mode == GenerationMode.POSITIVE:
        assert seen["POST /v1/entities/{entity_id}/decisions"] >= {201, 401, 403}
        assert all(statuses & {200, 201, 202} for statuses in seen.values())


def _statuses(operation: Any, mode: GenerationMode, keys: dict[str, Any], known: Known) -> set[int]:
    """Those of the answers to one operation."""
    seen: set[int] = set()
    refusal = [checks.negative_data_rejection] * (mode == GenerationMode.NEGATIVE)
    refused_otherwise = {200, 413} if operation.label == "POST /v1/articles" else {413}

    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(generation_mode=mode), who=st.sampled_from(sorted(keys)), data=st.data())
    def asked(case: Any, who: str, data: st.DataObject) -> None:
        _make_meaningful(case, data, known, mode)
        answer = case.call(headers={**(case.headers or {}), **keys[who]})
        if answer.status_code == 400 and len(str(answer.request.url)) > READ:
            return
        seen.add(answer.status_code)
        case.validate_response(answer, checks=ALWAYS + refusal * (answer.status_code not in refused_otherwise))

    # Nothing that an operation without parameters is sent is against its schema.
    with suppress(Unsatisfiable):
        asked()
    return seen


def _make_meaningful(case: Any, data: st.DataObject, known: Known, mode: GenerationMode) -> None:
    """Ids that there are, texts with operators and bodies that say something, in half of the cases; of what must be
    refused nothing is touched."""
    if mode == GenerationMode.NEGATIVE or data.draw(st.booleans()):
        return
    if "q" in (case.query or {}):
        case.query["q"] = data.draw(QUERIES)
    path = case.path_parameters or {}
    for name in path.keys() & known.keys():
        # Some are never deleted or replaced: the operations that follow need them.
        is_lost = case.method in ("DELETE", "PUT") or case.path.endswith("/withdrawals")
        path[name] = data.draw(st.sampled_from(known[name][len(known[name]) // 2 if is_lost else 0 :]))
    if (bodies := _bodies(known).get((case.method, case.path))) is not None:
        case.body = data.draw(bodies)


def _bodies(known: Known) -> dict[tuple[str, str], st.SearchStrategy[Any]]:
    rulings = st.fixed_dictionaries(
        {"kind": st.sampled_from(["together", "apart"]), "other": st.sampled_from(known["article_id"])}
    )
    return {
        ("POST", "/v1/entities/{entity_id}/decisions"): DECISIONS,
        ("POST", "/v1/articles/{article_id}/copies/decisions"): rulings,
        ("POST", "/v1/stories/{story_id}/decisions"): rulings,
        ("POST", "/v1/feeds"): NEW_FEEDS,
        ("POST", "/v1/searches"): NEW_SEARCHES,
        ("PATCH", "/v1/searches/{search_id}"): CHANGES,
    }
