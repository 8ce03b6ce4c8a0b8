"""What becomes of a draft, given what the archive knows: new, revised, unchanged, a duplicate, or refused."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from sqlmodel import Session

from app.ingest.draft import Draft
from app.ingest.report import Outcome
from app.store.provenance import Known, Standing, known


@dataclass(frozen=True, slots=True)
class Verdict:
    """`article` is the id it goes to, or is a copy of. `needs_names`: its names are to be recognised and written."""

    outcome: Outcome
    article: str
    revision: int = 1
    needs_names: bool = False
    reason: str = ""

    @property
    def writes_text(self) -> bool:
        return self.outcome in ("new", "revised")


def judge_all(session: Session, drafts: Sequence[Draft], *, names: bool) -> list[Verdict]:
    """In order: what an earlier draft of the batch brings is known to the later ones."""
    archive = known(
        session,
        [draft.key for draft in drafts],
        [draft.id for draft in drafts],
        [draft.content_sha256 for draft in drafts],
    )
    return [_judge(draft, archive, names=names) for draft in drafts]


def _judge(draft: Draft, archive: Known, *, names: bool) -> Verdict:
    standing = archive.by_key.get(draft.key)
    if standing is not None:
        return _again(draft, standing, archive, names=names)
    if draft.content_sha256 in archive.by_content:
        return Verdict("duplicate", archive.by_content[draft.content_sha256])
    if draft.id in archive.key_of:
        return Verdict("rejected", draft.id, reason=f"has the id {draft.id}, which another article has")
    _learn(draft, archive, revision=1, names=names)
    return Verdict("new", draft.id, needs_names=names)


def _again(draft: Draft, standing: Standing, archive: Known, *, names: bool) -> Verdict:
    """A record of an article that is there. One in a state that was replaced since is old news: files that hold both
    states could otherwise never be read twice without a change."""
    if draft.record_sha256 == standing.record_sha256:
        unnamed = names and not standing.pipeline
        if unnamed:
            archive.by_key[draft.key] = replace(standing, pipeline="now")
        return Verdict("unchanged", standing.id, standing.revision, needs_names=unnamed)
    if (standing.id, draft.record_sha256) in archive.former:
        return Verdict("unchanged", standing.id, standing.revision)
    archive.former.add((standing.id, standing.record_sha256))
    if archive.by_content.get(standing.content_sha256) == standing.id:
        del archive.by_content[standing.content_sha256]
    _learn(draft, archive, revision=standing.revision + 1, names=names)
    return Verdict("revised", standing.id, standing.revision + 1, needs_names=names)


def _learn(draft: Draft, archive: Known, *, revision: int, names: bool) -> None:
    standing = archive.by_key.get(draft.key)
    id = standing.id if standing is not None else draft.id
    pipeline = "now" if names else ""
    archive.by_key[draft.key] = Standing(id, draft.key, revision, draft.record_sha256, draft.content_sha256, pipeline)
    archive.key_of[id] = draft.key
    archive.by_content.setdefault(draft.content_sha256, id)


def wanting(drafts: Iterable[Draft], verdicts: Iterable[Verdict]) -> list[int]:
    """Which of them must go through layout and recognition."""
    return [
        number
        for number, (_, verdict) in enumerate(zip(drafts, verdicts, strict=True))
        if verdict.writes_text or verdict.needs_names
    ]
