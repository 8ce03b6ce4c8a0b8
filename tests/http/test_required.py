"""What the schema calls `required` is there in every answer, and what it does not is sometimes left out.

Every operation is asked of an archive that holds all there can be, and of an empty one.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlmodel import select

from app.alerts.finding import find_new
from app.alerts.telling import tell_next
from app.api.app import create_api
from app.archive import open_archive
from app.ingest import posting
from app.ingest.lock import writing_alone
from app.ingest.pipeline import IngestOptions, ingest
from app.ingest.uploads import do_next_job
from app.settings import Settings
from app.store.feeds import note_feed
from app.store.jobs import note_progress
from app.store.tables import Alias, Entity, Mention
from tests.alerts.test_telling import Desk
from tests.conftest import RECORDS
from tests.fetch.web import serving
from tests.meaning import model_folder
from tests.served import AS_ADMIN, Api, admit_the_admin, closed, serve

PIECE = """The harbour of Oslo reopened on Friday after a storm had closed it for three days, the port authority said.

"We have waited for this morning like everybody else on the quay," said Anna Lund, who runs the ferries to Denmark.

More than sixty ships lay outside in the fjord, and pilots will bring them in by size, the largest first. "It will take
until Sunday before the last of them is at its berth," the authority said in a statement to the owners of the ships."""
HEARING = """"Nobody saw a thing that night on the pier before the harbour was closed," a fisherman said at the hearing.

"We were all on the pier by then, and the wind took the roof off the shed where the nets are kept dry." - Anna Lund

Anna Lund: "The nets of three boats are gone, and nobody has told their owners who is to pay for new ones."
"""
MORE: list[dict[str, object]] = [
    {"id": "bare", "text": "A lamp."},
    {"id": "mere-month", "text": "Senator Anna Lund spoke in Oslo.", "date": "2001-05", "source": "Harbour Wire"},
    {"id": "nowhere", "text": "Minister Anna Lund of the Indian navy spoke.", "dateline": "ABOARD THE VOLGA"},
    {"id": "alike", "text": "Anna B. Lund met Anna Lunt in Paris.", "source": "Undated Post"},
    {"id": "gone", "text": "Ottokar Wendelin Zabrowski lives in Halversund.", "source": "Harbour Wire"},
    {"id": "back", "text": "A ship came back.", "source": "Harbour Wire"},
    {
        "id": "wire",
        "title": "Harbour of Oslo reopens",
        "text": PIECE,
        "date": "2025-05-02T08:00:00Z",
        "source": "Harbour Wire",
        "url": "https://wire.example/harbour",
        "urgency": 4,
        "subjects": [{"name": "ports"}, {"scheme": "https://codes.example/", "code": "sea"}],
        "rights": "Harbour Wire",
    },
    {
        "id": "reprint",
        "title": "CORRECTED - Harbour of Oslo reopens",
        "text": PIECE.replace("sixty", "seventy"),
        "date": "2025-05-03T08:00:00Z",
        "source": "Coast Courier",
        "url": "https://courier.example/harbour",
    },
    {"id": "undated", "text": PIECE},
    {"id": "pier", "text": HEARING},
    {"id": "pier-again", "text": HEARING.replace("dry.", "dry!"), "source": "Coast Courier"},
    {"id": "un", "text": "The United Nations (U.N.) met. The U.N. had met before.", "date": "2025-05-01"},
]


class Answers:
    """Which properties of each model were there, and which were not."""

    def __init__(self, schemas: dict[str, Any]) -> None:
        self.schemas = schemas
        self.seen: Counter[str] = Counter()
        self.held: defaultdict[str, Counter[str]] = defaultdict(Counter)

    def look(self, schema: Any, value: Any) -> None:
        if "$ref" in schema:
            name = schema["$ref"].rpartition("/")[2]
            self.seen[name] += 1
            self.held[name].update(value.keys())
            schema = self.schemas[name]
        for name, part in schema.get("properties", {}).items():
            if name in value:
                self.look(part, value[name])
        for each in value if schema.get("type") == "array" else ():
            self.look(schema["items"], each)


