"""Entity ids: a type and a name, readable and stable, as in `person-narendra-modi`.

A bare surname that its article does not explain is one more thing: scoped to the article, whose id it ends in
(`person-modi-78184646ba153278`). All of one surname that the other articles do not explain either stand at one entity,
which is nobody in particular (`person-modi-unresolved`). The list of types is here and nowhere else.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal, cast, get_args

from app.text import slug

EntityType = Literal["person", "organization", "place", "event"]
ChangedType = Literal["article", "entity"]
"""What has an id, and a number of its last change."""
TYPES: tuple[EntityType, ...] = get_args(EntityType)

_ARTICLE = "[0-9a-f]" * 16
UNRESOLVED = "-unresolved"
"""What the id of a surname ends in whose bearers are not told apart."""
_SCOPED = re.compile(rf"(-{_ARTICLE}|{UNRESOLVED})$")
_ENTITY_ID = re.compile(rf"(?:{'|'.join(TYPES)})-[a-z0-9-]+")
SCOPED_GLOB = f"*-{_ARTICLE}"
"""What SQLite's GLOB knows ids by that are scoped to an article."""
BARE_SURNAME_GLOB = f"person-{SCOPED_GLOB}"
UNRESOLVED_GLOB = f"*{UNRESOLVED}"


@lru_cache(maxsize=1 << 14)
def entity_id(type: EntityType, name: str) -> str:
    """Return the id of what is called so."""
    return f"{type}-{slug(name)}"


def scoped(id: str, article_id: str) -> str:
    """Return an id for what one article alone calls so."""
    return f"{id}-{article_id}"


@lru_cache(maxsize=1 << 16)  # asked of every key of every article, and most are known names
def unscoped(id: str) -> str:
    """Return an id without the article that it is scoped to, or without saying that nobody knows who is meant."""
    return _SCOPED.sub("", id)


def article_of(scoped_id: str) -> str:
    """Return the article that a scoped id is of."""
    return scoped_id.rpartition("-")[2]


def is_scoped(id: str) -> bool:
    return unscoped(id) != id


def unresolved(id: str) -> str:
    """Return the id of all who are called as this scoped id says, and not told apart."""
    return f"{unscoped(id)}{UNRESOLVED}"


def is_unresolved(id: str) -> bool:
    return id.endswith(UNRESOLVED)


def is_entity_id(text: str) -> bool:
    return _ENTITY_ID.fullmatch(text) is not None


def type_of(id: str) -> EntityType:
    return cast(EntityType, id.partition("-")[0])


def name_of(id: str) -> str:
    """Return an id without its type: `narendra-modi`."""
    return id.partition("-")[2]


def keys_named(id: str) -> frozenset[str]:
    """Return the ids of what is called so, of every type."""
    return frozenset(f"{type}-{name_of(id)}" for type in TYPES)


def is_person(id: str) -> bool:
    return id.startswith("person-")


def is_place(id: str) -> bool:
    return id.startswith("place-")
