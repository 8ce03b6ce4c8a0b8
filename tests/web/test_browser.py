"""What a reader does, in a real browser."""

from __future__ import annotations

import json
import re
from typing import Literal

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

GORBACHEV = "/entities/person-mikhail-gorbachev"
PUTIN = "/articles/78184646ba153278?q=%22full+support%22"
VIEWS = [
    "/", "/?q=moon", "/?q=moon&entity=person-neil-armstrong&date=1969", "/?q=gorbachof+reaktor", "/?q=moon&sort=date",
    PUTIN, f"{PUTIN}&limit=2", GORBACHEV,
    "/entities/place-india", "/entities?type=person", "/articles/0000000000000000", "/?date=1969-13",
    "/add", "/archive", "/articles/78184646ba153278/withdraw", "/articles/78184646ba153278/restore",
    "/sources", "/calendar?month=1969-07&day=07-21", "/how-to-search",
    "/?q=moon&view=compact", "/?q=moon&bars=share", "/searches", "/searches/new?q=moon",
    "/articles/78184646ba153278/erase",
    "/match?text=one+small+step+for+man,+one+giant+leap+for+mankind", "/aggregate?q=moon",
    "/compare?a_q=moon+OR+space&b_q=-moon+-space",
]  # fmt: skip


AXE = {"rules": {"target-size": {"enabled": True}}, "resultTypes": ["violations"]}
"""All of its rules: by itself it leaves out those of WCAG 2.2, that what is pressed has 24 pixels. What keeps a rule is
not listed."""


def headlines(page: Page) -> list[str]:
    return page.locator(".result .headline").all_inner_texts()


def search(page: Page, words: str) -> None:
    page.locator("#q").fill(words)
    page.locator("#q").press("Enter")
    expect(page.locator("h1")).to_contain_text(words)


def test_typing_a_word_and_enter_finds_and_the_address_says_what(page: Page) -> None:
    page.goto("/")
    search(page, "moon landing")
    assert page.url.endswith("/?q=moon+landing")
    expect(page).to_have_title("moon landing – Dateline")
    assert len(headlines(page)) == 4
    assert "Moon" in page.locator(".result mark").all_inner_texts()


def test_a_name_is_completed_and_narrows_to_its_articles(page: Page) -> None:
    page.goto("/")
    page.locator("#q").press_sequentially("gorba")
    first = page.get_by_role("option").first
    expect(first).to_contain_text("Mikhail Gorbachev")
    page.keyboard.press("ArrowDown")
    expect(first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(page.locator(".filters")).to_contain_text("Mikhail Gorbachev")
    assert page.url.endswith("/?entity=person-mikhail-gorbachev")
    assert len(headlines(page)) == 3


def test_a_word_before_the_name_stays_in_the_query(page: Page) -> None:
    page.goto("/")
    page.locator("#q").press_sequentially("reactor gorba")
    page.get_by_role("option").filter(has_text="Mikhail Gorbachev").click()
    expect(page.locator(".filters")).to_contain_text("Mikhail Gorbachev")
    expect(page.locator("#q")).to_have_value("reactor")


def test_escape_closes_completions_and_a_headline_opens_its_article(page: Page) -> None:
    page.goto("/")
    page.locator("#q").press_sequentially("moscow joins")
    option = page.get_by_role("option").filter(has_text="Moscow Joins Those Who Stand With New Delhi")
    expect(option).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("option")).to_have_count(0)
    page.locator("#q").press_sequentially(" tho")
    option.click()
    expect(page.locator("h1")).to_have_text("Moscow Joins Those Who Stand With New Delhi")
    assert "/articles/" in page.url


def test_a_whole_query_is_completed_and_searched(page: Page) -> None:
    page.goto("/")
    page.locator("#q").press_sequentially("black ho")
    option = page.get_by_role("option").filter(has_text="search")
    expect(option).to_contain_text("black hole")
    option.click()
    expect(page.locator("#q")).to_have_value("black hole")
    expect(page.locator("h1")).to_contain_text("black hole")


