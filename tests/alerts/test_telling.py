"""Messages of saved searches: to a real server of webhooks and a real server of mail."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import Message
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message as Mailbox
from pydantic import SecretStr
from sqlmodel import select, update
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from app.alerts.finding import find_new
from app.alerts.saving import save_search
from app.alerts.telling import next_message, tell_next
from app.archive import Archive, open_archive
from app.errors import InvalidParameter
from app.ingest.withdrawing import change_status
from app.read.params import SavedSearchBody
from app.settings import Settings
from app.store import searches
from app.store.tables import Delivery, SavedSearch
from tests.fetch.web import Web
from tests.fetch.web import send as answer_with
from tests.ingest.test_naming import send, summit


class Desk:
    """What a webhook was sent, and what it answers."""

    def __init__(self, web: Web) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.status = 200
        self.url = web.url("/hook")
        web.pages["/hook"] = self._take

    def _take(self, request: BaseHTTPRequestHandler) -> None:
        body = request.rfile.read(int(request.headers["Content-Length"]))
        self.got.append(({name.lower(): value for name, value in request.headers.items()}, body))
        answer_with(request, self.status)


class Post(Mailbox):
    def __init__(self) -> None:
        super().__init__()
        self.got: list[Message] = []

    def handle_message(self, message: Message) -> None:
        self.got.append(message)


@pytest.fixture
def post() -> Iterator[tuple[Post, int]]:
    box = Post()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = Controller(box, hostname="127.0.0.1", port=port)
    server.start()
    try:
        yield box, port
    finally:
        server.stop()


@pytest.fixture
def archive(tmp_path: Path, post: tuple[Post, int]) -> Iterator[Archive]:
    settings = Settings(
        data_dir=tmp_path / "data",
        recognise=False,
        fetch_hosts="127.0.0.1",
        smtp_url=SecretStr(f"smtp://127.0.0.1:{post[1]}"),
        mail_from="Dateline <dateline@archive.example>",
    )
    with open_archive(settings) as opened:
        yield opened


def save(archive: Archive, **given: Any) -> SavedSearch:
    body = SavedSearchBody(
        **{"name": "Summits", "search": "https://archive.example/?q=summit&sort=-date&limit=5", **given}
    )
    return save_search(archive, body, "desk")


def tell_all(archive: Archive) -> int:
    find_new(archive)
    told = 0
    while tell_next(archive):
        told += 1
    return told


def make_due(archive: Archive) -> None:
    """Let the time come for whatever waits for it."""
    with archive.database.writing() as session:
        session.connection().execute(update(Delivery).values(due_at="2001-01-01T00:00:00+00:00"))
        session.connection().execute(
            update(SavedSearch).where(SavedSearch.email.is_not(None)).values(mail_due="2001-01-01T00:00:00+00:00")  # type: ignore[union-attr]
        )


def test_a_webhook_is_told_each_article_once_and_signed(archive: Archive, web: Web) -> None:
    desk = Desk(web)
    saved = save(archive, webhook=desk.url)
    send(archive, summit(1), summit(2))
    assert tell_all(archive) == 1
    send(archive, summit(2), summit(3))
    assert tell_all(archive) == 1
    assert tell_all(archive) == 0
    assert saved.secret is not None
    events = [Webhook(saved.secret).verify(body, headers) for headers, body in desk.got]
    assert [[each["headline"] for each in event["data"]["articles"]] for event in events] == [
        ["Summit 1", "Summit 2"],
        ["Summit 3"],
    ]
    assert {event["type"] for event in events} == {"search.matched"}
    assert len({headers["webhook-id"] for headers, _ in desk.got}) == 2
    headers, body = desk.got[0]
    with pytest.raises(WebhookVerificationError):
        Webhook(saved.secret).verify(body.replace(b"Summit 1", b"Summit 9"), headers)


def test_what_fails_is_tried_again_under_the_same_id(archive: Archive, web: Web) -> None:
    desk = Desk(web)
    saved = save(archive, webhook=desk.url)
    send(archive, summit(1))
    desk.status = 500
    began = time.time()
    assert tell_all(archive) == 1
    # Times are kept in whole seconds.
    assert began + 4 <= next_message(archive) <= time.time() + 5
    with archive.database.reading() as session:
        row = searches.load_search(session, saved.id)
        [waiting] = searches.list_deliveries(session, row, 10)
    assert row.error is not None
    assert "answered 500" in row.error
    assert (waiting.state, waiting.tries) == ("waiting", 1)
    desk.status = 204
    make_due(archive)
    assert tell_all(archive) == 1
    first, second = desk.got
    assert first[0]["webhook-id"] == second[0]["webhook-id"]
    with archive.database.reading() as session:
        row = searches.load_search(session, saved.id)
        [done] = searches.list_deliveries(session, row, 10)
    assert (done.state, done.tries, row.error) == ("done", 2, None)


def test_after_days_of_failure_it_is_switched_off(archive: Archive, web: Web) -> None:
    desk = Desk(web)
    saved = save(archive, webhook=desk.url)
    send(archive, summit(1))
    desk.status = 500
    tell_all(archive)
    long_ago = (datetime.now(UTC) - timedelta(days=6)).isoformat(timespec="seconds")
    with archive.database.writing() as session:
        session.connection().execute(update(SavedSearch).values(failing_since=long_ago))
    make_due(archive)
    tell_all(archive)
    send(archive, summit(2))
    assert tell_all(archive) == 0
    with archive.database.reading() as session:
        row = searches.load_search(session, saved.id)
        assert row.state == "off"
        assert {each.state for each in session.exec(select(Delivery))} == {"failed"}


def test_an_article_that_was_withdrawn_meanwhile_is_not_told(archive: Archive, web: Web) -> None:
    desk = Desk(web)
    save(archive, webhook=desk.url)
    first, _ = send(archive, summit(1), summit(2))
    find_new(archive)
    change_status(archive, "withdraw", [first["id"]], "a mistake", "desk")
    tell_all(archive)
    [(_, body)] = desk.got
    assert [each["headline"] for each in json.loads(body)["data"]["articles"]] == ["Summit 2"]


def test_an_address_of_the_own_networks_is_not_told(tmp_path: Path, web: Web) -> None:
    desk = Desk(web)
    with open_archive(Settings(data_dir=tmp_path / "guarded", recognise=False)) as archive:
        saved = save(archive, webhook=desk.url)
        send(archive, summit(1))
        tell_all(archive)
        with archive.database.reading() as session:
            row = searches.load_search(session, saved.id)
    assert desk.got == []
    assert row.error is not None
    assert "DATELINE_FETCH_HOSTS" in row.error


def test_a_redirect_is_not_followed(archive: Archive, web: Web) -> None:
    desk = Desk(web)
    web.redirect("/old", desk.url, 307)
    save(archive, webhook=web.url("/old"))
    send(archive, summit(1))
    tell_all(archive)
    assert desk.got == []


def test_a_mail_tells_what_is_new_since_the_last(archive: Archive, post: tuple[Post, int]) -> None:
    save(archive, email="desk@news.example", digest="hour")
    send(archive, summit(1), summit(2))
    assert tell_all(archive) == 0
    make_due(archive)
    assert tell_all(archive) == 1
    make_due(archive)
    assert tell_all(archive) == 0
    [mail] = post[0].got
    assert (mail["To"], mail["Subject"]) == ("desk@news.example", "Summits: 2 new articles")
    text = str(mail.get_payload())
    assert "Summit 1" in text
    assert "Summit 2" in text
    assert "/articles/" in text
    assert str(mail["Message-ID"]).startswith("<msg_")
    assert str(mail["Message-ID"]).endswith("@archive.example>")


def test_odd_letters_and_lines_in_a_name_make_no_header(archive: Archive, post: tuple[Post, int]) -> None:
    save(archive, name="Zürich\r\nBcc: all@news.example", email="desk@news.example")
    send(archive, {"id": 1, "title": "Summit\u2028of – Zürich", "text": "A summit. " * 500})
    find_new(archive)
    make_due(archive)
    assert tell_all(archive) == 1
    [mail] = post[0].got
    assert mail["Bcc"] is None


def test_a_mail_server_that_is_away_is_tried_again(tmp_path: Path) -> None:
    settings = Settings(
        data_dir=tmp_path / "away",
        recognise=False,
        smtp_url=SecretStr("smtp://127.0.0.1:9"),
        mail_from="a@news.example",
    )
    with open_archive(settings) as archive:
        saved = save(archive, email="desk@news.example")
        send(archive, summit(1))
        find_new(archive)
        make_due(archive)
        assert tell_all(archive) == 1
        with archive.database.reading() as session:
            row = searches.load_search(session, saved.id)
            [waiting] = searches.list_deliveries(session, row, 10)
    assert waiting.state == "waiting"
    assert row.error is not None
    assert "smtp://127.0.0.1:9" in row.error


def test_a_password_is_not_sent_where_nothing_is_encrypted(archive: Archive, post: tuple[Post, int]) -> None:
    settings = archive.settings.model_copy(update={"smtp_url": SecretStr(f"smtp://me:pass@127.0.0.1:{post[1]}")})
    archive.settings = settings
    saved = save(archive, email="desk@news.example")
    send(archive, summit(1))
    find_new(archive)
    make_due(archive)
    tell_all(archive)
    with archive.database.reading() as session:
        row = searches.load_search(session, saved.id)
    assert row.error is not None
    assert "not encrypted" in row.error
    assert "pass" not in row.error.replace("password", "")
    assert post[0].got == []


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"webhook": "ftp://news.example"}, "webhook"),
        ({"webhook": "https://me:pass@news.example/"}, "webhook"),
        ({"webhook": "https://news.example/", "secret": "whsec_short"}, "secret"),
        ({"secret": "whsec_" + "A" * 32}, "secret"),
        ({"email": "nobody"}, "email"),
        ({"email": "a@b.example\r\nBcc: c@d.example"}, "email"),
        ({"digest": "day"}, "digest"),
    ],
)
def test_what_cannot_be_told_is_not_saved(archive: Archive, given: dict[str, str], named: str) -> None:
    with pytest.raises(InvalidParameter) as refused:
        save(archive, **given)
    assert refused.value.parameter == named


def test_mail_needs_a_server(tmp_path: Path) -> None:
    with (
        open_archive(Settings(data_dir=tmp_path / "silent")) as archive,
        pytest.raises(InvalidParameter, match="DATELINE_SMTP_URL"),
    ):
        save(archive, email="desk@news.example")