class Asking:
    def __init__(self, api: Api, answers: Answers) -> None:
        self.api, self.answers = api, answers
        self.operations: set[str] = set()

    def __call__(self, method: str, path: str, status: int = 0, **more: Any) -> Any:
        answer = self.api.http.request(method, path, headers=AS_ADMIN | more.pop("headers", {}), **more)
        assert answer.status_code == status if status else answer.is_success, answer.text
        operation = self.api.operation(method.lower(), answer.request.url.path)
        self.operations.add(operation["operationId"])
        media_type = answer.headers["Content-Type"].partition(";")[0]
        described = operation["responses"][str(answer.status_code)]["content"].get(media_type)
        if described is None or not media_type.endswith(("/json", "+json")):
            return answer.text
        body = answer.json()
        if answer.is_success:
            self.api.fits(answer, {media_type: described})
            self.answers.look(described["schema"], body)
        else:
            self.answers.look({"$ref": "#/components/schemas/Problem"}, self.api.problem(answer))
        return body

    def pages(self, path: str) -> list[Any]:
        """Ask page by page, and for all at once."""
        found: list[Any] = self("GET", f"{path}{'&' if '?' in path else '?'}limit=1")["results"]
        found += self("GET", path)["results"][1:]
        return found


def read_everything(ask: Asking) -> None:
    """Whatever can be asked of an archive without knowing what is in it."""
    for path in (
        "entities", "sources", "stats", "jobs", "feeds", "decisions", "withdrawals", "searches", "changes",
        "rejections", "quotes", "decisions/copies",
    ):  # fmt: skip
        ask.pages(f"/v1/{path}") if path not in ("sources", "stats") else ask("GET", f"/v1/{path}")
    for path in ("/healthz", "/readyz", "/v1/timeline", "/v1/calendar", "/v1/feed?format=json", "/v1/feed?format=rss"):
        ask("GET", path)
    facets = "&".join(f"facet={name}" for name in ("person", "place", "source", "author", "year", "month"))
    ask.pages(f"/v1/search?{facets}")
    ask("GET", f"/v1/search?{facets}&facet_query=u.n&facet=organization")
    for query in ("q=narendra modi", "q=hrabour", "q=(modi", "entity=person-nobody", "page=1", "fields=id"):
        ask("GET", f"/v1/search?{query}")
    ask("GET", "/v1/search?q=truce&highlight=offsets&include=entities&include=body&include=authors")
    ask("GET", "/v1/search?q=harbour&limit=100&collapse=copies")
    ask("GET", "/v1/search?limit=100&collapse=stories&include=story")
    ask("GET", "/v1/autocomplete?q=mo")
    ask("GET", "/v1/export?format=jsonl")
    for wrong in ("limt=1", "date=2025-02-30", "q=a*", "q=((((((((((((((((a", "sort=olld", "entity_name=Nobody"):
        answer = ask.api.http.get(f"/v1/search?{wrong}", headers=AS_ADMIN)
        if not answer.is_success:
            ask("GET", f"/v1/search?{wrong}", 422)
    ask("POST", "/v1/articles/lookup", json={"ids": ["0" * 16], "urls": ["https://news.example/truce"]})
    ask("POST", "/v1/articles/lookup", json={"external_ids": ["gone", "truce-1"]})
    for query in (
        "rows=type&columns=month",
        "rows=person&columns=source&author=Nobody",
        "rows=author&columns=dateline",
    ):
        ask("GET", f"/v1/aggregate?{query}")
    ask("GET", "/v1/compare?a_date=2001-02&b_date=1998&limit=3")
    ask("GET", "/v1/compare?a_source=Almanac&b_source=Coast Courier&kind=word&kind=person&kind=place")
    for text in ("High water at the harbour on day 7 of the season.", "Nothing of this stands in any of them."):
        ask("POST", "/v1/match", json={"text": text})
    ask("POST", "/v1/articles", 422, json={"title": 7})


def live(ask: Asking, folder: Path) -> None:
    """What becomes of an archive: articles come in every way, saved searches tell of them, editors decide, articles are
    withdrawn."""
    with serving() as web:
        desk = Desk(web)
        searches = save_searches(ask, desk.url)
        (folder / "records.jsonl").write_text("\n".join(map(json.dumps, [*RECORDS[:12], *MORE])), encoding="utf-8")
        ingest([folder / "records.jsonl"], ask.api.archive, IngestOptions())
        ids = {hit["external_id"]: hit["id"] for hit in ask("GET", "/v1/search?limit=100")["results"]}
        put_articles(ask, ids["bare"])
        hand_in_files(ask)
        follow_feeds(ask)
        read_articles(ask, ids)
        tell(ask, searches)
        desk.status = 500
        ask("POST", "/v1/articles", json={"id": "later", "text": "Lund came back."})
        tell(ask, searches)
    decide(ask, ids)
    decide_about_copies(ask, ids)
    take_out_of_sight(ask, ids)
    read_everything(ask)
    read_entities(ask)


