"""Which mentions mean the same one: inside an article, and across articles.

An id is made of type and canonical name alone, so that the same articles give the same ids in any order of ingest.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from app.enrich import events, roles
from app.enrich.dates.expressions import FoundDate
from app.enrich.grounds import Ground
from app.enrich.layout import FoundDateline
from app.enrich.mentions import Mention
from app.enrich.organizations import has_form
from app.enrich.plain import plain
from app.enrich.quotes.attribution import FoundQuote
from app.enrich.resolve.meaning import Meaning
from app.enrich.resolve.organizations import Organizations
from app.enrich.resolve.people import People
from app.enrich.resolve.places import Places
from app.ids import EntityType, entity_id


@dataclass(frozen=True, slots=True)
class LocalEntity:
    """One entity as one article knows it.

    `key` is the entity id that the article alone gives it (`person-vladimir-putin`, `place-india`,
    `organization-trf`; a bare surname is scoped: `person-jones-4733ca42cb406978`). `name` is the fullest form the
    article has. `country` is an ISO 3166 code, for places. `mentions` in order of `start`.
    """

    key: str
    type: EntityType
    name: str
    mentions: tuple[Mention, ...]
    country: str | None = None


@dataclass(frozen=True, slots=True)
class AcronymPair:
    """The article says that `short` stands for `long`, an acronym or another name of a person; both are keys as in
    `LocalEntity.key`, a bare name without the article."""

    short: str
    long: str


@dataclass(frozen=True, slots=True)
class Enrichment:
    """All that recognition and resolution say of one article. A pure function of its text, id and `pipeline`."""

    entities: tuple[LocalEntity, ...]
    acronyms: tuple[AcronymPair, ...]
    dateline_place: str | None
    pipeline: str
    roles: Mapping[int, str] = field(default_factory=dict)
    """By the start of a mention: what the text beside it says that the person is."""
    quotes: tuple[FoundQuote, ...] = ()
    dates: tuple[FoundDate, ...] = ()


def resolve(
    article_id: str, body: str, mentions: Sequence[Mention], dateline: FoundDateline | None, pipeline: str
) -> Enrichment:
    credited = [m for m in mentions if m.rule == "credit"]
    people = People(article_id, body, [m for m in mentions if m.type == "person" and m.rule != "credit"])
    # Whom the article is about is not told by who made it.
    makers = People(article_id, body, [m for m in credited if m.type == "person"]) if credited else people
    places = Places(body, [m for m in mentions if m.type == "place"])
    named = [m for m in mentions if m.type == "organization"]
    home = places.country_of_dateline(dateline) or places.country_of_most(plain(m.text) for m in named)
    bodies = Organizations(body, named, home)
    meanings: dict[str, Meaning] = {}
    members: defaultdict[str, list[Mention]] = defaultdict(list)
    for mention in mentions:
        is_credited = mention.rule == "credit"
        meaning, ground = _meaning_of(mention, makers if is_credited else people, bodies, places)
        known = meanings.get(meaning.key)
        if known is None or (len(meaning.name), meaning.name) > (len(known.name), known.name):
            meanings[meaning.key] = meaning
        if not is_credited:
            mention = replace(mention, rule=ground.rule, confidence=ground.confidence)
        members[meaning.key].append(mention)
    entities = tuple(
        LocalEntity(key, members[key][0].type, meaning.name, tuple(members[key]), meaning.country)
        for key, meaning in meanings.items()
    )
    pairs = tuple(AcronymPair(short, long) for short, long in (*bodies.pairs(), *people.pairs()))
    return Enrichment(entities, pairs, places.of_dateline(dateline), pipeline, roles.beside(body, mentions))


def display_name(candidates: Mapping[str, int]) -> str:
    """The name to show, of those that articles use, with their counts; the same for any order of them."""
    return max(
        candidates, key=lambda name: (not _shouts(name), not _is_registered(name), candidates[name], len(name), name)
    )


def _is_registered(name: str) -> bool:
    """`The Beacon, LLC`: what only its lawyers call it."""
    return ", " in name and has_form(name)


def _shouts(name: str) -> bool:
    return name.isupper() and (" " in name or len(name) > 6)


def _meaning_of(mention: Mention, people: People, bodies: Organizations, places: Places) -> tuple[Meaning, Ground]:
    if mention.type == "person":
        return people.meaning(mention)
    if mention.type == "organization":
        return bodies.meaning(mention)
    if mention.type == "place":
        return places.meaning(mention), mention.ground
    name = events.event_name(plain(mention.text))
    return Meaning(entity_id(mention.type, name), name), mention.ground
