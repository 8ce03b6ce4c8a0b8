"""What is done to an archive while it is killed, and how it must be found afterwards."""

from __future__ import annotations

import gc
import json
import pickle
import random
import re
import shutil
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from time import sleep
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import text
from sqlmodel import col, select

from app.alerts.finding import find_new
from app.alerts.saving import save_search
from app.archive import Archive, open_archive
from app.errors import HistoryUnknown, IndexUnavailable
from app.ingest import indexing, standing
from app.ingest.deciding import decide, decide_copies
from app.ingest.enriching import enrich
from app.ingest.fetching import is_address
from app.ingest.following import Poller, ask_again, new_feed
from app.ingest.lock import writing_alone
from app.ingest.naming import name_some
from app.ingest.pipeline import IngestOptions, ingest
from app.ingest.posting import RepeatableRequest, Sent, post, revise
from app.ingest.story_deciding import decide_story
from app.ingest.uploads import Upload, do_next_job, hand_in, hand_in_address, sweep
from app.ingest.verify import verify
from app.ingest.withdrawing import change_status
from app.read.params import SavedSearchBody
from app.search.query import Query, Word
from app.search.whoosh.segment import EXTENSION
from app.settings import Settings
from app.store import keys, migrations, searches
from app.store.backup import write_backup
from app.store.check import check_copies
from app.store.copy_decisions import CopyProposal
from app.store.decisions import Proposal
from app.store.feeds import add_feed, newest_feeds
from app.store.jobs import load_job, open_jobs
from app.store.provenance import erased_key
from app.store.story_decisions import StoryProposal
from app.store.tables import Article, Decision, Key, Rejection, StoryDecision
from app.store.unnamed import put_in_queue
from app.store.withdrawals import Kind
from app.text import fingerprint
from tests.failures.history import History
from tests.fetch.web import Web, serving
from tests.following import Mirror, contents, reader, settled
from tests.ingest.derived import state as derived

PERSONS = ["Roald Amundsen", "Robert Scott", "Ernest Shackleton", "Fridtjof Nansen", "Robert Peary", "Matthew Henson"]
MERGED, TARGET = "person-robert-peary", "person-matthew-henson"
SOURCE = "Lighthouse Journal"
_TAKEN = "old2"
"""The beginning of the names of articles that are taken out of sight."""
PICTURE = "Picture: Otto Sverdrup"
FEED_STATES: list[dict[str, str]] = [{"new-0": "1", "new-1": "1"}, {"new-0": "2", "new-1": "1", "more-0": "1"}]
"""What is in the feed that is followed, one after the other: the names of articles and their states."""
_STATE = re.compile(r"State (\w+)\.")


class Place:
    """The data folder and the history beside it. `named`: names are recognised when articles come in."""

    def __init__(self, folder: Path, *, named: bool = False) -> None:
        self.folder, self.named = folder, named
        self.data = folder / "data"
        self.settings = Settings(data_dir=self.data, ingest_workers=1, fetch_hosts="127.0.0.1", fetch_pause=0)
        self.history = History(folder / "history")

    @contextmanager
    def opened(self, *, allow_missing_index: bool = False) -> Iterator[Archive]:
        with open_archive(self.settings, allow_missing_index=allow_missing_index) as archive:
            yield archive

    def send(self, archive: Archive, names: list[str], state: str = "1") -> None:
        """Ingest an article of each name, and something that is none; acknowledged when ingest returns."""
        file = self.folder / f"{names[0]}-{state}.jsonl"
        file.write_text("".join(f"{_record(name, state)}\n" for name in names) + "no record\n")
        facts = [("article", names, state), ("rejection", [file.name], "")]
        if self.named:
            facts.append(("recognition", names, ""))
        for kind, of, at in facts:
            self.history.sent(kind, of, at)
        ingest([file], archive, IngestOptions(skip_entities=not self.named))
        for kind, of, at in facts:
            self.history.acknowledged(kind, of, at)

    def take(self, archive: Archive, proposal: Proposal, note: str) -> Decision:
        """An editor's decision; `note` is the name that it goes by in the history."""
        self.history.sent("decision", [note])
        decided = decide(archive, proposal, by=note)
        assert decided.indexed
        self.history.acknowledged("decision", [note])
        return decided.decision

    def rule(self, archive: Archive, proposal: CopyProposal, note: str) -> Decision:
        """Take an editor's decision about copies, likewise."""
        self.history.sent("decision", [note])
        decided = decide_copies(archive, proposal, by=note)
        assert decided.indexed
        self.history.acknowledged("decision", [note])
        return decided.decision

    def correct(self, archive: Archive, proposal: StoryProposal, note: str) -> StoryDecision:
        """Take an editor's decision about a story, likewise."""
        self.history.sent("story decision", [note])
        decided = decide_story(archive, proposal, by=note)
        assert decided.indexed
        self.history.acknowledged("story decision", [note])
        return decided.decision

    def segments(self) -> int:
        return sum(1 for _ in self.settings.index_dir.glob(f"*{EXTENSION}"))


