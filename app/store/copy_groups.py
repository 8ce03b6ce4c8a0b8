"""Groups of copies: what hangs together by links, of which each article has the least id.

A link is a pair of copies, two texts that are the same word for word, or two that editors joined. One that comes joins
two groups, and the one with the greater id is called as the other; one that goes is looked at from both of its ends,
until these meet again or one of the two has nothing further. So a group is loaded whole only where it is called
otherwise: how many are in it does not count for what comes and goes. Where editors keep articles apart, whatever hangs
together is grouped from the beginning, as links that are not taken depend on all the others.
"""

from __future__ import annotations

from builtins import id as builtin_id
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, update
from sqlmodel import Session

from app.store.bulk import table_of
from app.store.copy_decisions import DecidedCopies, Link, decided_copies
from app.store.stories_due import put_stories_due
from app.store.tables import Article
from app.store.written import run_written


def links_of(session: Session, ids: Iterable[str]) -> set[Link]:
    """Return the links of articles by their texts. Of many with one text each has that with the least, and that with
    the least of those that are not asked for: so what some leave, or come to, is linked with them as a whole."""
    return {*pairs_with(session, ids), *_with_least_of_text(session, ids), *_with_least_of_others(session, ids)}


def pairs_with(session: Session, ids: Iterable[str]) -> list[Link]:
    """Return the pairs of which an article is one of these, that one first."""
    return [(one, other) for one, other in run_written(session.connection(), _PAIRS, (list(ids),)).all()]


def regroup(session: Session, ids: Collection[str], gone: Collection[Link], come: Collection[Link]) -> set[str]:
    """Work out the groups of articles that were written or taken out of sight, and of those between which links have
    gone or come. Returns those that are in another than before."""
    decided = decided_copies(session)
    come = {*come, *decided.links_around(ids)}
    touched = {*ids, *(id for link in (*gone, *come) for id in link)}
    groups = _Grouped(session, touched)
    if decided.is_any and (groups.had_any(ids) or groups.share_any(decided.kept_apart)):
        return regroup_whole(session, touched)
    groups.hide(ids)
    ends = groups.by_group({id for link in gone for id in link})
    for some in ends.values():
        for piece in _parted_pieces(session, some, decided):
            groups.load(piece)
            groups.call(piece, min(piece))
    groups.call_anew()
    groups.join(come)
    return groups.write(ids)


def regroup_whole(session: Session, ids: Iterable[str]) -> set[str]:
    """Work out the groups of these articles and of all that are grouped with them, from the beginning. Returns as
    `regroup` does."""
    groups = _Grouped(session, ids)
    groups.load_whole()
    least = least_of_groups(session, groups.shown)
    groups.load(least)
    for id in groups.former:
        groups.call([id], least.get(id))
    return groups.write(groups.former)


def least_of_groups(session: Session, ids: Iterable[str]) -> dict[str, str]:
    """Return the least id of its group for each of the articles, and for each that is in a group with one."""
    decided = decided_copies(session)
    links: dict[Link, bool] = {}
    near, new = set[str](), set(ids)
    while new:
        near |= new
        by_editors = decided.links_with(new)
        found = [*by_editors, *pairs_with(session, new), *_with_same_text(session, new)]
        links |= {(min(link), max(link)): False for link in found}
        links |= {(min(link), max(link)): True for link in by_editors}
        new = {id for link in found for id in link} - near
    # What editors joined comes first: if some are to be apart, the texts decide with which of them others go.
    ordered = sorted(links, key=lambda link: (not links[link], link))
    return _groups_joined(near, ordered, decided.apart)


_ARTICLE = table_of(Article)
_PAIRS = "SELECT article_id, other_id FROM copy_pair WHERE article_id IN (SELECT value FROM json_each(?))"
_OF_DIGESTS = "SELECT digest, article_id FROM sketch WHERE digest IN (SELECT value FROM json_each(?)) ORDER BY 1, 2"
_DIGESTS = "SELECT DISTINCT digest FROM sketch WHERE article_id IN (SELECT value FROM json_each(?))"
_LEAST_OF_TEXT = """
SELECT own.article_id, (
    SELECT other.article_id FROM sketch AS other WHERE other.digest = own.digest AND other.article_id != own.article_id
    ORDER BY other.article_id LIMIT 1
) FROM sketch AS own WHERE own.article_id IN (SELECT value FROM json_each(?))
"""
_LEAST_OF_OTHERS = """
SELECT own.article_id, (
    SELECT other.article_id FROM sketch AS other
    WHERE other.digest = own.digest AND NOT other.article_id IN (SELECT value FROM json_each(?))
    ORDER BY other.article_id LIMIT 1
) FROM sketch AS own WHERE own.article_id IN (SELECT value FROM json_each(?))
"""
_GROUPS_OF = "SELECT id, copy_group, status FROM article WHERE id IN (SELECT value FROM json_each(?))"
_MEMBERS = "SELECT id, copy_group, status FROM article WHERE copy_group IN (SELECT value FROM json_each(?))"


