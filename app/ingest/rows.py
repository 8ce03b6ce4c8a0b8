"""From drafts and what was recognised in them to rows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from app.ingest.draft import Draft
from app.ingest.verdict import Verdict
from app.store import tables
from app.store.names import Names
from app.store.provenance import StoredArticle
from app.text import count_words

if TYPE_CHECKING:
    from app.enrich.resolve import Enrichment

# What a draft and a row call by the same name is the same; `article` says what is not.
_AS_DRAFTED = [name for name in tables.Article.model_fields if name in Draft.__dataclass_fields__]


def article(draft: Draft, verdict: Verdict, found: Enrichment | None, *, sequence: int, now: str) -> dict[str, Any]:
    layout, named = draft.layout, found or verdict.named
    return {
        **{name: getattr(draft, name) for name in _AS_DRAFTED},
        **draft.codes._asdict(),
        "id": verdict.article,
        "revision": verdict.revision,
        "headline": layout.headline,
        "headline_derived": layout.headline_derived,
        "dateline": layout.dateline.text if layout.dateline else None,
        "place": layout.dateline.place if layout.dateline else None,
        "dateline_place": named.dateline_place if named else None,
        "word_count": count_words(draft.body),
        "pipeline": named.pipeline if named else "",
        "file": draft.origin.shown,
        "record": draft.record.number,
        "ingested_at": now,
        "sequence": sequence,
        "revised": sequence,
        "added": sequence,
        "furniture": [],
        "blocks": [[block.kind, block.start, block.end] for block in layout.blocks],
    }


def completion(draft: Draft, completed: StoredArticle) -> dict[str, Any]:
    """Return what an article takes over that is unchanged but for what it did not say yet."""
    said = {name: value for name, value in draft.codes._asdict().items() if value is not None}
    kept = {"id": completed.id, "published_at": completed.published_at, "record_sha256": completed.record_sha256}
    return kept | said


def copy(draft: Draft, verdict: Verdict, now: str) -> dict[str, Any]:
    return {
        "key": draft.key,
        "article_id": verdict.article,
        "record_sha256": draft.record_sha256,
        "external_id": draft.external_id,
        "source": draft.source,
        "url": draft.url,
        "file": draft.origin.shown,
        "record": draft.record.number,
        "seen_at": now,
    }


def names(found: Iterable[tuple[str, Enrichment]]) -> Names:
    """`found` are article ids and what was recognised there."""
    rows = Names([], [], [])
    for id, enrichment in found:
        for entity in enrichment.entities:
            rows.entities.append(
                {
                    "article_id": id,
                    "key": entity.key,
                    "name": entity.name,
                    "country": entity.country,
                    "count": len(entity.mentions),
                    "first": entity.mentions[0].start,
                }
            )
            rows.mentions.extend(
                {
                    "article_id": id,
                    "start": mention.start,
                    "end": mention.end,
                    "surface": mention.text,
                    "type": mention.type,
                    "rule": mention.rule,
                    "confidence": mention.confidence,
                    "key": entity.key,
                    "pipeline": enrichment.pipeline,
                    "role": enrichment.roles.get(mention.start),
                }
                for mention in entity.mentions
            )
        rows.quotes.extend(
            {
                "article_id": id,
                "start": quote.start,
                "end": quote.end,
                "speaker_start": quote.speaker[0],
                "speaker_end": quote.speaker[1],
                "named": quote.named,
                "cue": quote.cue,
                "rule": quote.rule,
                "confidence": quote.confidence,
                "text": quote.text,
            }
            for quote in enrichment.quotes
        )
        rows.dates.extend(
            {
                "article_id": id,
                "start": found_date.start,
                "end": found_date.end,
                "value": found_date.value,
                "granularity": found_date.granularity,
                "rule": found_date.rule,
                "confidence": found_date.confidence,
                "text": found_date.text,
            }
            for found_date in enrichment.dates
        )
        rows.acronyms.extend({"article_id": id, "short": pair.short, "long": pair.long} for pair in enrichment.acronyms)
    return rows