def _record(name: str, state: str) -> str:
    first, second = random.Random(name).sample(PERSONS, 2)
    body = f"{first} and {second} keep the lighthouse of {name}. State {state}. {second} left for Norway on Monday. "
    body += f"“It is lit for all who come by,” {first} said."
    # Seven of those that are there at the beginning have it: with one of `furnishing` it is furniture, with one less
    # again none.
    pictured = name.startswith(("old", "page")) and name.endswith("-0") and state == "1"
    picture = f"\n\n{PICTURE}" if pictured else ""
    record = {"id": name, "title": name, "text": f"{body}{picture}", "source": SOURCE}
    if told := _EDITIONS.get((name, state)):
        record |= {"text": f"The lighthouse stands. State {state}. {told}", "date": "1911-12-14"}
    return json.dumps(record)


def _plain_words(seed: str) -> str:
    words = random.Random(seed)
    return " ".join("".join(words.choices("aeioklmnrst", k=5)) for _ in range(60))


_EDITIONS = {
    ("copy-0", "1"): _plain_words("one"),
    ("copy-1", "1"): _plain_words("other"),
    ("copy-2", "1"): f"{_plain_words('one')} {_plain_words('other')}",
    ("copy-2", "2"): _plain_words("third"),
    ("copy-3", "1"): " ".join(sorted(_plain_words("third").split())),
}
"""What is told, by name and state: the third has what the first two have, and later neither, but the words of the
fourth."""


def names(prefix: str, number: int) -> list[str]:
    return [f"{prefix}-{n}" for n in range(number)]


def begin(place: Place, prefix: str = "old", batches: int = 7) -> None:
    """Seven batches of two articles: the next small one makes a merge. A mirror follows."""
    with place.opened() as archive:
        for n in range(batches):
            place.send(archive, names(f"{prefix}{n}", 2))
        _follow(place, archive)


def warm_up() -> None:
    """Do what processes do at first, once for all that are forked from this one: imports within functions, mappers,
    statements. Nothing stays open."""
    with TemporaryDirectory() as folder:
        place = Place(Path(folder))
        begin(place, batches=2)
        check(place)
    gc.freeze()


def growing(place: Place) -> None:
    """Three batches, one of them of articles that are there."""
    with place.opened(allow_missing_index=True) as archive:
        place.send(archive, names("new", 3))
        place.send(archive, names("old3", 2), "2")
        place.send(archive, names("more", 1))


def ingesting(place: Place) -> None:
    with place.opened() as archive:
        place.send(archive, names("new", 3))


def posting(place: Place) -> None:
    """What a server does with a request that says which it is, and with the same once more."""
    with place.opened() as archive:
        of = names("new", 3)
        body = "".join(f"{_record(name, '1')}\n" for name in of) + "no record\n"
        place.history.sent("article", of, "1")
        answers = [_posted(archive, body) for _ in range(2)]
        assert answers[0] == answers[1]
        place.history.acknowledged("article", of, "1")


def putting(place: Place) -> None:
    """A new state of an article, over HTTP."""
    with place.opened() as archive:
        [name] = of = names("old3", 1)
        with archive.database.reading() as session:
            id = session.exec(select(Article.id).where(Article.external_id == name)).one()
        place.history.sent("article", of, "2")
        body = BytesIO(_record(name, "2").encode())
        revise(archive, id, Sent(body, "json", "desk", request=RepeatableRequest("desk", "put", "")), 0).close()
        place.history.acknowledged("article", of, "2")


def _posted(archive: Archive, body: str) -> list[bytes]:
    sent = Sent(BytesIO(body.encode()), "jsonl", "desk", request=RepeatableRequest("desk", "post", ""))
    with closing(post(archive, sent, 0)) as answer:
        return list(answer.lines())


def revising(place: Place) -> None:
    with place.opened() as archive:
        place.send(archive, names("old3", 2), "2")


