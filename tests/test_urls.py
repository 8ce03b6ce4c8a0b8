"""When two addresses are one page."""

from __future__ import annotations

import pytest

from app.urls import url_key, without_tracking

PAGE = "https://www.news.example/2025/05/talks"


@pytest.mark.parametrize(
    "same",
    [
        "http://news.example/2025/05/talks",
        "//news.example/2025/05/talks/",
        "news.example/2025/05/talks",
        "HTTPS://WWW.News.Example:443/2025/05/talks#comments",
        "http://news.example:80/2025/05/talks?utm_source=x&fbclid=y",
        " https://www2.news.example./2025/05/talks/?&#top ",
        "https://news.example/2025/05/t%61lks",
    ],
)
def test_one_page(same: str) -> None:
    assert url_key(same) == url_key(PAGE)


@pytest.mark.parametrize(
    "other",
    [
        "https://news.example/2025/05/Talks",
        "https://news.example/2025/05/talks/2",
        "https://news.example/2025/05/talks?page=2",
        "https://m.news.example/2025/05/talks",
        "https://news.example:8080/2025/05/talks",
        "ftp://news.example/2025/05/talks",
        "https://news.example/",
    ],
)
def test_another_page(other: str) -> None:
    assert url_key(other) != url_key(PAGE)


def test_parameters_are_one_in_any_order_and_letters_however_they_are_spelt() -> None:
    assert url_key("https://a.example/?b=2&a=1") == url_key("http://a.example?a=1&gclid=7&b=2")
    assert url_key("https://a.example/caf%C3%A9?q=%E6%9D%B1") == url_key("https://a.example/café?q=東")


def test_a_fragment_that_is_a_path_says_which_page() -> None:
    assert url_key("https://a.example/#!/1") != url_key("https://a.example/#!/2")
    assert url_key("https://a.example/#/1") == url_key("http://a.example/#/1") != url_key("https://a.example/#1")


@pytest.mark.parametrize("nothing", ["", " ", "https://", "//", "/", "#", "?a=1", "https:///"])
def test_what_names_no_host_is_no_page(nothing: str) -> None:
    assert url_key(nothing) == ""


def test_a_host_may_be_called_www() -> None:
    assert url_key("https://www.example/1") != url_key("https://example/1")


@pytest.mark.parametrize("kept", ["https://a.example/#?utm_source=x", "https://a.example", "a?b", ""])
def test_what_is_no_campaign_stays(kept: str) -> None:
    assert without_tracking(kept) == kept