def test_a_facet_switches_on_and_off_and_keeps_place_and_focus(page: Page) -> None:
    page.goto("/?q=moon")
    value = page.locator(".facet").filter(has_text="People").get_by_role("link").first
    assert value.inner_text().split() == ["Neil", "Armstrong", "3"]
    value.scroll_into_view_if_needed()
    value.click()
    expect(page.locator("h1")).to_contain_text("3 articles")
    assert page.url.endswith("/?q=moon&entity=person-neil-armstrong")
    chosen = page.locator(".chosen a").first
    expect(chosen).to_be_focused()
    expect(chosen).to_have_attribute("aria-current", "true")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("5 articles")
    assert page.url.endswith("/?q=moon")


def test_a_value_is_left_out_or_joins_another(page: Page) -> None:
    page.goto("/?q=moon")
    page.get_by_role("link", name="Without Neil Armstrong").click()
    expect(page.locator(".filters")).to_contain_text("without Neil Armstrong")
    expect(page.locator("h1")).to_contain_text("2 articles")
    page.goto("/?entity=person-neil-armstrong")
    expect(page.locator("h1")).to_contain_text("3 articles")
    page.goto("/?entity=person-mikhail-gorbachev")
    alone = headlines(page)
    either = page.locator(".facet").filter(has_text="People").get_by_role("link", name="or Ronald Reagan")
    either.click()
    expect(page.locator(".filters li")).to_have_count(2)
    assert page.url.endswith("/?entity_any=person-mikhail-gorbachev&entity_any=person-ronald-reagan")
    assert {*headlines(page)} >= {*alone}
    other = page.locator(".facet").filter(has_text="People").locator("li:not(.chosen)").first.get_by_role("link").first
    other.click()
    expect(page.locator(".filters li")).to_have_count(3)


def test_a_stretch_of_the_timeline_is_brushed(page: Page) -> None:
    page.goto("/")
    box = page.locator("svg.bars").bounding_box()
    assert box is not None
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * 0.52, y)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.7, y, steps=4)
    page.mouse.up()
    expect(page.locator(".filters")).to_contain_text("to 31 December")
    found = re.search(r"date_from=(\d{4})-01-01&date_to=(\d{4})-12-31$", page.url)
    assert found is not None
    shown = [time[:4] for time in page.locator(".result time").evaluate_all("all => all.map(each => each.dateTime)")]
    assert shown
    assert all(found[1] <= year <= found[2] for year in shown)
    expect(page.locator("#date_from")).to_have_value(f"{found[1]}-01-01")


def test_a_bar_is_a_link_and_arrows_go_along_them(page: Page) -> None:
    page.goto("/?q=moon")
    page.locator("svg.bars a").first.focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("svg.bars a").nth(1)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("2 articles")
    assert page.url.endswith("date_from=2023-01-01&date_to=2023-12-31")


def test_the_value_stands_over_the_bar_under_the_pointer_and_can_be_a_share(page: Page) -> None:
    page.goto("/?q=moon")
    bar, value = page.locator("svg.bars a").first, page.locator("svg.bars text").first
    expect(value).to_be_hidden()
    bar.hover()
    expect(value).to_be_visible()
    assert value.text_content() == "3"
    page.get_by_role("link", name="Share of all articles").click()
    expect(page.get_by_role("link", name="Share of all articles")).to_have_attribute("aria-current", "true")
    assert page.url.endswith("/?q=moon&bars=share")
    assert (value.text_content() or "").endswith("%")
    page.get_by_role("link", name="Number", exact=True).click()
    expect(page).to_have_url(re.compile("q=moon$"))


def test_pages_follow_each_other_without_repeats_and_the_back_button_returns(page: Page) -> None:
    page.goto("/?sort=date")
    first = headlines(page)
    page.get_by_role("link", name="Next page").click()
    page.wait_for_url("**cursor=*")
    expect(page.locator(".result")).to_have_count(16)
    assert len({*first, *headlines(page)}) == 36
    page.go_back()
    expect(page.locator(".result")).to_have_count(20)
    assert headlines(page) == first
    page.go_forward()
    expect(page.locator(".result")).to_have_count(16)