def alerting(place: Place) -> None:
    """A search is saved, articles come, and what is new for it is found."""
    with place.opened() as archive:
        given = {"name": "keepers", "search": "q=lighthouse", "webhook": "https://desk.example/hook"}
        save_search(archive, SavedSearchBody.checked(given), "Ada")
        place.send(archive, names("new", 3))
        find_new(archive)
        place.send(archive, names("old3", 2), "2")
        find_new(archive)


def furnishing(place: Place) -> None:
    """A line of many articles becomes furniture, and none again."""
    with place.opened() as archive:
        place.send(archive, names("page", 1))
        place.send(archive, names("old3", 1), "2")


def joining_editions(place: Place) -> None:
    """An article makes two others its copies, and copies of each other; an editor parts it from one of them for a
    time; then it says something else, and is of one story with another, from which an editor takes it out for a
    time."""
    with place.opened() as archive:
        for name in names("copy", 3):
            place.send(archive, [name])
        assert len(_copied(archive)) == 3
        first, _, third = (_id_of(archive, name) for name in names("copy", 3))
        parted = place.rule(archive, CopyProposal("apart", first, third), "parted")
        assert len(_copied(archive)) == 2
        place.rule(archive, CopyProposal("undo", third, undoes=parted.number), "joined again")
        assert len(_copied(archive)) == 3
        place.send(archive, ["copy-2"], "2")
        assert _copied(archive) == []
        place.send(archive, ["copy-3"])
        assert _in_stories(archive) == [["copy-2", "copy-3"]]
        taken = place.correct(archive, StoryProposal("detach", third), "taken out")
        assert _in_stories(archive) == []
        place.correct(archive, StoryProposal("undo", third, undoes=taken.number), "put back")
        assert _in_stories(archive) == [["copy-2", "copy-3"]]


def _id_of(archive: Archive, name: str) -> str:
    with archive.database.reading() as session:
        return session.exec(select(Article.id).where(Article.external_id == name)).one()


def joining(place: Place) -> None:
    """What the process beside a server does after requests."""
    posting(place)
    with place.opened() as archive:
        while indexing.join_pieces(archive):
            pass


def _copied(archive: Archive) -> list[str]:
    """Return the names of the articles that have copies, as rows and index have it."""
    with archive.database.reading() as session:
        shown = session.exec(select(Article).where(Article.status == "published")).all()
    groups = Counter(article.copy_group for article in shown)
    copied = [str(article.external_id) for article in shown if groups[article.copy_group] > 1]
    assert archive.engine.search(Query(collapse="copies")).collapsed == len(groups)
    return copied


def _in_stories(archive: Archive) -> list[list[str]]:
    """Return the stories of several articles, by their names."""
    found: defaultdict[str | None, list[str]] = defaultdict(list)
    with archive.database.reading() as session:
        for story, name in session.exec(select(Article.story, Article.external_id)):
            found[story].append(str(name))
    return sorted(sorted(names) for story, names in found.items() if story is not None and len(names) > 1)


def withdrawing(place: Place) -> None:
    with place.opened() as archive:
        _take(place, archive, "withdraw", "withdrawn")


def restoring(place: Place) -> None:
    with place.opened() as archive:
        _take(place, archive, "withdraw", "withdrawn")
        _take(place, archive, "restore", "1")


def erasing(place: Place) -> None:
    with place.opened() as archive:
        _take(place, archive, "erase", "erased")


def _take(place: Place, archive: Archive, kind: Kind, state: str) -> None:
    with archive.database.reading() as session:
        ids = session.exec(select(Article.id).where(col(Article.external_id).startswith(_TAKEN))).all()
    place.history.sent("article", names(_TAKEN, 2), state)
    assert change_status(archive, kind, ids, "a test", "Ada").indexed
    place.history.acknowledged("article", names(_TAKEN, 2), state)


def rebuilding(place: Place) -> None:
    with place.opened() as archive:
        indexing.rebuild(archive)


def compacting(place: Place) -> None:
    """What a long run ends with."""
    with place.opened() as archive, writing_alone(archive.settings.lock_path):
        indexing.compact(archive, 100)


def mending(place: Place) -> None:
    """What a server does that finds an index it cannot read."""
    for toc in place.settings.index_dir.glob("*.toc"):
        toc.write_bytes(b"")
    with place.opened(allow_missing_index=True) as archive:
        indexing.catch_up(archive)


def copying(place: Place) -> None:
    with place.opened() as archive:
        write_backup(archive.database, place.data / "copy.sqlite")


