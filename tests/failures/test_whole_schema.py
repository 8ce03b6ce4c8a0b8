"""Schemathesis over the whole schema: whatever it allows is answered as it says, and what it forbids is refused.

Left out of its checks: `positive_data_acceptance` (an id or a cursor that fits its schema may still be unknown, and two
parameters may contradict each other); `use_after_free` and `ensure_resource_availability` (nothing is made at an
address of its own, or deleted); `object_level_authorization` (nothing is anybody's own); `missing_required_header`
(none is).
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
from app.store.feeds import feed_id
from app.store.keys import create_key
from tests.api.test_app import ready
from tests.failures.old import ARCHIVES, MERGED, RENAMED, TARGET, restore
from tests.failures.test_hostile_queries import PIECES
from tests.served import AS_ADMIN, serve

EXAMPLES = 300
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

FEEDS = [feed_id(f"https://news{number}.invalid/feed") for number in range(10)]
NEW_FEEDS = st.fixed_dictionaries({"url": st.integers(0, 9).map("https://news{}.invalid/feed".format)})


@pytest.fixture
def keyed(tmp_path: Path) -> Iterator[tuple[httpx.Client, dict[str, Any], list[str]]]:
    """A server of an archive with names, the headers of those who may ask, and its articles' ids."""
    settings = restore(ARCHIVES[-1], tmp_path / "data")
    with open_archive(settings, allow_missing_index=True) as archive, archive.database.writing() as session:
        ingester = create_key(session, "ingester", ["ingest"], "")
    with serve(create_api(settings.model_copy(update={"log_level": "error"}))) as client:
        ready(client)
        ids = [hit["id"] for hit in client.get("/v1/search").json()["results"]]
        yield client, {"admin": AS_ADMIN, "ingest": {"Authorization": f"Bearer {ingester}"}, "nobody": {}}, ids


@pytest.mark.torture
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_whatever_is_sent_is_answered_as_the_schema_says(
    keyed: tuple[httpx.Client, dict[str, Any], list[str]], mode: GenerationMode
) -> None:
    client, keys, articles = keyed
    schema = schemathesis.openapi.from_url(f"{client.base_url}/openapi.json")
    seen: dict[str, set[int]] = {}
    for operation in schema.get_all_operations():
        found: Any = operation.ok()  # type: ignore[union-attr]  # an `Err` has none, and the test then fails
        seen[found.label] = _statuses(found, mode, keys, articles)
    print(*seen.items(), sep="\n")  # noqa: T201  # for who runs it
    if mode == GenerationMode.POSITIVE:
        assert seen["POST /v1/entities/{entity_id}/decisions"] >= {201, 401, 403}
        assert all(statuses & {200, 201, 202} for statuses in seen.values())


def _statuses(operation: Any, mode: GenerationMode, keys: dict[str, Any], articles: list[str]) -> set[int]:
    """Those of the answers to one operation."""
    seen: set[int] = set()
    refusal = [checks.negative_data_rejection] * (mode == GenerationMode.NEGATIVE)

    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(generation_mode=mode), who=st.sampled_from(sorted(keys)), data=st.data())
    def asked(case: Any, who: str, data: st.DataObject) -> None:
        _make_meaningful(case, data, articles, mode)
        answer = case.call(headers={**(case.headers or {}), **keys[who]})
        seen.add(answer.status_code)
        # That a body is too large is a refusal, too, which that check does not know.
        case.validate_response(answer, checks=ALWAYS + refusal * (answer.status_code != 413))

    # Nothing that an operation without parameters is sent is against its schema.
    with suppress(Unsatisfiable):
        asked()
    return seen


def _make_meaningful(case: Any, data: st.DataObject, articles: list[str], mode: GenerationMode) -> None:
    """Ids that there are and texts with operators, in half of the cases; of what must be refused nothing is touched."""
    if mode == GenerationMode.NEGATIVE or data.draw(st.booleans()):
        return
    if "q" in (case.query or {}):
        case.query["q"] = data.draw(QUERIES)
    path = case.path_parameters or {}
    if "entity_id" in path:
        path["entity_id"] = data.draw(st.sampled_from(ENTITIES))
    if "article_id" in path:
        path["article_id"] = data.draw(st.sampled_from(articles))
    if "feed_id" in path:
        path["feed_id"] = data.draw(st.sampled_from(FEEDS))
    if case.path.endswith("/decisions") and case.method == "POST":
        case.body = data.draw(DECISIONS)
    if case.path.endswith("/feeds") and case.method == "POST":
        case.body = data.draw(NEW_FEEDS)