def test_the_first_tab_skips_to_the_articles_and_loads_nothing(page: Page) -> None:
    page.goto("/?q=moon")
    asked = list[str]()
    page.on("request", lambda request: asked.append(request.url))
    page.keyboard.press("Tab")
    expect(page.get_by_text("Skip to the articles")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.go_back()
    expect(page.locator("h1")).to_contain_text("moon")
    assert [address for address in asked if "/assets/" not in address] == []


def test_back_from_an_article_finds_the_results_where_they_were(page: Page) -> None:
    page.goto("/?q=president")
    last = page.locator(".result .headline a").last
    last.scroll_into_view_if_needed()
    before = page.evaluate("scrollY")
    assert before > 0
    last.click()
    expect(page.locator(".text")).to_be_visible()
    assert page.evaluate("scrollY") == 0
    page.go_back()
    expect(page.locator("h1")).to_contain_text("president")
    page.wait_for_function("top => Math.abs(scrollY - top) < 3", arg=before)


def test_an_article_shows_its_names_its_hits_and_what_is_like_it(page: Page) -> None:
    page.goto("/?q=%22full+support%22")
    page.locator(".result .headline a").first.click()
    expect(page.locator(".text mark")).to_have_text("full support")
    expect(page.locator("h1")).to_have_text("Putin Assures Modi of Support Over Pahalgam")
    expect(page.locator("h1.derived")).to_have_count(0)
    expect(page.locator(".text h2").last).to_have_text("Asif’s Proposal")
    assert page.locator(".further .result").count() > 0
    expect(page.locator(".facts")).to_contain_text("034_78184646ba153278.txt, record 1")
    page.locator(".text a.person", has_text="Putin").first.click()
    expect(page.locator("h1")).to_have_text("Vladimir Putin")
    expect(page.locator("#aliases + ul")).to_contain_text("Putin")
    assert page.locator(".company a.person").count() > 0


def test_what_the_head_tells_programs_is_of_the_page_that_is_shown(page: Page, site: httpx.Client) -> None:
    page.goto("/?q=%22full+support%22")
    page.evaluate("window.kept = true")
    page.locator(".result .headline a").first.click()
    expect(page.locator(".text")).to_be_visible()
    assert page.evaluate("window.kept"), "the page was loaded whole"
    address = f"{str(site.base_url).rstrip('/')}/articles/78184646ba153278"
    told = [
        page.locator("head link[rel=canonical]").get_attribute("href"),
        page.locator("head meta[property='og:url']").get_attribute("content"),
        page.locator("head meta[name=citation_public_url]").get_attribute("content"),
        json.loads(page.locator("head script[type='application/ld+json']").text_content() or "")["@id"],
    ]
    assert told == [address] * 4
    page.locator(".further .headline a").first.click()
    expect(page.locator("head link[rel=canonical]")).not_to_have_attribute("href", address)
    expect(page.locator("head script[type='application/ld+json']")).to_have_count(1)
    page.locator(".nameplate a").click()
    expect(page.locator("h1")).to_contain_text("in the archive")
    expect(page.locator("head link[rel=canonical]")).to_have_count(0)


def test_the_page_of_an_entity_tells_a_life(page: Page) -> None:
    page.goto(GORBACHEV)
    figures = page.locator(".about .figures")
    expect(figures.filter(has_text="First:")).to_have_count(1)
    figures.filter(has_text="First:").get_by_role("link").click()
    expect(page.locator(".text a", has_text="Gorbachev").first).to_be_visible()
    page.goto(GORBACHEV)
    assert page.locator(".life [aria-hidden] rect").count() > 0
    together = page.locator(".company .together").first
    count = (together.text_content() or "").split()[0]
    assert page.locator(".company path").count() == page.locator(".company li").count() > 2
    together.click()
    expect(page.locator("h1")).to_contain_text(f"{count} article")
    expect(page.locator(".filters li")).to_have_count(2)


def test_an_address_opens_the_same_view_in_another_window(page: Page, browser: Browser) -> None:
    page.goto("/")
    search(page, "moon")
    page.locator(".facet").filter(has_text="People").get_by_role("link").first.click()
    expect(page.locator(".filters")).to_be_visible()
    page.get_by_role("link", name="Oldest").click()
    expect(page.get_by_role("link", name="Oldest")).to_have_attribute("aria-current", "true")
    other = browser.new_page()
    other.goto(page.url)
    assert headlines(other) == headlines(page)
    assert other.locator(".filters").inner_text() == page.locator(".filters").inner_text()
    other.close()


def test_the_call_behind_a_page_is_copied_and_answers_the_same(
    page: Page, context: BrowserContext, site: httpx.Client
) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto("/?q=%22full+support%22&entity=place-india")
    page.get_by_text("Share, save, export").click()
    page.get_by_role("button", name="Copy command").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith(f"curl -G {str(site.base_url).rstrip('/')}/v1/search")
    assert "--data-urlencode 'q=\"full support\"'" in copied
    answer = site.get(page.get_by_role("link", name="The same as JSON").get_attribute("href") or "").json()
    assert answer["total"] == len(headlines(page)) == 1


def test_a_menu_has_all_that_a_search_can_be_had_as(page: Page, context: BrowserContext, site: httpx.Client) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto("/?q=moon&sort=date")
    menu, opener = page.locator(".ways-out dl"), page.locator(".ways-out summary")
    expect(menu).to_be_hidden()
    opener.focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == f"{str(site.base_url).rstrip('/')}/?q=moon&sort=date"
    links = {link.inner_text(): link.get_attribute("href") or "" for link in menu.get_by_role("link").all()}
    assert [*links] == [
        "Link to this search", "Save this search", "Feed", "CSV", "JSON Lines", "Parquet", "BibTeX", "RIS", "CSL-JSON",
        "The same as JSON",
    ]  # fmt: skip
    assert {site.get(address).status_code for address in links.values()} == {200}
    page.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    expect(opener).to_be_focused()
    opener.click()
    page.locator("h1").click()
    expect(menu).to_be_hidden()
    page.goto(GORBACHEV)
    page.locator(".ways-out summary").click()
    page.get_by_role("link", name="Save this search").click()
    expect(page.locator("#name")).to_have_value("Mikhail Gorbachev")


def seen(page: Page) -> int:
    """Return how many results are on the screen with their headline and the first line of their snippet."""
    lines = page.locator(".result .snippet").evaluate_all(
        "all => all.map(each => each.getBoundingClientRect().top + 24)"
    )
    return sum(line <= page.evaluate("innerHeight") for line in lines)


def test_five_results_are_on_a_screen_and_more_where_they_are_compact(browser: Browser, site: httpx.Client) -> None:
    context = browser.new_context(base_url=str(site.base_url), viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto("/?q=president")
    assert seen(page) >= 5
    page.get_by_role("link", name="Compact").click()
    expect(page.locator("#page")).to_have_class(re.compile("compact"))
    assert seen(page) >= 9
    assert page.url.endswith("/?q=president&view=compact")
    page.locator(".facet a").first.click()
    expect(page.locator(".filters")).to_be_visible()
    expect(page.locator("#page")).to_have_class(re.compile("compact"))
    page.get_by_role("link", name="Compact").click()
    expect(page.locator("#page")).not_to_have_class(re.compile("compact"))
    context.close()


def test_the_first_result_is_on_the_first_screen_of_a_phone(browser: Browser, site: httpx.Client) -> None:
    context = browser.new_context(base_url=str(site.base_url), viewport={"width": 390, "height": 844})
    page = context.new_page()
    for view in ("/", "/?q=president", "/?q=moon&entity=person-neil-armstrong"):
        page.goto(view)
        assert seen(page) >= 1, view
    context.close()


def test_the_keyboard_alone_is_enough(page: Page) -> None:
    page.goto("/")
    page.keyboard.press("/")
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.type("chernobyl")
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    page.keyboard.type("chernobyl")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("chernobyl")
    page.locator("#q").focus()
    page.keyboard.press("ArrowDown")
    first = page.locator(".result .headline a").first
    expect(first).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.locator(".result .headline a").nth(1)).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator(".text mark").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#q")).to_be_focused()


def test_j_and_k_and_arrows_work_from_the_start(page: Page) -> None:
    first, second = (page.locator(".result .headline a").nth(n) for n in (0, 1))
    for down, up in (("j", "k"), ("ArrowDown", "ArrowUp")):
        page.goto("/?q=president")
        page.keyboard.press(down)
        expect(first).to_be_focused()
        page.keyboard.press(down)
        expect(second).to_be_focused()
        page.keyboard.press(up)
        expect(first).to_be_focused()
    page.locator("#q").fill("")
    page.locator("#q").press_sequentially("jk")
    expect(page.locator("#q")).to_have_value("jk")


def test_from_an_article_one_goes_on_through_the_results(page: Page) -> None:
    page.goto("/?q=president&sort=date&limit=3")
    wanted = headlines(page)
    page.get_by_role("link", name="Next page").click()
    page.wait_for_url("**cursor=*")
    wanted += headlines(page)
    page.goto("/?q=president&sort=date&limit=3")
    page.locator(".result .headline a").first.click()
    heading = page.locator("h1")
    expect(heading).to_have_text(wanted[0])
    expect(page.locator(".trail [rel=prev]")).to_have_count(0)
    for headline in wanted[1:4]:
        page.keyboard.press("j")
        expect(heading).to_have_text(headline)
    page.locator(".trail").get_by_role("link", name="Results").click()
    expect(page.locator(".result").first).to_contain_text(wanted[3])
    page.locator(".result .headline a").nth(1).click()
    expect(heading).to_have_text(wanted[4])
    page.locator(".trail").get_by_role("link", name="Previous").click()
    expect(heading).to_have_text(wanted[3])
    expect(page.locator(".text mark").first).to_be_visible()


def test_words_that_kill_a_search_are_named_and_one_click_repairs_it(page: Page) -> None:
    page.goto("/?q=gorbachof+reaktor")
    expect(page.locator(".counts .none")).to_have_count(2)
    page.locator(".meant").click()
    expect(page.locator("h1")).to_contain_text("gorbachev reactor")
    assert headlines(page)
    page.goto("/?q=moon+xylophone&match=all")
    page.get_by_role("link", name="Leave out xylophone").click()
    expect(page.locator("h1")).to_contain_text("5 articles for")
    page.goto("/?q=chernobyl&date=1969")
    page.get_by_role("link", name="Without 1969").click()
    expect(page.locator("h1")).to_contain_text("chernobyl")
    assert headlines(page)


def test_what_is_read_is_set_in_the_typeface_that_comes_along(page: Page) -> None:
    page.goto("/")
    page.evaluate("document.fonts.ready.then(() => true)")
    loaded = "[...document.fonts].map(each => [each.family.replaceAll('\"', ''), each.status])"
    assert page.evaluate(loaded) == [["Dateline Serif", "loaded"]]


def test_it_works_without_scripts(browser: Browser, site: httpx.Client) -> None:
    context = browser.new_context(base_url=str(site.base_url), java_script_enabled=False)
    page = context.new_page()
    page.goto("/")
    page.locator("#q").fill("moon")
    page.locator("#date_from").fill("2000")
    page.get_by_role("button", name="Search").click()
    assert page.locator("h1").inner_text() == "2 articles for moon"
    page.locator(".facet a").first.click()
    assert page.locator(".filters li").count() == 2
    page.locator(".headline a").first.click()
    assert page.locator(".text mark").count() > 0
    page.goto(GORBACHEV)
    page.locator("svg.bars a").first.click(force=True)
    assert page.locator(".filters li").count() == 2
    assert page.locator(".scripted:visible").count() == 0
    context.close()


def test_on_a_narrow_screen_nothing_is_cut_and_the_facets_fold(browser: Browser, site: httpx.Client) -> None:
    context = browser.new_context(base_url=str(site.base_url), viewport={"width": 360, "height": 740})
    page = context.new_page()
    for view in VIEWS:
        page.goto(view)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), view
    page.goto("/?q=moon")
    expect(page.locator(".facets")).to_be_hidden()
    page.get_by_text("Narrow the search").click()
    page.locator(".facet a").first.click()
    expect(page.locator(".filters li")).to_have_count(1)
    expect(page.locator(".facets")).to_be_visible()
    context.close()