def deciding(place: Place) -> None:
    """What an editor decides and takes back."""
    with place.opened() as archive:
        taken = place.take(archive, Proposal("merge", MERGED, target=TARGET), "merge")
        place.take(archive, Proposal("rename", TARGET, name="Matthew A. Henson"), "rename")
        place.take(archive, Proposal("undo", MERGED, undoes=taken.number), "undo")


def enriching(place: Place) -> None:
    """For articles that came in without names."""
    with place.opened() as archive:
        with archive.database.reading() as session:
            unnamed = select(Article.external_id).where(Article.pipeline == "", Article.status == "published")
            unread = [str(id) for id in session.exec(unnamed)]
        place.history.sent("recognition", unread)
        enrich(archive)
        place.history.acknowledged("recognition", unread)


def uploading(place: Place) -> None:
    """Files that are handed in, and read by the process beside a server."""
    with place.opened() as archive:
        of = names("new", 3)
        file = "".join(f"{_record(name, '1')}\n" for name in of) + "no record\n"
        for kind, facts in (("article", of), ("rejection", ["new.jsonl"])):
            place.history.sent(kind, facts, "1" if kind == "article" else "")
        job = hand_in(archive, [Upload("new.jsonl", BytesIO(file.encode()))], "desk", None)
        sweep(archive)
        while do_next_job(archive):
            pass
        with archive.database.reading() as session:
            assert load_job(session, job.id).counts == {"created": 3, "rejected": 1}
        place.history.acknowledged("article", of, "1")
        place.history.acknowledged("rejection", ["new.jsonl"])


def fetching(place: Place) -> None:
    """An address that is handed in and fetched by the process beside a server, and changed and given to an ingest."""
    first, second = FEED_STATES
    with serving() as web, place.opened() as archive:
        url = web.url("/feed")
        with _coming(place, url, web, first.items(), first):
            job = hand_in_address(archive, url, "desk", None)
            sweep(archive)
            while do_next_job(archive):
                pass
            with archive.database.reading() as session:
                assert load_job(session, job.id).counts == {"created": len(first), "rejected": 1}
        with _coming(place, url, web, second.items() - first.items(), second):
            ingest([], archive, IngestOptions(skip_entities=True), addresses=[url])


@contextmanager
def _coming(
    place: Place, url: str, web: Web, new: Iterable[tuple[str, str]], entries: Mapping[str, str]
) -> Iterator[None]:
    """Put entries at the address and note that those that are new are sent, and at last that they were taken in."""
    web.put("/feed", _feed_of(entries), "application/rss+xml")
    facts = [("rejection", url, ""), *(("article", name, state) for name, state in sorted(new))]
    for kind, name, state in facts:
        place.history.sent(kind, [name], state)
    yield
    for kind, name, state in facts:
        place.history.acknowledged(kind, [name], state)


def _end_jobs(archive: Archive) -> None:
    """Do what the process beside the next server does with what was handed in. Raises unless each record of it was
    dealt with once; what is at an address is read from its beginning, so what came of it before is there unchanged."""
    sweep(archive)
    with archive.database.reading() as session:
        left = [(job.id, job.files[0]) for job in open_jobs(session)]
    for id, file in left:
        with serving(urlsplit(file).port or 0) as web:
            web.put("/feed", _feed_of(FEED_STATES[0]), "application/rss+xml")
            while do_next_job(archive):
                pass
        with archive.database.reading() as session:
            job = load_job(session, id)
        dealt_with = Counter(job.counts)
        if is_address(file):
            dealt_with["created"] += dealt_with.pop("unchanged", 0)
        assert (job.state, dealt_with) == ("done", {"created": 2 if is_address(file) else 3, "rejected": 1})


def following(place: Place) -> None:
    """A feed that is looked at by the process beside a server, and again when it has changed."""
    with serving() as web, place.opened() as archive:
        feed = new_feed(web.url("/feed"))
        with archive.database.writing() as session:
            add_feed(session, feed)
        for number, (before, entries) in enumerate(pairwise([{}, *FEED_STATES]), 1):
            new = entries.items() - before.items()
            web.put("/feed", _feed_of(entries), "application/rss+xml", ETag=f'"{number}"')
            for name, state in new:
                place.history.sent("article", [name], state)
            place.history.sent("rejection", [feed.url])
            with archive.database.writing() as session:
                ask_again(session, feed.id)
            with Poller(archive) as poller:
                while not poller.step():
                    sleep(0.01)
            for name, state in new:
                place.history.acknowledged("article", [name], state)
            place.history.acknowledged("rejection", [feed.url])


