from __future__ import annotations

import pytest

from app.enrich.surnames import statesman
from tests.enrich.conftest import Enrich


@pytest.mark.parametrize(
    ("name", "full"),
    [
        ("Reagan", "Ronald Reagan"),
        ("Khadafy", "Muammar Gaddafi"),
        ("Muammar Qaddafi", "Muammar Gaddafi"),
        ("Erdoğan", "Recep Tayyip Erdogan"),
        ("Bush", None),
        ("Clinton", None),
    ],
)
def test_whom_news_calls_by_surname_everywhere(name: str, full: str | None) -> None:
    assert statesman(name) == full


def test_a_surname_that_needs_no_first_name(enrich: Enrich) -> None:
    keys = {entity.key for entity in enrich("President Reagan spoke on Friday.").entities}
    assert keys == {"person-ronald-reagan"}


def test_the_article_s_own_full_name_comes_first(enrich: Enrich) -> None:
    keys = {entity.key for entity in enrich("Nancy Reagan spoke on Friday. Mrs. Reagan left early.").entities}
    assert keys == {"person-nancy-reagan"}
