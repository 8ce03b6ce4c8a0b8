from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import InvalidCursor
from app.read import cursors
from app.store.entities import After


@given(st.tuples(st.integers(0, 2**53) | st.text(), st.text()))
def test_a_cursor_comes_back_as_it_went(after: After) -> None:
    cursor = cursors.encode_page_end(after, "asked")
    assert cursor.isascii()
    assert cursors.decode_page_end(cursor, type(after[0]), "asked") == after
    with pytest.raises(InvalidCursor):
        cursors.decode_page_end(cursor, type(after[0]), "asked otherwise")
    with pytest.raises(InvalidCursor):
        cursors.decode_page_end(cursor, str if isinstance(after[0], int) else int, "asked")


@given(st.text())
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(InvalidCursor):
        cursors.decode_page_end(text, int, "asked")


def test_none_is_the_beginning() -> None:
    assert cursors.decode_page_end(None, int, "asked") is None
