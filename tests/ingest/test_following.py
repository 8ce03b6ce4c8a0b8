"""Feeds that are followed, from a real server on this machine."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from sqlmodel import select

from app.archive import Archive, open_archive
from app.errors import ArchiveBusy, FeedInvalid, FeedKnown, FetchFailed, NotFound
from app.ingest.fetching import Fetcher
from app.ingest.following import (
    MOST_FAILURES,
    Look,
    Poller,
    ask_again,
    begin_due,
    check_feeds,
    find_feed,
    look,
    new_feed,
    next_moment,
    settle_look,
)
from app.ingest.lock import writing_alone
from app.ingest.report import Report
from app.settings import Settings
from app.store import feeds
from app.store.rejections import list_rejections
from app.store.tables import Article, AwaitingNames, FollowedFeed
from tests.fetch.web import Web, send, serving
from tests.ingest.test_fetching import PAGE

Entry = tuple[str, str]


def rss(*entries: Entry, head: str = "") -> bytes:
    items = "".join(
        f"<item><title>{title}</title><guid>{title}</guid><description>{text}</description></item>"
        for title, text in entries
    )
    title = "<title>Harbour &amp; Wire</title>"
    return f'<?xml version="1.0"?><rss version="2.0"><channel>{title}{head}{items}</channel></rss>'.encode()


FERRY, LAMP = ("Ferry halted", "The ferry did not sail."), ("Lamp lit", "The lamp is lit again.")


@pytest.fixture
def web() -> Iterator[Web]:
    with serving() as made:
        made.put("/feed", rss(FERRY, LAMP), "application/rss+xml", ETag='"1"')
        yield made


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    settings = Settings(data_dir=tmp_path / "data", ingest_workers=1, fetch_hosts="127.0.0.1", fetch_pause=0)
    with open_archive(settings) as made:
        yield made


def follow(archive: Archive, url: str, every: int = 60, *, pages: bool = False, source: str | None = None) -> str:
    feed = new_feed(url, source, every, fetch_pages=pages)
    with archive.database.writing() as session:
        feeds.add_feed(session, feed)
        return feed.id


def state(archive: Archive, id: str) -> FollowedFeed:
    with archive.database.reading() as session:
        return feeds.load_feed(session, id)


def check(archive: Archive, id: str) -> tuple[Look, Report]:
    [(found, report)] = check_feeds(archive, [state(archive, id)], names=False)
    assert report is not None
    return found, report


def articles(archive: Archive) -> dict[str, Article]:
    with archive.database.reading() as session:
        return {article.headline: article for article in session.exec(select(Article))}


def minutes_to_next(archive: Archive, id: str) -> float:
    feed = state(archive, id)
    assert feed.next_at is not None
    assert feed.checked_at is not None
    return (datetime.fromisoformat(feed.next_at) - datetime.fromisoformat(feed.checked_at)).total_seconds() / 60


def test_what_is_in_a_feed_is_taken_once_and_what_changes_is_revised(web: Web, archive: Archive) -> None:
    id = follow(archive, web.url("/feed"))
    assert state(archive, id).state == "new"
    assert check(archive, id)[1].new == 2
    feed = state(archive, id)
    assert (feed.state, feed.title, feed.articles, feed.counts) == ("ok", "Harbour & Wire", 2, {"created": 2})
    assert check(archive, id)[1].read == 0
    assert state(archive, id).state == "unchanged"
    web.put("/feed", rss((FERRY[0], "It sails again."), LAMP, ("Third", "New.")), "application/rss+xml", ETag='"2"')
    check(archive, id)
    feed = state(archive, id)
    assert (feed.state, feed.articles, feed.counts) == ("ok", 3, {"created": 1, "revised": 1, "unchanged": 1})
    assert articles(archive)[FERRY[0]].body == "It sails again."
    with archive.database.reading() as session:
        assert len(session.exec(select(AwaitingNames)).all()) == 3
    web.put("/feed", rss(FERRY, LAMP), "application/rss+xml", ETag='"3"')
    check(archive, id)
    assert state(archive, id).counts == {"revised": 1, "unchanged": 1}
    assert articles(archive)[FERRY[0]].body == FERRY[1], "what was put back is a new state"


def test_what_has_not_changed_is_neither_sent_nor_read_again(web: Web, archive: Archive) -> None:
    id = follow(archive, web.url("/feed"))
    web.put("/feed", rss(FERRY), "text/xml", ETag='"1"', Last_Modified="Sun, 29 Nov 2026 01:00:00 GMT")
    check(archive, id)
    found, _ = check(archive, id)
    assert (found.outcome, found.channel, found.incoming) == ("unchanged", None, [])
    headers = web.asked[-1][1]
    assert headers["If-None-Match"] == '"1"'
    assert headers["If-Modified-Since"] == "Sun, 29 Nov 2026 01:00:00 GMT"
    # One that is sent again all the same.
    web.put("/feed", rss(FERRY), "text/xml")
    found, _ = check(archive, id)
    assert (found.outcome, found.channel) == ("unchanged", None)
    assert state(archive, id).failures == 0


def test_a_move_for_good_is_remembered_and_one_for_now_is_not(web: Web, archive: Archive) -> None:
    web.redirect("/old", "/feed", 301)
    web.redirect("/now", "/feed", 302)
    old, now = follow(archive, web.url("/old")), follow(archive, web.url("/now"))
    check(archive, old)
    check(archive, now)
    assert state(archive, old).url == web.url("/feed")
    assert state(archive, now).url == web.url("/now")
    assert feeds_named(archive, web.url("/old")) == feeds_named(archive, web.url("/feed")) == old
    check(archive, old)
    assert web.asked[-1][0] == "/feed"
    with pytest.raises(FeedKnown, match="has moved to"):
        follow(archive, web.url("/old"))


def feeds_named(archive: Archive, url: str) -> str:
    with archive.database.reading() as session:
        return feeds.load_feed(session, url).id


def test_entries_stay_the_same_when_a_feed_without_a_name_moves(web: Web, archive: Archive) -> None:
    nameless = rss(FERRY).replace(b"<title>Harbour &amp; Wire</title>", b"")
    web.put("/old", nameless)
    id = follow(archive, web.url("/old"))
    check(archive, id)
    web.redirect("/old", "/new", 308)
    web.put("/new", nameless.replace(b"did not sail", b"sails"))
    check(archive, id)
    assert state(archive, id).url == web.url("/new")
    assert state(archive, id).counts == {"revised": 1}
    assert len(articles(archive)) == 1


def test_a_move_to_what_is_no_feed_is_not_remembered(web: Web, archive: Archive) -> None:
    web.put("/a", rss(FERRY))
    id = follow(archive, web.url("/a"))
    check(archive, id)
    web.redirect("/a", "/portal", 301)
    web.put("/portal", b"<html><body>Log in to the hotel's network</body></html>")
    check(archive, id)
    feed = state(archive, id)
    assert (feed.url, feed.state) == (web.url("/a"), "failing")
    assert feed.error is not None
    assert "web page" in feed.error


def test_one_that_moves_to_where_another_is_followed_is_gone(web: Web, archive: Archive) -> None:
    web.put("/a", rss(FERRY))
    one, other = follow(archive, web.url("/a")), follow(archive, web.url("/feed"))
    check(archive, one)
    web.redirect("/a", "/feed", 301)
    check(archive, one)
    assert (state(archive, one).state, state(archive, one).next_at) == ("gone", None)
    assert check(archive, other)[0].error is None


def test_one_that_is_gone_is_not_asked_again_unless_somebody_wants_it(web: Web, archive: Archive) -> None:
    id = follow(archive, web.url("/feed"))
    check(archive, id)
    web.pages["/feed"] = partial(send, status=410)
    check(archive, id)
    feed = state(archive, id)
    assert (feed.state, feed.next_at, feed.error) == ("gone", None, "answered 410")
    assert list(begin_due(archive, 10)) == []
    web.put("/feed", rss(FERRY, LAMP))
    with archive.database.writing() as session:
        ask_again(session, id)
    [(due, _)] = begin_due(archive, 10)
    assert due.id == id
    check(archive, id)
    assert state(archive, id).state == "unchanged"


def test_failures_wait_ever_longer_and_end_in_a_pause(web: Web, archive: Archive) -> None:
    id = follow(archive, web.url("/none"))
    waits = []
    for number in range(1, MOST_FAILURES):
        check(archive, id)
        feed = state(archive, id)
        assert (feed.state, feed.failures, feed.error) == ("failing", number, "answered 404")
        waits.append(minutes_to_next(archive, id))
    assert waits[1] == pytest.approx(2 * waits[0], rel=0.01)
    assert waits[2] == pytest.approx(4 * waits[0], rel=0.01)
    assert 60 <= waits[0] <= 67
    assert max(waits) == pytest.approx(waits[-1], abs=0.1)
    assert max(waits) <= 1.1 * 24 * 60
    check(archive, id)
    assert (state(archive, id).state, state(archive, id).next_at) == ("paused", None)
    web.put("/none", rss(FERRY))
    check(archive, id)
    assert (state(archive, id).state, state(archive, id).failures) == ("ok", 0)


@pytest.mark.parametrize("status", [429, 503])
def test_whoever_asks_to_wait_is_left_alone(web: Web, archive: Archive, status: int) -> None:
    web.pages["/feed"] = partial(send, status=status, headers={"Retry-After": "36000"})
    id = follow(archive, web.url("/feed"))
    check(archive, id)
    assert 600 <= minutes_to_next(archive, id) <= 660
    web.pages["/feed"] = partial(send, status=status, headers={"Retry-After": "999999999"})
    check(archive, id)
    assert minutes_to_next(archive, id) <= 1.1 * 7 * 24 * 60


SY = '<sy:update{0} xmlns:sy="http://purl.org/rss/1.0/modules/syndication/">{1}</sy:update{0}>'


@pytest.mark.parametrize(
    ("head", "headers", "least"),
    [
        ("", {}, 60),
        ("<ttl>120</ttl>", {}, 120),
        ("<ttl>5</ttl>", {}, 60),
        ("<ttl>1000000</ttl>", {}, 360),
        (SY.format("Period", "daily") + SY.format("Frequency", "6"), {}, 240),
        ("", {"Cache_Control": "max-age=9000"}, 150),
    ],
)
def test_a_feed_may_ask_to_be_asked_less(
    web: Web, archive: Archive, head: str, headers: dict[str, str], least: float
) -> None:
    web.put("/feed", rss(FERRY, head=head), "text/xml", ETag='"1"', **headers)
    id = follow(archive, web.url("/feed"))
    for _ in range(2):
        check(archive, id)
        assert least <= minutes_to_next(archive, id) <= 1.1 * least + 0.1


def test_what_is_no_feed_is_said_plainly(web: Web, archive: Archive) -> None:
    web.put("/page", PAGE.encode())
    web.put("/list.json", b'[{"title": "One", "text": "A."}]', "application/json")
    web.put("/picture", b"\x89PNG\r\n\x1a\n" + bytes(100), "image/png")
    web.put("/empty", b"", "text/xml")
    told = {"/page": "web page that links none", "/list.json": "application/json", "/picture": "image/png"}
    with Fetcher(["127.0.0.1"], pause=0) as fetcher:
        for path, words in {**told, "/empty": "is no feed"}.items():
            with pytest.raises(FetchFailed, match=words):
                find_feed(fetcher, web.url(path))
    id = follow(archive, web.url("/page"))
    check(archive, id)
    assert state(archive, id).state == "failing"
    assert articles(archive) == {}, "a page is not taken for a feed"


LINK = '<link rel="alternate" type="application/{kind}+xml" title="{title}" href="{href}">'


def linking(*links: Entry, base: str = "") -> bytes:
    made = "".join(LINK.format(kind="rss", title=title, href=href) for title, href in links)
    return f"<!doctype html><html><head>{base}{made}</head><body><p>News</p></body></html>".encode()


def test_a_page_that_links_one_feed_stands_for_it(web: Web, archive: Archive) -> None:
    web.put("/", linking(("News", "feed"), ("Comments", "/comments/feed")))
    web.put("/based", linking(("News", "feed"), base='<base href="/">'))
    web.put("/two", linking(("News", "/feed"), ("Sport", "/sport")))
    web.put("/wrong", linking(("News", "/two")))
    with Fetcher(["127.0.0.1"], pause=0) as fetcher:
        for path in ("/", "/based"):
            assert find_feed(fetcher, web.url(path))[0] == web.url("/feed")
        with pytest.raises(FetchFailed, match=f"links 2; take one of them: {web.url('/feed')} {web.url('/sport')}"):
            find_feed(fetcher, web.url("/two"))
        with pytest.raises(FetchFailed, match="no feed"):
            find_feed(fetcher, web.url("/wrong"))
    id = follow(archive, web.url("/"))
    assert check(archive, id)[1].new == 2
    assert state(archive, id).url == web.url("/feed")


ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title type="html">&lt;b&gt;Coast&lt;/b&gt;</title>
<entry><id>a</id><title>Storm</title><updated>2025-05-05T10:00:00Z</updated><content>A storm.</content></entry>
</feed>"""
JSON_FEED = """{"version": "https://jsonfeed.org/version/1.1", "title": "Coast", "items": [
{"id": "1", "url": "URL", "title": "Storm", "content_text": "A storm."}]}"""
RDF = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">
<channel rdf:about="x"><title>Coast</title></channel>
<item rdf:about="y"><title>Storm</title><link>http://a.example/y</link><description>A storm.</description></item>
</rdf:RDF>"""


@pytest.mark.parametrize("text", [ATOM, JSON_FEED, JSON_FEED.replace("\n", ""), RDF])
def test_every_kind_of_feed_is_followed(web: Web, archive: Archive, text: str) -> None:
    web.put("/feed", text.encode(), "application/octet-stream")
    id = follow(archive, web.url("/feed"))
    assert check(archive, id)[1].new == 1
    assert state(archive, id).title == "Coast"
    assert articles(archive)["Storm"].source == "Coast"


def test_an_empty_feed_is_well(web: Web, archive: Archive) -> None:
    for path, text in (("/a", rss()), ("/b", b'{"version": "https://jsonfeed.org/version/1", "items": []}')):
        web.put(path, text)
        id = follow(archive, web.url(path))
        check(archive, id)
        assert (state(archive, id).state, state(archive, id).error) == ("ok", None)
    with archive.database.reading() as session:
        assert list_rejections(session) == []


def test_a_feed_that_breaks_off_is_read_as_far_as_it_goes_and_again(web: Web, archive: Archive) -> None:
    web.put("/feed", rss(FERRY, LAMP)[:-60], "text/xml", ETag='"1"')
    id = follow(archive, web.url("/feed"))
    check(archive, id)
    feed = state(archive, id)
    assert (feed.state, feed.articles, feed.etag) == ("failing", 1, None)
    assert feed.error is not None
    assert "well-formed" in feed.error
    web.put("/feed", rss(FERRY, LAMP), "text/xml", ETag='"1"')
    check(archive, id)
    assert (state(archive, id).state, state(archive, id).articles) == ("ok", 2)
    with archive.database.reading() as session:
        assert list_rejections(session) == []


def test_an_entry_that_is_refused_is_named_with_its_feed(web: Web, archive: Archive) -> None:
    bad = "<item><title>Bad</title><link>http://a.example/bad</link><pubDate>31 June</pubDate></item>"
    web.put("/feed", rss(FERRY, head=bad))
    id = follow(archive, web.url("/feed"))
    check(archive, id)
    assert state(archive, id).counts == {"created": 1, "rejected": 1}
    with archive.database.reading() as session:
        [refused] = list_rejections(session)
    assert (refused.file, refused.record) == (web.url("/feed"), 1)
    assert "31 June" in refused.reason
    assert "http://a.example/bad" in refused.reason
    web.put("/feed", rss(FERRY))
    check(archive, id)
    with archive.database.reading() as session:
        assert list_rejections(session) == []


def slow(request: BaseHTTPRequestHandler, over: threading.Event) -> None:
    over.wait(60)
    send(request, 200, rss(FERRY))


def test_a_look_that_was_overtaken_changes_nothing(web: Web, archive: Archive) -> None:
    """Two processes look at once: the older state must not come after the newer."""
    id = follow(archive, web.url("/feed"))
    with Fetcher(["127.0.0.1"], pause=0) as fetcher:
        older = look(state(archive, id), fetcher, {})
        web.put("/feed", rss((FERRY[0], "It sails.")), "text/xml", ETag='"2"')
        newer = look(state(archive, id), fetcher, {})
    assert settle_look(archive, newer) is not None
    assert settle_look(archive, older) is None
    assert {article.body for article in articles(archive).values()} == {"It sails."}
    assert state(archive, id).etag == '"2"'


def test_another_look_that_was_asked_for_meanwhile_is_not_forgotten(web: Web, archive: Archive) -> None:
    id = follow(archive, web.url("/feed"))
    check(archive, id)
    with Fetcher(["127.0.0.1"], pause=0) as fetcher:
        found = look(state(archive, id), fetcher, {})
    with archive.database.writing() as session:
        ask_again(session, id)
    assert settle_look(archive, found) is not None
    assert [due.id for due, _ in begin_due(archive, 10)] == [id]


def test_only_what_brings_something_waits_for_who_writes(web: Web, archive: Archive) -> None:
    id = follow(archive, web.url("/feed"))
    with writing_alone(archive.settings.lock_path):
        with pytest.raises(ArchiveBusy):
            list(check_feeds(archive, [state(archive, id)], patience=0))
        web.pages["/feed"] = partial(send, status=404)
        [(_, report)] = check_feeds(archive, [state(archive, id)], patience=0)
    assert report is not None
    assert state(archive, id).state == "failing"


def test_one_that_is_removed_meanwhile_brings_nothing(web: Web, archive: Archive) -> None:
    id = follow(archive, web.url("/feed"))
    with Fetcher(["127.0.0.1"], pause=0) as fetcher:
        found = look(state(archive, id), fetcher, {})
    with archive.database.writing() as session:
        feeds.drop_feed(session, id)
    assert settle_look(archive, found) is None
    assert articles(archive) == {}
    with pytest.raises(NotFound):
        state(archive, id)


def until(reached: Callable[[], bool], poller: Poller) -> None:
    waited = threading.Event()
    for _ in range(3_000):
        if reached():
            return
        poller.step()
        waited.wait(0.01)
    raise AssertionError("it did not come to that")


def test_one_slow_feed_keeps_no_other_waiting(web: Web, archive: Archive) -> None:
    over = threading.Event()
    web.pages["/slow"] = partial(slow, over=over)
    web.put("/fast", rss(LAMP))
    sluggish, fast = follow(archive, web.url("/slow")), follow(archive, web.url("/fast"))
    with Poller(archive) as poller:
        until(lambda: state(archive, fast).state == "ok", poller)
        assert state(archive, sluggish).state == "new"
        assert poller.is_needed(0)
        over.set()
        until(lambda: state(archive, sluggish).state == "ok", poller)
        assert not poller.step()
        assert not poller.is_needed(0)
        assert not poller.is_due()
    assert len([path for path, _ in web.asked if path == "/slow"]) == 1


def test_what_ends_the_process_each_time_is_put_off(web: Web, archive: Archive) -> None:
    id = follow(archive, web.url("/feed"))
    for _ in range(3):
        assert len(list(begin_due(archive, 10))) == 1
    assert list(begin_due(archive, 10)) == []
    feed = state(archive, id)
    assert (feed.state, feed.tries) == ("failing", 0)
    assert feed.error is not None
    assert "was ended 3 times" in feed.error
    assert next_moment(archive) > (datetime.now(UTC) + timedelta(minutes=50)).timestamp()


def test_private_networks_are_not_asked(web: Web, archive: Archive) -> None:
    web.redirect("/inside", "http://169.254.169.254/latest/meta-data")
    web.put("/page", linking(("News", "http://10.0.0.1/feed")))
    web.redirect("/named", web.url("/feed", "localhost"), 301)
    for path in ("/inside", "/page", "/named"):
        id = follow(archive, web.url(path))
        check(archive, id)
        feed = state(archive, id)
        assert (feed.state, feed.url) == ("failing", web.url(path))
        assert feed.error is not None
        assert "own networks" in feed.error
    id = follow(archive, web.url("/feed", "localhost"))
    check(archive, id)
    assert "own networks" in (state(archive, id).error or "")
    assert "/feed" not in [path for path, _ in web.asked]
    with pytest.raises(FeedInvalid):
        new_feed("file:///etc/passwd")
    for minutes in (0, 4, 10_081):
        with pytest.raises(FeedInvalid):
            new_feed("http://a.example/", every=minutes)


PAGED = """<?xml version="1.0"?><rss version="2.0"><channel><title>Harbour Wire</title>
<item><title>Ferry halted by fog</title><link>{page}</link><guid>1</guid><description>{text}</description></item>
</channel></rss>"""


def paged(web: Web, text: str = "The ferry did not sail.", page: str = "/ferry") -> bytes:
    return PAGED.format(page=web.url(page), text=text).encode()


def pages_asked(web: Web) -> int:
    return [path for path, _ in web.asked].count("/ferry")


def test_a_page_is_fetched_once_for_each_state_of_its_entry(web: Web, archive: Archive) -> None:
    web.put("/ferry", PAGE.encode())
    web.put("/feed", paged(web))
    id = follow(archive, web.url("/feed"), pages=True)
    check(archive, id)
    assert "two more boats" in articles(archive)["Ferry halted by fog"].body
    more = paged(web).replace(b"</channel>", b"<item><title>Lamp lit</title><guid>2</guid></item></channel>")
    web.put("/feed", more)
    check(archive, id)
    assert pages_asked(web) == 1
    assert state(archive, id).counts == {"created": 1, "unchanged": 1}
    web.put("/feed", paged(web, "It sails."))
    check(archive, id)
    assert pages_asked(web) == 2


def test_a_page_that_fails_for_now_is_asked_for_again_and_costs_no_text(web: Web, archive: Archive) -> None:
    web.pages["/ferry"] = partial(send, status=503)
    web.put("/feed", paged(web), "text/xml", ETag='"1"')
    id = follow(archive, web.url("/feed"), pages=True)
    check(archive, id)
    assert articles(archive)["Ferry halted by fog"].body == "The ferry did not sail."
    assert (state(archive, id).state, state(archive, id).etag) == ("ok", None)
    web.put("/ferry", PAGE.encode())
    check(archive, id)
    assert "two more boats" in articles(archive)["Ferry halted by fog"].body
    assert state(archive, id).etag == '"1"'
    web.pages["/ferry"] = partial(send, status=503)
    web.put("/feed", paged(web, "A summary."), "text/xml", ETag='"2"')
    check(archive, id)
    assert "two more boats" in articles(archive)["Ferry halted by fog"].body


def test_a_page_that_may_not_be_read_is_not_asked_for_again(web: Web, archive: Archive) -> None:
    web.put("/robots.txt", b"User-agent: *\nDisallow: /ferry")
    web.put("/ferry", PAGE.encode())
    web.put("/feed", paged(web), "text/xml", ETag='"1"')
    id = follow(archive, web.url("/feed"), pages=True)
    _, report = check(archive, id)
    assert any("robots.txt" in note for note in report.notes)
    assert articles(archive)["Ferry halted by fog"].body == "The ferry did not sail."
    assert pages_asked(web) == 0
    assert state(archive, id).etag == '"1"'


def test_pages_of_a_json_feed_are_fetched_too(web: Web, archive: Archive) -> None:
    web.put("/ferry", PAGE.encode())
    web.put("/feed", JSON_FEED.replace("URL", web.url("/ferry")).encode())
    check(archive, follow(archive, web.url("/feed"), pages=True))
    assert "two more boats" in articles(archive)["Storm"].body


@pytest.mark.parametrize(
    "page", ["http://[broken", "http://169.254.169.254/x", "http://u:p@a.example/", "ftp://a.example/"]
)
def test_a_page_that_must_not_be_asked_for_is_not_tried_again(web: Web, archive: Archive, page: str) -> None:
    web.put("/feed", paged(web).replace(web.url("/ferry").encode(), page.encode()), "text/xml", ETag='"1"')
    id = follow(archive, web.url("/feed"), pages=True)
    check(archive, id)
    assert (state(archive, id).state, state(archive, id).etag) == ("ok", '"1"')
    assert articles(archive)["Ferry halted by fog"].body == "The ferry did not sail."


def test_what_is_too_large_or_damaged_is_a_failure_like_others(web: Web, archive: Archive) -> None:
    web.put("/huge", gzip.compress(rss(FERRY) + b" " * 21_000_000), Content_Encoding="gzip")
    web.put("/damaged", b"no gzip", Content_Encoding="gzip")
    web.put("/odd", linking(("News", "http://[broken"), base='<base href="http://[">'))
    for path, words in (("/huge", "is over 20,000,000 bytes"), ("/damaged", "damaged gzip"), ("/odd", "no address")):
        id = follow(archive, web.url(path))
        check(archive, id)
        assert state(archive, id).state == "failing"
        assert words in (state(archive, id).error or "")


def test_names_are_recognised_at_once_where_nobody_else_does(web: Web, archive: Archive) -> None:
    web.put("/feed", rss(("Truce", "Narendra Modi met Vladimir Putin in Oslo.")))
    id = follow(archive, web.url("/feed"), source="Coast Courier")
    [(_, report)] = check_feeds(archive, [state(archive, id)])
    assert report is not None
    assert (report.new, report.recognised) == (1, 1)
    with archive.database.reading() as session:
        assert session.exec(select(AwaitingNames)).all() == []