def test_on_a_phone_the_keyboard_makes_room_for_what_was_found(browser: Browser, site: httpx.Client) -> None:
    context = browser.new_context(
        base_url=str(site.base_url), viewport={"width": 390, "height": 800}, has_touch=True, is_mobile=True
    )
    page = context.new_page()
    page.goto("/")
    search(page, "moon")
    expect(page.locator("main")).to_be_focused()
    context.close()


@pytest.mark.parametrize(
    ("scheme", "views"), [("light", VIEWS), ("dark", [VIEWS[2], VIEWS[3], PUTIN, GORBACHEV, *VIEWS[-3:]])]
)
def test_no_view_has_a_finding_of_accessibility(
    browser: Browser, site: httpx.Client, scheme: Literal["light", "dark"], views: list[str]
) -> None:
    context = browser.new_context(base_url=str(site.base_url), color_scheme=scheme)
    page = context.new_page()
    for view in views:
        page.goto(view)
        found = Axe().run(page, options=AXE)
        assert found.violations_count == 0, f"{view}: {found.generate_report()}"
    page.goto("/")
    page.locator("#q").press_sequentially("gorba")
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    assert Axe().run(page, options=AXE).violations_count == 0
    for view in ("/?q=moon", GORBACHEV):
        page.goto(view)
        page.locator(".ways-out summary").click()
        expect(page.locator(".ways-out pre")).to_be_visible()
        found = Axe().run(page, options=AXE)
        assert found.violations_count == 0, f"{view}: {found.generate_report()}"
    context.close()