def save_searches(ask: Asking, hook: str) -> list[str]:
    saved = {"mail": {"email": "a@b.example"}, "hook": {"webhook": hook}, "none": {"email": "c@b.example"}}
    ids = [
        ask("POST", "/v1/searches", json={"name": name, "search": "q=lund", **told})["saved"]["id"]
        for name, told in saved.items()
    ]
    ask("PATCH", f"/v1/searches/{ids[2]}", json={"state": "off"})
    ask("DELETE", f"/v1/searches/{ids[2]}")
    return ids[:2]


def put_articles(ask: Asking, bare: str) -> None:
    once = {"Idempotency-Key": "1"}
    ask("POST", "/v1/articles", json={"articles": [{"id": "s", "text": "A storm."}, {"id": "t"}]}, headers=once)
    ask("POST", "/v1/articles", json={"id": "s2", "text": "A storm."})
    ask("POST", "/v1/articles", json=[{"id": f"{number}", "text": f"Gale {number}."} for number in range(5)])
    for better in ("Lamps.", "A storm.", "Lamps."):
        ask("PUT", f"/v1/articles/{bare}", json={"text": better})


def hand_in_files(ask: Asking) -> None:
    archive = ask.api.archive
    for source in ("", "?source=Wire"):
        files = [("files", ("a.jsonl", b'{"text": "A whale."}\n{"x": 1}\n')), ("files", ("b.bin", b"\0\1" * 90))]
        ask("POST", f"/v1/uploads{source}", files=files)
    ask("POST", "/v1/fetches", json={"url": "http://127.0.0.1:1/feed"})
    while do_next_job(archive):
        pass
    jobs = ask.pages("/v1/jobs")
    with archive.database.writing() as session:
        note_progress(session, jobs[0]["id"], state="failed", error="It ended the process that read it, three times.")
    for job in jobs:
        ask("GET", f"/v1/jobs/{job['id']}")


def follow_feeds(ask: Asking) -> None:
    for more in ({}, {"source": "Wire"}):
        ask("POST", "/v1/feeds", json={"url": f"https://news.example/{len(more)}", **more})
    [feed, *_] = ask.pages("/v1/feeds")
    moment = "2025-05-05T00:00:00+00:00"
    gone = {"state": "gone", "error": "answered 410", "title": "News", "next_at": None}
    with ask.api.archive.database.writing() as session:
        note_feed(session, feed["id"], checked_at=moment, success_at=moment, **gone)
    ask("GET", f"/v1/feeds/{feed['id']}")
    read_everything(ask)
    ask("POST", f"/v1/feeds/{feed['id']}/check")
    ask("DELETE", f"/v1/feeds/{feed['id']}")


def read_articles(ask: Asking, ids: dict[str, str]) -> None:
    for article in ids.values():
        for part in ("", "?q=truce&include=quotes&include=dates", "/text", "/citation", "/similar?limit=3", "/copies"):
            ask("GET", f"/v1/articles/{article}{part}")
        ask("GET", f"/v1/stories/{article}")
    ask.pages("/v1/stories")
    ask("GET", f"/v1/articles/{ids['truce-1']}/diff/{ids['strike-1']}")


def tell(ask: Asking, searches: list[str]) -> None:
    for act in (find_new, tell_next):
        while act(ask.api.archive):
            pass
        for search in searches:
            ask("GET", f"/v1/searches/{search}")
            ask.pages(f"/v1/searches/{search}/matches")
            ask.pages(f"/v1/searches/{search}/deliveries")
            ask("GET", f"/v1/searches/{search}/feed?format=json")
    ask("GET", "/v1/searches")


def decide_about_copies(ask: Asking, ids: dict[str, str]) -> None:
    path = f"/v1/articles/{ids['truce-1']}/copies/decisions"
    for note in ({}, {"note": "The same talks."}):
        made = ask("POST", path, json={"kind": "together", "other": ids["strike-1"], **note})["decision"]
        ask("POST", path, json={"kind": "undo", "undoes": made["number"]})
    ask.pages("/v1/decisions/copies")


def take_out_of_sight(ask: Asking, ids: dict[str, str]) -> None:
    for kind, id in (("withdraw", "strike-1"), ("withdraw", "back"), ("restore", "back"), ("erase", "gone")):
        because = {} if kind == "restore" else {"reason": "So asked."}
        ask("POST", f"/v1/articles/{ids[id]}/withdrawals", json={"kind": kind, **because})
    ask("GET", f"/v1/articles/{ids['strike-1']}", 410)
    ask("POST", "/v1/articles/lookup", json={"ids": [ids["strike-1"]]})
    ask("POST", "/v1/articles", json={"id": "strike-1", "source": "Coast Courier", "text": "Another text."})


