"""What the rest of an article says of a name, one rule at a time: the list of all passes, in their order.

A pass is a function over one `Context`. A new rule is a function in the room of its kind, a ground (`grounds`), and a
line here. Phases ask in turn for the bounds of names, names that are certain, what stands beside a name, what the whole
article says, repeats, and what is none of the article's own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, get_args

from app.enrich.context import Context
from app.enrich.grounds import Rule
from app.enrich.passes import (
    acronyms,
    appositions,
    bodies,
    bounds,
    certain,
    common_words,
    firms,
    freight,
    institutions,
    legal_forms,
    lists,
    nations,
    people,
    peoples,
    places,
    repeats,
    signatures,
    sport,
    whole,
)

# A majority tells what a name is, but a nationality and the head of an article are seen by themselves.
_VOTED_ON: tuple[Rule, ...] = tuple(rule for rule in get_args(Rule) if rule not in ("demonym", "dateline"))


class Pass(NamedTuple):
    """A rule; `over` are the rules whose surer findings it may change or remove all the same."""

    run: Callable[[Context], None]
    over: tuple[Rule, ...] = ()

    @property
    def name(self) -> str:
        return self.run.__name__.replace("_", " ")

    def correct(self, article: Context) -> None:
        article.over = self.over
        self.run(article)


class Phase(NamedTuple):
    """Passes that run one after the other and ask one kind of question."""

    name: str
    passes: tuple[Pass, ...]


PHASES = (
    Phase(
        "bounds",
        (
            Pass(bounds.complete_names, over=("title",)),
            Pass(bounds.hyphenated_surnames, over=("title",)),
            Pass(bounds.cut_surnames, over=("title",)),
            Pass(bounds.complete_suffixes, over=("title",)),
            Pass(bounds.names_in_capitals, over=("head-noun",)),
            Pass(bounds.rejoin_people),
            Pass(bounds.long_surnames),
            Pass(bounds.part_couples),
            Pass(nations.pairs, over=("demonym",)),
            Pass(peoples.peoples, over=("demonym",)),
            Pass(nations.part_nationalities),
            Pass(nations.nations_of_people),
            Pass(nations.forces, over=("demonym",)),
            Pass(bounds.people_of_firms, over=("title",)),
            Pass(legal_forms.legal_forms, over=("legal-form", "demonym", "title")),
            Pass(legal_forms.short_names, over=("demonym",)),
        ),
    ),
    Phase(
        "certain names",
        (
            Pass(certain.listed_names),
            Pass(certain.named_events, over=("demonym", "gazetteer", "title")),
            Pass(certain.chambers),
            Pass(bodies.committees_of_chambers, over=("well-known",)),
            Pass(bodies.purposes),
            Pass(bodies.campuses, over=("gazetteer", "preposition")),
            Pass(bodies.supporters, over=("demonym",)),
            Pass(institutions.parties_and_chambers),
            Pass(institutions.institutions_of_people),
            Pass(places.states),
            Pass(places.towns_of_states),
            Pass(common_words.broadcasts),
            Pass(common_words.celestial_bodies),
            Pass(common_words.groups_and_faiths),
            Pass(common_words.common_words),
            Pass(common_words.shouted_words),
            Pass(common_words.inverted_speech),
            Pass(common_words.questions),
            Pass(common_words.adjectives_of_people),
            Pass(common_words.words_beside_people),
        ),
    ),
    Phase(
        "beside",
        (
            Pass(people.titled_people),
            Pass(people.full_names_after_titles),
            Pass(people.rare_given_names),
            Pass(people.handles, over=("acronym", "given-name", "head-noun", "title")),
            Pass(firms.brokers),
            Pass(firms.romance_firms, over=("legal-form",)),
            Pass(people.employers),
            Pass(people.speakers),
            Pass(people.given_names),
            Pass(people.people_of_papers),
            Pass(people.aged_people),
            Pass(appositions.appositions),
            Pass(freight.ships_by_tonnage),
            Pass(freight.ports),
            Pass(sport.clubs),
            Pass(acronyms.stated_acronyms),
            Pass(places.newspapers, over=("demonym",)),
            Pass(places.nationalities, over=("title",)),
            Pass(places.join_places, over=("demonym",)),
            Pass(places.airports_of_people, over=("title",)),
            Pass(places.known_places),
            Pass(lists.agree_in_lists),
        ),
    ),
    Phase(
        "whole article",
        (
            Pass(whole.vote, over=_VOTED_ON),
            Pass(whole.bare_surnames),
            Pass(whole.possessives_of_people),
            Pass(sport.teams, over=("title", "surname")),
            Pass(sport.peoples_as_teams, over=("demonym", "gazetteer")),
            Pass(sport.teams_of_towns, over=("gazetteer",)),
            Pass(sport.fixtures, over=("gazetteer", "surname")),
            Pass(sport.sides, over=("gazetteer", "surname")),
            Pass(firms.firms_of_towns, over=("gazetteer",)),
            Pass(firms.firms_of_founders, over=("surname",)),
            Pass(whole.whole_names, over=("surname", "title")),
            Pass(whole.namesake_sites),
            Pass(whole.wrong_initials, over=("title",)),
            Pass(whole.lost_apostrophes),
        ),
    ),
    Phase("repeats", (Pass(repeats.repeats), Pass(repeats.short_nouns), Pass(appositions.confirmed))),
    Phase("furniture", (Pass(signatures.signatures, over=get_args(Rule)),)),
)


def correct(article: Context) -> None:
    """Correct and complete the names that the recogniser found, in place."""
    for phase in PHASES:
        for each in phase.passes:
            each.correct(article)
