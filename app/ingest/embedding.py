"""Vectors for articles that have none, or one of another text: what ranking by meaning goes by.

They follow the changes of the archive by number, as the index does, some articles at a time. What was reached is noted
together with the vectors, and whatever was cut off is done again; a vector is of a text, by its hash, and is not made
twice of the same.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from app.archive import Archive, why_no_meaning
from app.errors import SettingsInvalid
from app.ingest.report import OnProgress, Progress
from app.search.meaning.likeness import MeaningIndex
from app.search.meaning.vectors import NewVector, as_ids
from app.store.articles import TextState, load_articles, published_texts, text_states_after, told_text
from app.store.sequence import newest
from app.store.tables import Article

_LOOKED_AT = 2_000
_STEP = 16
"""Articles whose vectors are made at a time: a second of work, for which names and files wait."""
_COMMITTED = 256
"""The same where nobody waits."""


class VectorMaker:
    """The share that vectors have in the work beside a server (`background.Task`)."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._compared = False

    def due(self) -> float:
        """Return when there is something to do, as `time.time` has it."""
        meaning = self._archive.meaning
        return math.inf if meaning is None or _has_reached_newest(self._archive, meaning) else 0.0

    def step(self) -> bool:
        """Make the vectors of some articles. Return whether there was anything to do."""
        meaning = self._archive.meaning
        if meaning is None or (self._compared and _has_reached_newest(self._archive, meaning)):
            return False
        return self.make_some(meaning, _STEP) is not None

    def make_some(self, meaning: MeaningIndex, most: int) -> int | None:
        """Look at some changes, and make the vectors of so many articles at most. Return how many those were; None
        where there was nothing to look at."""
        archive = self._archive
        meaning.folder.begin(meaning.model.fingerprint, meaning.model.dimension)
        reached = meaning.folder.look().header.reached
        with archive.database.reading() as session:
            last = newest(session)
            states = text_states_after(session, reached, _LOOKED_AT)
            lacking = _lacking(meaning, states)
            articles = load_articles(session, [each.id for each in lacking[:most]])
        if reached > last:
            # The archive was put back as it was before.
            meaning.folder.restart()
        elif states:
            is_all = len(lacking) <= most
            handled = states if is_all else states[: states.index(lacking[most])]
            meaning.folder.drop(each.id for each in handled if not each.published)
            made = _new_vectors(meaning, lacking[:most], articles)
            end = handled[-1].sequence if handled else reached
            meaning.folder.put(made, meaning.model.fingerprint, end)
            return len(made)
        elif reached < last:
            meaning.folder.put([], meaning.model.fingerprint, last)
        elif not self._compared:
            self._compared = True
            return self._compare(meaning)
        else:
            return None
        return 0

    def _compare(self, meaning: MeaningIndex) -> int | None:
        """Hold vectors against articles once, however they came apart: changes alone would not tell."""
        with self._archive.database.reading() as session:
            wanted = published_texts(session)
        dropped = meaning.folder.keep_only([id for id, _ in wanted])
        texts = meaning.folder.look().texts(as_ids(id for id, _ in wanted))
        if all(text == text_number(digest) for text, (_, digest) in zip(texts.tolist(), wanted, strict=True)):
            return 0 if dropped else None
        meaning.folder.restart()
        return 0


def make_all(archive: Archive, progress: OnProgress) -> int:
    """Make the vectors of all articles that lack one. Return how many were made. Raises `SettingsInvalid` where this
    archive has no model to make them with."""
    if archive.meaning is None:
        raise SettingsInvalid(f"There is no ranking by meaning: {why_no_meaning(archive.settings)}")
    maker, made = VectorMaker(archive), 0
    while (some := maker.make_some(archive.meaning, _COMMITTED)) is not None:
        made += some
        waiting = max(archive.engine.status().documents - len(archive.vectors.look()), 0)
        progress(Progress(made, made + waiting, made, 0, "meaning"))
    return made


def text_number(content_sha256: str) -> int:
    """Return by what vectors know a text; never 0."""
    return int(content_sha256[:16], 16) or 1


def _has_reached_newest(archive: Archive, meaning: MeaningIndex) -> bool:
    header = meaning.folder.look().header
    return header.model == meaning.model.fingerprint and header.reached == archive.newest()


def _lacking(meaning: MeaningIndex, states: Sequence[TextState]) -> list[TextState]:
    """Return those that are shown and have no vector of their text."""
    texts = meaning.folder.look().texts(as_ids(each.id for each in states)).tolist()
    return [
        each
        for each, text in zip(states, texts, strict=True)
        if each.published and text != text_number(each.content_sha256)
    ]


def _new_vectors(meaning: MeaningIndex, states: Sequence[TextState], articles: dict[str, Article]) -> list[NewVector]:
    # Withdrawn or revised since they were looked at: that is a change of its own, which is to come.
    same = [each for each in states if articles[each.id].content_sha256 == each.content_sha256]
    rows = meaning.model.articles([_spoken_text(articles[each.id]) for each in same])
    return [
        NewVector(int(each.id, 16), text_number(each.content_sha256), row) for each, row in zip(same, rows, strict=True)
    ]


def _spoken_text(article: Article) -> str:
    """Return what an article says, its own headline first."""
    text = told_text(article)
    return text if article.headline_derived else f"{article.headline}\n{text}"
