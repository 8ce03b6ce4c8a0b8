from __future__ import annotations

import pytest

from app import errors
from app.errors import (
    ArchiveBusy,
    DatelineError,
    InvalidParameter,
    NotFound,
    PossibleEntity,
    QueryTooComplex,
    Withdrawn,
)


def test_every_error_is_in_the_tree_and_in_its_drawing() -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, Exception)]
    assert all(issubclass(kind, DatelineError) for kind in kinds)
    assert all(kind.__name__ in (errors.__doc__ or "") for kind in kinds)


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (InvalidParameter("limit", "101 is more than 100."), "limit: 101 is more than 100."),
        (QueryTooComplex("too_deep", "The query is too deep."), "q: The query is too deep."),
        (NotFound("article", "ff"), "There is no article 'ff'."),
        (Withdrawn("ff"), "Article 'ff' was withdrawn."),
        (ArchiveBusy(7), "Another ingest runs (pid 7). Wait until it ends, then try again."),
        (ArchiveBusy(None), "Another ingest runs. Wait until it ends, then try again."),
    ],
)
def test_an_error_is_a_sentence_for_the_person_who_can_act_on_it(error: DatelineError, sentence: str) -> None:
    assert str(error) == sentence


def test_what_a_client_may_act_on_is_carried_in_fields() -> None:
    candidates = (PossibleEntity("person-a", "A. Example", "person"),)
    invalid = InvalidParameter("entity_name", "may mean several.", suggestion="A. Example", candidates=candidates)
    assert (invalid.parameter, invalid.suggestion, invalid.candidates) == ("entity_name", "A. Example", candidates)
    refused = QueryTooComplex("too_deep", "The query is too deep.")
    assert (refused.code, refused.parameter) == ("too_deep", "q")
    assert (NotFound("article", "ff").kind, NotFound("article", "ff").id) == ("article", "ff")