class _Grouped:
    """The groups of some articles: as rows have them (`former`), and as they are to be.

    What is not told of (`_now`) stays as it is; `shown` are the articles that may be in a group.
    """

    def __init__(self, session: Session, ids: Iterable[str]) -> None:
        self._session = session
        self.former: dict[str, str | None] = {}
        self.shown = set[str]()
        self._now: dict[str, str | None] = {}
        self.load(ids)

    def load(self, ids: Iterable[str]) -> None:
        self._add(_GROUPS_OF, [id for id in ids if id not in self.former])

    def load_whole(self) -> None:
        self._add(_MEMBERS, sorted({group for group in self.former.values() if group is not None}))

    def _add(self, statement: str, values: list[str]) -> list[str]:
        rows: Sequence[Any] = run_written(self._session.connection(), statement, (values,)).all()
        self.former |= {id: group for id, group, _ in rows}
        self.shown |= {id for id, _, status in rows if status == "published"}
        return [id for id, _, _ in rows]

    def had_any(self, ids: Iterable[str]) -> bool:
        """Return whether any of these was in a group before."""
        return any(self.former.get(id) is not None for id in ids)

    def share_any(self, others: Collection[str]) -> bool:
        """Return whether any of these is one of the others, or in a group with one."""
        groups = {self.group(id) for id in self.former}
        rows: Sequence[Any] = run_written(self._session.connection(), _GROUPS_OF, (sorted(others),)).all()
        return any((group or id) in groups for id, group, _ in rows)

    def hide(self, ids: Iterable[str]) -> None:
        """Take those that are out of sight out of their groups."""
        self.call((self.former.keys() & set(ids)) - self.shown, None)

    def by_group(self, ids: Iterable[str]) -> dict[str, set[str]]:
        """Return those that are shown by the groups that they were in, where there are several."""
        found: defaultdict[str, set[str]] = defaultdict(set)
        for id in self.shown.intersection(ids):
            found[self.group(id)].add(id)
        return {group: some for group, some in found.items() if len(some) > 1}

    def group(self, id: str) -> str:
        """Return the group of an article: by itself, if nobody has told of any."""
        return self._now.get(id) or self.former.get(id) or id

    def call(self, ids: Iterable[str], group: str | None) -> None:
        self._now.update(dict.fromkeys(ids, group))

    def call_anew(self) -> None:
        """Call what is left of groups by another article whose least has left."""
        for group in [id for id in self._now if self.former[id] == id]:
            if left := self._members(group):
                self.call(left, min(left))

    def join(self, links: Iterable[Link]) -> None:
        """Make the groups of articles one that are linked."""
        joined: dict[str, set[str]] = {}
        for link in links:
            one, other = (joined.setdefault(self.group(id), {self.group(id)}) for id in link)
            if one is not other:
                smaller, larger = sorted((one, other), key=len)
                larger |= smaller
                joined |= dict.fromkeys(smaller, larger)
        told: defaultdict[str, list[str]] = defaultdict(list)
        for id in self.shown:
            told[self.group(id)].append(id)
        for group, together in joined.items():
            if (least := min(together)) != group:
                # What was loaded, besides what was not: no row may say of an article what is told of it by now.
                self.call((*told[group], *self._members(group)), least)

    def _members(self, group: str) -> list[str]:
        """Return those of a group of which nothing else is told."""
        return [id for id in self._add(_MEMBERS, [group]) if id not in self._now]

    def write(self, ids: Iterable[str]) -> set[str]:
        """Write the groups that are others than before, and that stories are to be worked out anew of these and of
        `ids`. Returns the articles of which the index has another group."""
        for id in self.shown:
            self._now.setdefault(id, self.group(id))
        changed = {id for id, group in self._now.items() if self.former[id] != group}
        # One of a group stands for all of it: a huge one is not told anew of each that comes.
        near = changed.union(ids)
        due = changed | {group for id in near for group in (self.former.get(id), self._now.get(id)) if group}
        put_stories_due(self._session, due | (set(ids) - self.shown))
        if changed:
            rows = [{"article": id, "group": self._now[id]} for id in changed]
            marking = (
                update(_ARTICLE).where(_ARTICLE.c.id == bindparam("article")).values(copy_group=bindparam("group"))
            )
            self._session.connection().execute(marking, rows)
        # There an article that was never compared is a group by itself.
        return {id for id in changed if (self.former[id] or id) != (self._now[id] or id)}