def test_what_is_pressed_in_the_description_of_the_api_has_24_pixels(page: Page) -> None:
    page.goto("/docs")
    expect(page.locator(".opblock").first).to_be_visible()
    rules = {"runOnly": {"type": "rule", "values": ["target-size", "landmark-one-main"]}}
    found = Axe().run(page, options=rules)
    assert found.violations_count == 0, found.generate_report()


def test_on_paper_there_is_the_text_alone(page: Page) -> None:
    page.goto(PUTIN)
    page.emulate_media(media="print")
    expect(page.locator(".text")).to_be_visible()
    for gone in (".ask", ".rail", ".further", ".colophon", ".menu"):
        expect(page.locator(gone)).to_be_hidden()
    imprint = page.locator(".imprint")
    expect(imprint).to_contain_text(re.compile("Address.*/articles/78184646ba153278.*SHA-256.*[0-9a-f]{64}", re.DOTALL))
    page.emulate_media(media="screen")
    expect(imprint).to_be_hidden()


def test_a_passage_that_is_copied_takes_its_source_along(
    page: Page, context: BrowserContext, site: httpx.Client
) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(PUTIN)
    address = f"{str(site.base_url).rstrip('/')}/articles/78184646ba153278"

    def copied(script: str) -> str:
        page.evaluate(script)
        page.keyboard.press("Control+c")
        return str(page.evaluate("navigator.clipboard.readText()"))

    whole = (
        "const range = document.createRange(); range.selectNodeContents({}); "
        "getSelection().removeAllRanges(); getSelection().addRange(range)"
    )
    passage = page.locator("#p3").inner_text()
    date = page.locator(".folio time").first.inner_text()
    assert copied(whole.format("document.getElementById('p3')")) == f"{passage}\n\n{date}, {address}#p3\n"
    html = page.evaluate(
        "navigator.clipboard.read().then(([item]) => item.getType('text/html')).then((blob) => blob.text())"
    )
    assert f'href="{address}#p3"' in html
    assert 'href="/' not in html
    # From the headline on.
    assert f", {address}\n" in copied(whole.format("document.querySelector('article')"))
    name = page.locator("#p3 a:not(.anchor)").first.inner_text()
    assert copied(whole.format("document.querySelector('#p3 a:not(.anchor)')")) == name
    page.goto(f"{PUTIN}#p3")
    expect(page.locator("#p3")).to_be_in_viewport()
    page.locator("#p4").hover()
    page.locator("#p4 .anchor").click()
    assert page.url.endswith("#p4")
