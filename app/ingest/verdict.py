"""What becomes of a draft, given what the archive knows: new, revised, unchanged, a duplicate, withdrawn, refused."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from sqlmodel import Session

from app.ingest.draft import Draft
from app.ingest.formats import unpacked_name
from app.ingest.report import Outcome
from app.store.provenance import KnownArticles, Seen, StoredArticle, load_known_articles
from app.text import printable


@dataclass(frozen=True, slots=True)
class Verdict:
    """`article` is the id it goes to, or is a copy of. `needs_names`: its names are to be recognised and written.
    `named`: the state that it revises, where the names of that one are its own. `seen`: what is to be kept of where
    states of the article were read. `is_rekeyed`: the article has a key of an earlier version. `completed`: the state
    with what the record says in addition, the time of day or codes, and nothing that is otherwise."""

    outcome: Outcome
    article: str
    revision: int = 1
    needs_names: bool = False
    named: StoredArticle | None = None
    reason: str = ""
    seen: tuple[Seen, ...] = ()
    is_rekeyed: bool = False
    completed: StoredArticle | None = None

    @property
    def writes_text(self) -> bool:
        return self.outcome in ("new", "revised")


Pipeline = Callable[[], str]
"""The version that recognises names now; asked for seldom, since it loads the model."""


class Met:
    """Which articles the file that is being read has named as they stand: what it says later of one of them does not
    replace what it says before. A bit each, by the id; that two have the same is rare, and only keeps a text that was
    put back from being taken."""

    _DIGITS = 6

    def __init__(self) -> None:
        self._place = ""
        self._bits = bytearray()

    def add(self, place: str, article: str) -> None:
        if place != self._place:
            self._place, self._bits = place, bytearray()
        if not self._bits:
            self._bits = bytearray(16**self._DIGITS // 8)
        byte, bit = self._at(article)
        self._bits[byte] |= bit

    def has(self, place: str, article: str) -> bool:
        byte, bit = self._at(article)
        return place == self._place and bool(self._bits) and bool(self._bits[byte] & bit)

    def _at(self, article: str) -> tuple[int, int]:
        byte, bit = divmod(int(article[: self._DIGITS], 16), 8)
        return byte, 1 << bit


@dataclass(frozen=True, slots=True)
class Judge:
    """`names` None: not asked for. `reading` is the time of this reading, one for all of a file."""

    names: Pipeline | None
    reading: str
    met: Met

    def all(self, session: Session, drafts: Sequence[Draft]) -> list[Verdict]:
        """Judge in order: what an earlier draft of the batch brings is known to the later ones."""
        archive = load_known_articles(
            session,
            {draft.key: draft.former_keys for draft in drafts},
            [draft.id for draft in drafts],
            [draft.content_sha256 for draft in drafts],
        )
        return [self._judge(draft, archive) for draft in drafts]

    def _judge(self, draft: Draft, archive: KnownArticles) -> Verdict:
        standing = archive.by_key.get(draft.key)
        if standing is not None:
            return self._again(draft, standing, archive)
        standing = _by_former_key(draft, archive)
        if standing is not None:
            return replace(self._again(draft, standing, archive), is_rekeyed=standing.status == "published")
        if (same := archive.by_content.get(draft.content_sha256)) is not None:
            return Verdict("withdrawn" if same in archive.withdrawn else "duplicate", same)
        if draft.id in archive.key_of:
            return Verdict("rejected", draft.id, reason=f"has the id {draft.id}, which another article has")
        new = StoredArticle(
            draft.id,
            draft.key,
            draft.revision,
            draft.record_sha256,
            draft.content_sha256,
            _pipeline(self.names),
            "",
            "",
        )
        _learn(archive, self._present(draft, new))
        return Verdict("new", draft.id, draft.revision, needs_names=self.names is not None)

    def _again(self, draft: Draft, standing: StoredArticle, archive: KnownArticles) -> Verdict:
        """A record of an article that is there. One in a state in which its place had it when it was last read is old
        news: files that hold both states could otherwise never be read twice without a change."""
        if standing.status != "published":
            # Nobody's feed or file brings back what was taken out of sight, as it was or corrected.
            return Verdict("withdrawn", standing.id, standing.revision)
        place, seen = draft.origin.place, archive.seen.get(standing.id, [])
        now = Seen(place, draft.record_sha256, self.reading)
        # Where the address says which article it is, it is no news that somebody spells it otherwise.
        spelt = draft.at_address(standing.url) if draft.key.startswith("url\t") else draft
        if standing.record_sha256 == spelt.sha256_at(draft.published_at or standing.published_at):
            return self._unchanged(draft, standing, archive, now)
        if standing.record_sha256 in (less := spelt.sha256s_before(standing.published_at)):
            at = draft.published_at or standing.published_at
            completed = replace(standing, record_sha256=spelt.sha256_at(at), published_at=at)
            _learn(archive, completed)
            return replace(self._unchanged(draft, completed, archive, now), completed=completed)
        if not _hashes_of(seen, place, self.reading).isdisjoint({draft.record_sha256, draft.untimed_sha256} | less):
            return Verdict("unchanged", standing.id, standing.revision, seen=_noted(archive, standing.id, now))
        before = self.reading if self.met.has(place, standing.id) else standing.ingested_at
        noted = _noted(archive, standing.id, Seen(standing.file, standing.record_sha256, before), now)
        if archive.by_content.get(standing.content_sha256) == standing.id:
            del archive.by_content[standing.content_sha256]
        named = standing if _has_the_names_of(draft, standing, self.names) else None
        revised = replace(
            self._present(draft, standing),
            revision=max(standing.revision + 1, draft.revision),
            pipeline=standing.pipeline if named else _pipeline(self.names),
        )
        _learn(archive, revised)
        return Verdict(
            "revised", revised.id, revised.revision, self.names is not None and named is None, named, seen=noted
        )

    def _unchanged(self, draft: Draft, standing: StoredArticle, archive: KnownArticles, now: Seen) -> Verdict:
        unnamed = self.names is not None and not standing.pipeline
        if unnamed:
            archive.by_key[draft.key] = replace(standing, pipeline="now")
        self.met.add(now.place, standing.id)
        is_elsewhere = standing.file != draft.origin.shown and not is_at(now.place, standing.file)
        noted = _noted(archive, standing.id, now) if is_elsewhere or standing.id in archive.seen else ()
        return Verdict("unchanged", standing.id, standing.revision, needs_names=unnamed, seen=noted)

    def _present(self, draft: Draft, standing: StoredArticle) -> StoredArticle:
        """Return the state with what the draft says, and where."""
        return replace(
            standing,
            record_sha256=draft.record_sha256,
            content_sha256=draft.content_sha256,
            published_at=draft.published_at,
            url=draft.url,
            file=draft.origin.shown,
            ingested_at=self.reading,
        )


def _by_former_key(draft: Draft, archive: KnownArticles) -> StoredArticle | None:
    """The article that an earlier version made of the record. Files of one name had the same key: the path must end in
    what was kept of it."""
    former = next((key for key in draft.former_keys if key in archive.by_key), "")
    standing = archive.by_key.get(former)
    if standing is None or (standing.key.startswith("id\t") and not is_at(draft.origin.place, standing.file)):
        return None
    del archive.by_key[former]
    standing = replace(standing, key=draft.key)
    _learn(archive, standing)
    return standing


def is_at(place: str, file: str) -> bool:
    """Return whether a path may be that of which this end was kept, as it was shown."""
    place, file = printable(place), unpacked_name(file)
    return place == file or place.endswith(f"/{file}")


def _hashes_of(seen: Iterable[Seen], place: str, reading: str) -> set[str]:
    """The states that a place had in this reading so far and in the last one before."""
    here = [each for each in seen if each.place == place or is_at(place, each.place)]
    last = max((each.at for each in here if each.at < reading), default="")
    return {each.record_sha256 for each in here if each.at in (last, reading)}


def _noted(archive: KnownArticles, article: str, *seen: Seen) -> tuple[Seen, ...]:
    archive.seen.setdefault(article, []).extend(seen)
    return seen


def _has_the_names_of(draft: Draft, standing: StoredArticle, names: Pipeline | None) -> bool:
    """Names come of the text and the dateline alone: where only a source or an address changed, they stay."""
    if not standing.pipeline or draft.content_sha256 != standing.content_sha256:
        return False
    dateline = draft.layout.dateline
    if (dateline.text if dateline else None) != standing.dateline:
        return False
    return names is None or standing.pipeline == names()


def _pipeline(names: Pipeline | None) -> str:
    """Return the pipeline of a state that is not written yet: no version has such a name."""
    return "now" if names else ""


def _learn(archive: KnownArticles, state: StoredArticle) -> None:
    archive.by_key[state.key] = state
    archive.key_of[state.id] = state.key
    archive.by_content.setdefault(state.content_sha256, state.id)