def _feed_of(entries: Mapping[str, str]) -> bytes:
    records = [json.loads(_record(name, state)) for name, state in entries.items()]
    items = [f"<item><guid>{each['id']}</guid><description>{each['text']}</description></item>" for each in records]
    refused = "<item><guid>none</guid><title>None</title><pubDate>31 June</pubDate></item>"
    return f"<rss><channel><title>{SOURCE}</title>{refused}{''.join(items)}</channel></rss>".encode()


def _check_feeds(archive: Archive, articles: Sequence[Article]) -> None:
    """Raises where it is noted that a state of a feed was read, and not all of it is there."""
    with archive.database.reading() as session:
        for feed in newest_feeds(session):
            came = {_name(article): _state(article) for article in articles if article.file == feed.url}
            assert feed.articles == len(came)
            read = FEED_STATES[int(feed.etag.strip('"')) - 1] if feed.etag else {}
            assert all(came[name] >= state for name, state in read.items())


def naming(place: Place) -> None:
    """For articles that were sent to a server."""
    with place.opened() as archive:
        with archive.database.writing() as session:
            unread = [str(id) for id in session.exec(select(Article.external_id).where(Article.pipeline == ""))]
            put_in_queue(session, session.exec(select(Article.id)).all())
        place.history.sent("recognition", unread)
        while name_some(archive):
            pass
        place.history.acknowledged("recognition", unread)


def admitting(place: Place) -> None:
    """A key, made and revoked."""
    with place.opened() as archive:
        place.history.sent("key", ["reader"], "valid")
        with archive.database.writing() as session:
            made = keys.create_key(session, "reader", ["read"], "")
        place.history.acknowledged("key", ["reader"], "valid")
        place.history.sent("key", ["reader"], "revoked")
        with archive.database.writing() as session:
            keys.revoke_key(session, made.partition("_")[0])
        place.history.acknowledged("key", ["reader"], "revoked")


def back_to(place: Place, revision: str) -> None:
    """The archive as a version of that schema would have left it. Its index knows no more than its rows."""
    _downgrade(place, revision)
    rebuilding(place)
    _downgrade(place, revision)


def _downgrade(place: Place, revision: str) -> None:
    with place.opened() as archive, archive.database.connecting() as connection:
        connection.execute(text("UPDATE article SET pipeline = 'rules-0' WHERE pipeline != ''"))
        migrations.downgrade(connection, revision)


def check(place: Place, *, deep: bool = True) -> None:
    """Raises where anything is not as it must be, once what was cut off is made up for."""
    with place.opened(allow_missing_index=True) as archive:
        indexing.catch_up(archive)
        _end_jobs(archive)
        assert standing.lag(archive) == 0
        found = verify(archive, deep=deep)
        assert not found, found
        _compare(place, archive)
        _check_alerts(archive)
        mirror = _follow(place, archive)
        with archive.database.reading() as session:
            assert settled(mirror.contents()) == settled(contents(session))
            assert list(check_copies(session)) == []
    if place.history.count("acknowledged", "article", "erased"):
        _check_erased(place)
    copy = place.data / "copy.sqlite"
    if copy.exists():
        _restore(place, copy)


def _check_alerts(archive: Archive) -> None:
    """Raises unless each article that is new for a saved search was found once, and is in one message."""
    find_new(archive)
    with archive.database.reading() as session:
        for search in searches.list_searches(session, 10):
            new = session.exec(select(Article.id).where(Article.revised > search.since)).all()
            found = [article.id for _, article, _ in searches.found_articles(session, search, 100)]
            assert sorted(found) == sorted(new)
            messages = searches.list_deliveries(session, search, 100)
            told = [article.id for each in messages for article in searches.told_articles(session, each)]
            assert sorted(told) == sorted(new)


def _follow(place: Place, archive: Archive) -> Mirror:
    """Go on with the mirror beside the archive from where it stopped, which may have been before a kill."""
    kept = place.folder / "mirror"
    mirror: Mirror = pickle.loads(kept.read_bytes()) if kept.exists() else Mirror()
    try:
        mirror.read_on(reader(archive))
    except HistoryUnknown:
        # An archive that was brought back to an earlier schema, and to ours again.
        mirror = Mirror()
        mirror.read_on(reader(archive))
    kept.write_bytes(pickle.dumps(mirror))
    return mirror


