"""What becomes of a draft, given what the archive knows: new, revised, unchanged, a duplicate, or refused."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from sqlmodel import Session

from app.enrich.layout import lay_out
from app.ingest.draft import Draft
from app.ingest.report import Outcome
from app.store.provenance import Known, Standing, known


@dataclass(frozen=True, slots=True)
class Verdict:
    """`article` is the id it goes to, or is a copy of. `needs_names`: its names are to be recognised and written.
    `named`: the state that it revises, where the names of that one are its own."""

    outcome: Outcome
    article: str
    revision: int = 1
    needs_names: bool = False
    named: Standing | None = None
    reason: str = ""

    @property
    def writes_text(self) -> bool:
        return self.outcome in ("new", "revised")


Pipeline = Callable[[], str]
"""The version that recognises names now; asked for seldom, since it loads the model."""


def judge_all(session: Session, drafts: Sequence[Draft], *, names: Pipeline | None) -> list[Verdict]:
    """In order: what an earlier draft of the batch brings is known to the later ones. `names` None: not asked for."""
    archive = known(
        session,
        [draft.key for draft in drafts],
        [draft.id for draft in drafts],
        [draft.content_sha256 for draft in drafts],
    )
    return [_judge(draft, archive, names=names) for draft in drafts]


def _judge(draft: Draft, archive: Known, *, names: Pipeline | None) -> Verdict:
    standing = archive.by_key.get(draft.key)
    if standing is not None:
        return _again(draft, standing, archive, names=names)
    if draft.content_sha256 in archive.by_content:
        return Verdict("duplicate", archive.by_content[draft.content_sha256])
    if draft.id in archive.key_of:
        return Verdict("rejected", draft.id, reason=f"has the id {draft.id}, which another article has")
    new = Standing(draft.id, draft.key, 1, draft.record_sha256, draft.content_sha256, _pipeline(names))
    _learn(archive, new)
    return Verdict("new", draft.id, needs_names=names is not None)


def _again(draft: Draft, standing: Standing, archive: Known, *, names: Pipeline | None) -> Verdict:
    """A record of an article that is there. One in a state that was replaced since is old news: files that hold both
    states could otherwise never be read twice without a change."""
    if draft.record_sha256 == standing.record_sha256:
        unnamed = names is not None and not standing.pipeline
        if unnamed:
            archive.by_key[draft.key] = replace(standing, pipeline="now")
        return Verdict("unchanged", standing.id, standing.revision, needs_names=unnamed)
    if (standing.id, draft.record_sha256) in archive.former:
        return Verdict("unchanged", standing.id, standing.revision)
    archive.former.add((standing.id, standing.record_sha256))
    if archive.by_content.get(standing.content_sha256) == standing.id:
        del archive.by_content[standing.content_sha256]
    named = standing if _has_the_names_of(draft, standing, names) else None
    revised = replace(
        standing,
        revision=standing.revision + 1,
        record_sha256=draft.record_sha256,
        content_sha256=draft.content_sha256,
        pipeline=standing.pipeline if named else _pipeline(names),
    )
    _learn(archive, revised)
    return Verdict("revised", revised.id, revised.revision, names is not None and named is None, named)


def _has_the_names_of(draft: Draft, standing: Standing, names: Pipeline | None) -> bool:
    """Names come of the text and the dateline alone: where only a source or an address changed, they stay."""
    if not standing.pipeline or draft.content_sha256 != standing.content_sha256:
        return False
    dateline = lay_out(draft.body, draft.headline, draft.dateline).dateline
    if (dateline.text if dateline else None) != standing.dateline:
        return False
    return names is None or standing.pipeline == names()


def _pipeline(names: Pipeline | None) -> str:
    """Of a state that is not written yet: no version has such a name."""
    return "now" if names else ""


def _learn(archive: Known, state: Standing) -> None:
    archive.by_key[state.key] = state
    archive.key_of[state.id] = state.key
    archive.by_content.setdefault(state.content_sha256, state.id)


def wanting(drafts: Iterable[Draft], verdicts: Iterable[Verdict]) -> list[int]:
    """Which of them must go through layout and recognition."""
    return [
        number
        for number, (_, verdict) in enumerate(zip(drafts, verdicts, strict=True))
        if verdict.writes_text or verdict.needs_names
    ]