def read_entities(ask: Asking) -> None:
    """With two of one name, of which one can be told apart."""
    with ask.api.archive.database.writing() as session:
        for type, country in (("person", None), ("place", "CZ")):
            id = f"{type}-ostrava"
            session.add(Entity(id=id, type=type, name="Ostrava", folded="ostrava", country=country, stale=False))
            session.flush()
            session.add(Alias(entity_id=id, text="Ostrava", folded="ostrava", kind="name", count=1))
    ask("GET", "/v1/search?entity_name=Ostrava", 422)
    for entity in ask("GET", "/v1/entities?limit=100")["results"]:
        ask("GET", f"/v1/entities/{entity['id']}")
        ask("GET", f"/v1/entities/{entity['id']}/similar_names")
    ask("GET", "/v1/entities/person-vladimir-putin")
    ask.pages("/v1/entities/person-narendra-modi/related")
    ask("GET", "/v1/entities/person-narendra-modi/timeline")


def decide(ask: Asking, ids: dict[str, str]) -> None:
    with ask.api.archive.database.reading() as session:
        of_un = select(Mention).where(Mention.article_id == ids["un"], Mention.surface == "U.N.")
        mention = session.exec(of_un).first()
    assert mention is not None
    split = {"article": ids["un"], "start": mention.start, "end": mention.end, "name": "Union of Nine"}
    decisions: list[tuple[str, dict[str, Any]]] = [
        (mention.entity_id, {"kind": "split", **split, "note": "It says so."}),
        ("person-vladimir-putin", {"kind": "merge", "target": "person-narendra-modi"}),
        ("person-narendra-modi", {"kind": "rename", "name": "N. Modi"}),
        ("place-paris", {"kind": "pin", "alias": "Paris"}),
        ("place-moscow", {"kind": "hide"}),
        ("place-moscow", {"kind": "undo", "undoes": 5}),
    ]
    for entity, decision in decisions:
        ask("POST", f"/v1/entities/{entity}/decisions", json=decision)
    one, other = ids["un"], next(id for id in ids.values() if id != ids["un"])
    for given in (
        {"kind": "together", "other": other},
        {"kind": "headline", "headline": "All"},
        {"kind": "undo", "undoes": 1},
    ):
        ask("POST", f"/v1/stories/{one}/decisions", json={**given, "note": "As it is."})
    ask("POST", f"/v1/stories/{one}/decisions", json={"kind": "detach"})
    ask.pages("/v1/decisions/stories")


@contextmanager
def asked(folder: Path, answers: Answers, embedding_model: str = "") -> Iterator[Asking]:
    """Serves an empty archive beside which nothing is done, with mail and webhooks to nowhere but this machine."""
    settings = Settings(
        data_dir=folder / "data",
        ingest_workers=1,
        fetch_hosts="127.0.0.1",
        smtp_url=SecretStr("smtp://127.0.0.1:1"),
        mail_from="dateline@archive.example",
        embedding_model=embedding_model,
    )
    with open_archive(settings) as archive:
        admit_the_admin(archive)
    app = create_api(settings)
    with writing_alone(settings.background_lock_path), serve(app) as client:
        yield Asking(Api(client, app, {"schemas": closed(answers.schemas)}), answers)


def test_what_is_required_is_always_there_and_nothing_else_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """That what is required is there, and that nothing else is, `Api.fits` checks at each answer."""
    monkeypatch.setattr(posting, "MOST_RECORDS", 4)
    schema = create_api(Settings(data_dir=tmp_path)).openapi()
    answers = Answers(schema["components"]["schemas"])
    with asked(tmp_path / "empty", answers) as ask:
        read_everything(ask)
    with asked(tmp_path / "full", answers, str(model_folder(tmp_path / "model"))) as ask:
        live(ask, tmp_path)
    assert ask.operations == {each["operationId"] for path in schema["paths"].values() for each in path.values()}
    properties = {name: answers.schemas[name]["properties"].keys() for name in answers.seen}
    never = {(model, name) for model in properties for name in properties[model] if not answers.held[model][name]}
    always = {(model, name) for model in properties for name in properties[model]} & {
        (model, name) for model, held in answers.held.items() for name in held if held[name] == answers.seen[model]
    }
    required = {(model, name) for model in properties for name in answers.schemas[model].get("required", ())}
    assert (never, always) == (set(), required)