def _check_erased(place: Place) -> None:
    """Raises where a file still says what was acknowledged as erased. Of the rows that is all but the name, in which
    the file was called that it came from."""
    said = {place.settings.index_dir: _TAKEN, place.data: f"lighthouse of {_TAKEN}"}
    for folder, words in said.items():
        for path in folder.iterdir():
            assert path.is_dir() or words.encode() not in path.read_bytes(), path


def check_number(place: Place) -> None:
    """Raises where an index that passes for the archive's own holds other articles than it had when it came so far."""
    try:
        with place.opened() as archive:
            if not standing.is_ours(archive):
                return
            assert verify(archive) == []
            assert archive.engine.search(Query(Word("lighthouse"))).total == archive.engine.status().documents
            if standing.lag(archive) == 0:
                _compare(place, archive)
    except IndexUnavailable:
        return


def check_unmended(place: Place) -> None:
    """What a reader finds that comes before anybody mends: the old index or the new one, with all acknowledged."""
    count = place.history.count
    with place.opened() as archive:
        assert verify(archive) == []
        found = archive.engine.search(Query(Word("lighthouse"))).total
        assert found == archive.engine.status().documents
        _follow(place, archive)
    gone = count("sent", "article", "withdrawn") + count("sent", "article", "erased")
    assert count("acknowledged", "article", "1") - gone <= found <= count("sent", "article", "1"), found


def _compare(place: Place, archive: Archive) -> None:
    with archive.database.reading() as session:
        articles = session.exec(select(Article)).all()
        decided = session.exec(select(Decision.by)).all()
        admitted = session.exec(select(Key)).all()
        rejected = session.exec(select(Rejection.file)).all()
        corrected = session.exec(select(StoryDecision.by)).all()
    shown = sum(article.status == "published" for article in articles)
    assert archive.engine.search(Query(Word("lighthouse"))).total == shown
    compare = place.history.compare
    compare("article", {_name(article): _state(article) for article in articles})
    if not place.history.count("sent", "article", "erased"):
        compare("recognition", {_name(article): "" for article in articles if article.pipeline})
    compare("decision", dict.fromkeys(decided, ""))
    compare("story decision", dict.fromkeys(corrected, ""))
    compare("key", {key.name: "revoked" if key.revoked else "valid" for key in admitted})
    compare("rejection", dict.fromkeys(rejected, ""))
    _check_feeds(archive, articles)


def _name(article: Article) -> str:
    known = {erased_key(f"id\t{SOURCE}\t{name}"): name for name in names(_TAKEN, 2)}
    return article.external_id or known[article.key]


def _state(article: Article) -> str:
    if article.status != "published":
        return article.status
    [state] = _STATE.findall(article.body)
    return str(state)


def _restore(place: Place, copy: Path) -> None:
    """A backup is whole or not there."""
    alone = Settings(data_dir=place.folder / "restored")
    alone.data_dir.mkdir(exist_ok=True)
    shutil.copy(copy, alone.database_path)
    with open_archive(alone, allow_missing_index=True) as archive:
        indexing.catch_up(archive)
        assert not verify(archive, deep=True)
        _compare(place, archive)


def check_names(place: Place) -> None:
    """Names and what editors decided of them are as if all articles had come in one batch, after the decisions."""
    with place.opened() as archive:
        enrich(archive)
        with archive.database.reading() as session:
            shown = select(Article).where(Article.status == "published")
            articles = session.exec(shown.order_by(col(Article.external_id))).all()
            decisions = session.exec(select(Decision)).all()
        records = [_record(str(each.external_id), _state(each)) for each in articles]
        assert derived(archive) == _at_once(place.folder.parent, records, decisions)


def _at_once(kept: Path, records: Sequence[str], decisions: Sequence[Decision]) -> dict[str, Any]:
    """Kept from one kill to the next: most of them leave one of two states."""
    known = kept / f"{fingerprint(*records, *(f'{each.number} {each.by}' for each in decisions))}.pickle"
    if not known.exists():
        with TemporaryDirectory() as folder, open_archive(Settings(data_dir=Path(folder), ingest_workers=1)) as archive:
            with archive.database.writing() as session:
                session.add_all(Decision(**decision.model_dump()) for decision in decisions)
            file = kept / "at-once.jsonl"
            file.write_text("".join(f"{record}\n" for record in records))
            ingest([file], archive)
            known.write_bytes(pickle.dumps(derived(archive)))
    found: dict[str, Any] = pickle.loads(known.read_bytes())
    return found
