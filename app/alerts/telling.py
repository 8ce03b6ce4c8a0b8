"""Messages that tell what is new for a saved search: made when they are sent, tried again with pauses, and logged.

A message is noted as sent after it was: a process that is killed in between sends it once more, under the same id.
"""

from __future__ import annotations

import logging
import math
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import msgspec

from app.alerts import mail, webhook
from app.archive import Archive
from app.errors import DatelineError, FetchFailed
from app.fetch import Client
from app.fetch.client import Limits
from app.settings import Settings
from app.store import searches
from app.store.tables import Article, Delivery, SavedSearch

log = logging.getLogger(__name__)

_LOOK = 0.5
"""Seconds from one look whether something is due to the next."""
_PAUSES = (5, 60, 300, 1_800, 7_200, 18_000, 36_000)
"""Seconds before a message is tried again; the last one from then on."""
_LIMITS = Limits(size=1_000_000, seconds=30.0, silence=15.0)
_NOTHING_LEFT = "nothing was left to tell"


class Teller:
    """Sends what is due, in a thread of its own: an address that takes its time keeps nothing else waiting."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="telling", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Stop once what is being sent is sent."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                if not tell_next(self._archive):
                    self._stop.wait(_LOOK)
            except DatelineError as error:
                log.warning("A message waits: %s", error)
                self._stop.wait(_PAUSES[0])


def tell_next(archive: Archive) -> bool:
    """Send the message whose time has come. Return whether there was one."""
    now = _second()
    with archive.database.reading() as session:
        due = searches.next_message_at(session)
    if due is None or due > now:
        return False
    with archive.database.writing() as session:
        searches.put_digests(session, now)
        delivery = searches.next_delivery(session, now)
    if delivery is None:
        return False
    _send_and_note(archive, delivery)
    return True


def next_message(archive: Archive) -> float:
    """Return when a message is to be sent, as `time.time` has it; infinite where none is expected."""
    with archive.database.reading() as session:
        due = searches.next_message_at(session)
    return math.inf if due is None else datetime.fromisoformat(due).timestamp()


def _send_and_note(archive: Archive, delivery: Delivery) -> None:
    with archive.database.reading() as session:
        search = session.get(SavedSearch, delivery.search)
        articles = searches.told_articles(session, delivery)
    if search is None:
        return
    try:
        answer = _send(archive.settings, search, delivery, articles) if articles else _NOTHING_LEFT
    except FetchFailed as error:
        again = datetime.now(UTC) + timedelta(seconds=_PAUSES[min(delivery.tries, len(_PAUSES) - 1)])
        with archive.database.writing() as session:
            at = again.isoformat(timespec="seconds")
            searches.note_undelivered(session, delivery.id, str(error), _second(), at)
    else:
        with archive.database.writing() as session:
            searches.note_delivered(session, delivery.id, answer, _second())


def _send(settings: Settings, search: SavedSearch, delivery: Delivery, articles: list[Article]) -> str:
    """Send a message, and return what it was answered. Raises `FetchFailed`."""
    alert = Alert(search, articles, settings.address)
    if delivery.kind == "mail":
        message = mail.mail_of(delivery.id, settings.mail_from, search.email or "", alert.subject(), alert.text())
        mail.send_mail(settings.smtp_url.get_secret_value(), message)
        return "taken by the mail server"
    body = msgspec.json.encode(alert.event(delivery.created_at))
    headers = webhook.signed_headers(search.secret or "", delivery.id, int(time.time()), body)
    with Client(settings.fetch_hosts.split(), _LIMITS) as client:
        return f"answered {client.post(search.webhook or '', body, headers)}"


@dataclass(frozen=True, slots=True)
class Alert:
    """What is new for a search, for whoever is told; `site` is the address of this server, without a slash."""

    search: SavedSearch
    articles: list[Article]
    site: str

    def event(self, at: str) -> dict[str, object]:
        """Return the message to a webhook."""
        search = {"id": self.search.id, "name": self.search.name, "url": f"{self.site}/v1/searches/{self.search.id}"}
        return {
            "type": "search.matched",
            "timestamp": at,
            "data": {"search": search, "articles": [self._shown(article) for article in self.articles]},
        }

    def subject(self) -> str:
        count = len(self.articles)
        return f"{self.search.name}: {count} new article{'' if count == 1 else 's'}"

    def text(self) -> str:
        """Return the text of a mail."""
        parts = [
            f"{article.headline}\n{', '.join(filter(None, (article.source, article.date)))}\n{self._page(article)}\n"
            for article in self.articles
        ]
        return "\n".join([*parts, f"-- \nThe saved search {self.search.name!r} of {self.site}"])

    def _shown(self, article: Article) -> dict[str, object]:
        shown = {
            "id": article.id, "headline": article.headline, "date": article.date, "source": article.source,
            "original": article.url, "url": f"{self.site}/v1/articles/{article.id}", "page": self._page(article),
        }  # fmt: skip
        return {name: value for name, value in shown.items() if value is not None}

    def _page(self, article: Article) -> str:
        return f"{self.site}/articles/{article.id}"


def _second() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
