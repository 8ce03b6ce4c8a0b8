"""docs/demo.html as a reader has it: a page of another address, in a real browser, that asks a real server."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Request, expect, sync_playwright

from app.settings import Settings
from app.web.site import create_app
from tests.clients.conftest import ROOT
from tests.fetch.web import Web, serving
from tests.served import serve
from tests.web.browsers import installed

DEMO = (ROOT / "docs/demo.html").read_bytes()
AXE = {"rules": {"target-size": {"enabled": True}}, "resultTypes": ["violations"]}


@dataclass
class Front:
    """The page, and what it asked since it was last looked at."""

    page: Page
    asked: list[str] = field(default_factory=list)
    received: int = 0

    def watch(self) -> None:
        self.page.on("request", self._note)
        session = self.page.context.new_cdp_session(self.page)
        session.send("Network.enable")
        session.on("Network.loadingFinished", self._add)

    def _note(self, request: Request) -> None:
        if urlsplit(request.url).path != "/demo.html":
            self.asked.append(request.url)

    def _add(self, event: dict[str, float]) -> None:
        self.received += int(event["encodedDataLength"])

    def begin(self) -> None:
        self.page.wait_for_load_state("networkidle")
        self.asked, self.received = [], 0

    @property
    def total(self) -> str:
        return self.page.locator("#total").inner_text()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    program = installed()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[Web]:
    with serving() as web:
        yield web


@pytest.fixture(scope="module")
def open_server(seeded: Path, elsewhere: Web) -> Iterator[httpx.Client]:
    with serve(create_app(Settings(data_dir=seeded, cors_origins=elsewhere.url("")))) as client:
        yield client


@pytest.fixture
def front(browser: Browser, open_server: httpx.Client, elsewhere: Web) -> Iterator[Front]:
    with browser.new_context(viewport={"width": 1280, "height": 900}) as context:
        context.set_default_timeout(60_000)
        page = context.new_page()
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        front = Front(page)
        front.watch()
        page.goto(opened(elsewhere, open_server))
        expect(page.locator("#total")).to_have_text("36 articles")
        front.begin()
        yield front
        assert errors == []
        assert {urlsplit(url).path for url in front.asked} <= {"/v1/search"}


def opened(elsewhere: Web, server: httpx.Client) -> str:
    path = f"/demo.html?server=http://127.0.0.1:{server.base_url.port}"
    elsewhere.put(path, DEMO)
    return elsewhere.url(path)


@pytest.mark.parametrize("delay", [60, 400], ids=["at once", "letter by letter"])
def test_five_letters_cost_at_most_five_requests_and_60_kb(front: Front, delay: int) -> None:
    front.page.locator("#words").press_sequentially("presi", delay=delay)
    expect(front.page.locator("#total")).not_to_have_text("36 articles")
    front.page.wait_for_load_state("networkidle")
    assert 1 <= len(front.asked) <= 5
    assert 0 < front.received <= 60_000


def test_hits_have_names_and_marks_and_more_come_as_one_scrolls(front: Front) -> None:
    page = front.page
    assert page.locator(".hit").count() == 10
    page.mouse.wheel(0, 20_000)
    expect(page.locator(".hit")).to_have_count(20)
    while page.locator(".hit").count() < 36:
        page.mouse.wheel(0, 20_000)
        page.wait_for_timeout(50)
    assert page.locator("#end").inner_text() == "That is all: 36."
    assert len(front.asked) == 3
    assert {parse_qs(urlsplit(url).query)["limit"][0] for url in front.asked} == {"10"}
    page.locator("#words").fill("moon")
    expect(page.locator("#total")).to_have_text("5 articles")
    assert {text.casefold() for text in page.locator(".hit mark").all_inner_texts()} == {"moon"}
    assert page.locator(".hit").first.locator(".chip").count() >= 2


def test_facets_narrow_widen_and_are_searched(front: Front) -> None:
    page = front.page
    people = page.locator(".facet", has_text="People")
    people.locator("input").fill("armst")
    expect(people.locator(".value")).to_have_count(1)
    people.get_by_role("button", name="Neil Armstrong").click()
    expect(page.locator("#chosen .chip")).to_have_text("Neil Armstrong ×")
    narrowed = front.total
    assert narrowed != "36 articles"
    page.locator(".facet", has_text="Years").get_by_role("button", name="1969").click()
    expect(page.locator("#chosen .chip")).to_have_count(3)
    assert "date=1969" in page.url
    page.go_back()
    expect(page.locator("#total")).to_have_text(narrowed)
    page.locator("#chosen .chip").click()
    expect(page.locator("#total")).to_have_text("36 articles")


def test_an_article_is_read_from_its_hit_and_left_again(front: Front) -> None:
    page = front.page
    page.locator("#words").fill('"full support"')
    expect(page.locator("#total")).to_have_text("1 article")
    page.locator(".hit h2 button").click()
    body = page.locator("#article .body")
    expect(body).to_contain_text("Pahalgam")
    expect(body.locator("mark")).to_have_text("full support")
    assert len(body.inner_text()) > 1_000
    expect(page.locator("#place")).to_have_text("1 of 1")
    page.go_back()
    expect(page.locator("#reader")).not_to_be_visible()
    expect(page.locator("#total")).to_have_text("1 article")
    page.go_forward()
    expect(body).to_contain_text("Pahalgam")
    page.reload()
    expect(body).to_contain_text("Pahalgam")
    page.keyboard.press("Escape")
    expect(page.locator("#reader")).not_to_be_visible()


def test_what_is_hit_is_marked_in_the_whole_text_however_it_is_spelt(front: Front) -> None:
    page = front.page
    page.locator("#words").fill("U.S. president's")
    page.locator("#words").press("Enter")
    expect(page.locator(".hit mark").first).to_be_visible()
    page.locator(".hit h2 button").first.click()
    page.wait_for_function("document.querySelector('#article .body').innerText.length > 500")
    assert "U.S" in page.locator("#article .body mark").all_inner_texts()


def test_the_keyboard_is_enough(front: Front) -> None:
    page = front.page
    for key in ("j", "j", "k", "ArrowDown"):
        page.keyboard.press(key)
    expect(page.locator(".hit").nth(1)).to_have_class(re.compile(r"\bhere\b"))
    page.keyboard.press("Enter")
    expect(page.locator("#place")).to_have_text("2 of 36")
    page.keyboard.press("j")
    expect(page.locator("#place")).to_have_text("3 of 36")
    page.keyboard.press("Escape")
    expect(page.locator("#reader")).not_to_be_visible()
    page.keyboard.press("/")
    page.keyboard.type("moon")
    expect(page.locator("#total")).to_have_text("5 articles")


@pytest.mark.parametrize(("width", "scheme"), [(390, "light"), (1280, "dark")])
def test_it_fits_and_nothing_is_wrong_with_it(front: Front, width: int, scheme: str) -> None:
    page = front.page
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.set_viewport_size({"width": width, "height": 800})
    page.locator("#words").fill("president")
    expect(page.locator("#total")).to_have_text("21 articles")
    assert_is_sound(page, width)
    page.locator(".hit h2 button").first.click()
    expect(page.locator("#place")).to_have_text("1 of 21")
    assert_is_sound(page, width)


def assert_is_sound(page: Page, width: int) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    wrong = Axe().run(page, options=AXE).response["violations"]
    assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in wrong] == []


def test_where_another_page_may_not_ask_it_says_what_to_do(
    browser: Browser, server: httpx.Client, elsewhere: Web
) -> None:
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(opened(elsewhere, server))
        expect(page.locator("#note")).to_contain_text(f"DATELINE_CORS_ORIGINS={elsewhere.url('')}")


def test_nothing_of_it_comes_from_elsewhere() -> None:
    text = DEMO.decode()
    assert not {"src=", "@import", "url("} & {word for word in ("src=", "@import", "url(") if word in text}