def _parted_pieces(session: Session, ends: Iterable[str], decided: DecidedCopies) -> Iterator[set[str]]:
    """Yield what hangs together with one of the ends and not with all the others, but for the largest of such pieces.
    From each end it is looked as far as until it meets another."""
    piece_of = {end: {end} for end in ends}
    unseen = {builtin_id(piece): set(piece) for piece in piece_of.values()}
    while True:
        pieces = {builtin_id(piece): piece for piece in piece_of.values()}
        largest = max(pieces, key=lambda each: len(pieces[each]))
        looked_from = {id for each in pieces if each != largest for id in unseen[each]}
        if not looked_from:
            yield from (piece for each, piece in pieces.items() if each != largest)
            return
        unseen |= {each: set() for each in pieces if each != largest}
        for one, other in _links_from(session, looked_from, decided):
            piece = piece_of[one]
            met = piece_of.get(other)
            if met is None:
                piece.add(other)
                piece_of[other] = piece
                unseen[builtin_id(piece)].add(other)
            elif met is not piece:
                smaller, larger = sorted((piece, met), key=len)
                larger |= smaller
                unseen[builtin_id(larger)] |= unseen.pop(builtin_id(smaller))
                piece_of |= dict.fromkeys(smaller, larger)


def _links_from(session: Session, ids: Collection[str], decided: DecidedCopies) -> Iterator[Link]:
    """Yield links of articles, these first. Only the least of all that have one text has links with all of them."""
    yield from pairs_with(session, ids)
    yield from (
        link for one, other in decided.links_with(ids) for link in ((one, other), (other, one)) if link[0] in ids
    )
    least = list(_with_least_of_text(session, ids))
    yield from least
    yield from _with_same_text(session, [one for one, other in least if one < other])


def _with_least_of_text(session: Session, ids: Iterable[str]) -> Iterator[Link]:
    rows = run_written(session.connection(), _LEAST_OF_TEXT, (list(ids),)).all()
    return ((one, other) for one, other in rows if other is not None)


def _with_least_of_others(session: Session, ids: Iterable[str]) -> Iterator[Link]:
    asked = list(ids)
    rows = run_written(session.connection(), _LEAST_OF_OTHERS, (asked, asked)).all()
    return ((one, other) for one, other in rows if other is not None)


def _with_same_text(session: Session, ids: Iterable[str]) -> list[Link]:
    """Return pairs that join all articles whose text is that of one of these, the least first."""
    digests = [digest for (digest,) in run_written(session.connection(), _DIGESTS, (list(ids),)).all()]
    found: defaultdict[int, list[str]] = defaultdict(list)
    for digest, id in run_written(session.connection(), _OF_DIGESTS, (digests,)).all():
        found[digest].append(id)
    return [(members[0], other) for members in found.values() for other in members[1:]]


def _groups_joined(ids: Iterable[str], links: Iterable[Link], apart: Mapping[str, set[str]]) -> dict[str, str]:
    """Return the least id of its group for each: what is linked is in one, unless that would join what is apart."""
    groups = {id: {id} for id in ids}
    for one, other in links:
        first, second = groups[one], groups[other]
        if first is second or any(apart.get(id, frozenset()) & second for id in first):
            continue
        smaller, larger = sorted((first, second), key=len)
        larger |= smaller
        groups |= dict.fromkeys(smaller, larger)
    least: dict[int, str] = {}
    for id in sorted(groups):
        least.setdefault(builtin_id(groups[id]), id)
    return {id: least[builtin_id(group)] for id, group in groups.items()}
