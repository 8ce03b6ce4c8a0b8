"""Why a name is taken for what it is, and how sure that makes it: whatever finds or changes a name gives one ground.

`confidence` ranks the grounds by how often they were right on newswire; it is no probability. What rests on a surer
ground than another stays as it is (`context`), so a new ground needs a number that says what it may correct.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from app.ids import EntityType

SpanType = EntityType
# What found a mention, or changed it last; docs/entities.md describes each.
Rule = Literal[
    "model", "title", "completed", "legal-form", "head-noun", "well-known", "employer", "speaker", "given-name",
    "acronym", "gazetteer", "preposition", "dateline", "demonym", "vote", "surname", "repeat", "initials",
    "short-form", "score", "list", "apposition", "side", "age", "credit",
]  # fmt: skip


class Ground(NamedTuple):
    rule: Rule
    confidence: float

    def at_most(self, confidence: float) -> Ground:
        return Ground(self.rule, min(self.confidence, confidence))


CLUES: frozenset[Rule] = frozenset(
    ("title", "legal-form", "head-noun", "well-known", "employer", "speaker", "given-name", "acronym", "gazetteer",
     "preposition", "dateline", "age", "apposition", "side", "score")
)  # fmt: skip
"""Rules by which a text itself says of what type a name is; the others follow the recogniser or another mention."""

# The recogniser's guesses. Any rule may correct them, whatever their number.
GUESSED: dict[SpanType, Ground] = {
    "person": Ground("model", 0.85),
    "organization": Ground("model", 0.75),
    "place": Ground("model", 0.85),
    "event": Ground("model", 0.5),  # It also takes dates, prices and newspapers for events.
}
FIRM_OF_SOMEBODY = Ground("model", 0.7)  # `Lloyds` of `Bootle of Lloyds`: what is left of a guess.

# What a name is by its own words.
TITLED = Ground("title", 0.95)  # The title is a part of the guess: `President Macron`.
LEGAL_FORM = Ground("legal-form", 0.95)  # It ends in one, or one follows.
COMPANY = Ground("legal-form", 0.9)  # Capitalised words before a form; the beginning may be another's.
COMPANY_AGAIN = Ground("legal-form", 0.85)  # The same words without the form, which others may share.
BODY = Ground("head-noun", 0.8)  # `Center for Health and Gender Equity`, longer than the guess.
HEADED = Ground("head-noun", 0.75)  # `Fire Department`, as the recogniser says as well.
FORCES = Ground("head-noun", 0.85)  # `Indian Navy`, of two guesses.
ROMANCE_FIRM = Ground("head-noun", 0.8)  # `Banco do Brasil`; the last word may not belong to it.
NAMED_EVENT = Ground("head-noun", 0.7)  # `Berne Agreement`; where it begins is a guess.
COUPLE = Ground("given-name", 0.8)  # `Keith & Anna Marlow`
WELL_KNOWN = Ground("well-known", 0.95)  # It means nothing else.
WELL_KNOWN_EVENT = Ground("well-known", 0.9)  # `Easter` is in names too.
CHAMBER = Ground("well-known", 0.85)  # `the House`, beside a Senate.

# Who it is by the name next to it.
COMPLETED = Ground("completed", 0.8)  # Two neighbours that make a full name.
LONG_SURNAME = Ground("completed", 0.85)  # A given name before `de la Cruz`: the particles leave less to guess.

# Places by the gazetteer.
LISTED_PLACE = Ground("gazetteer", 0.95)  # `Jammu and Kashmir`: nobody is called so.
STATE = Ground("gazetteer", 0.95)  # `Ill.`, behind a town and a comma.
TOWN_OF_STATE = Ground("gazetteer", 0.9)  # What stands before it; `Smith, Ill.` is rare.
AGREED_PLACE = Ground("gazetteer", 0.97)  # A certain place that the recogniser takes for one as well.
JOINED_PLACE = Ground("gazetteer", 0.9)  # Two guesses, one place.
PAIRED_NATION = Ground("gazetteer", 0.9)  # `U.S./Japan`
CERTAIN_PLACE = Ground("gazetteer", 0.85)  # The recogniser says otherwise, or nothing.
PLACE_IN_COMPOUND = Ground("gazetteer", 0.8)  # `London-based`
LARGE_CITY = Ground("gazetteer", 0.8)  # `Corpus Christi`, taken for a person.
DATELINE = Ground("dateline", 0.95)
PREPOSITION = Ground("preposition", 0.8)  # `in Calcutta`; teams and firms are also lost in.
AGREED_NATIONALITY = Ground("demonym", 0.95)  # In the table, and so for the recogniser.
NATIONALITY = Ground("demonym", 0.9)  # The recogniser took it for something else.
NATIONALITY_ALONE = Ground("demonym", 0.85)  # The recogniser passed it over.
NO_NATION = Ground("demonym", 0.9)  # `African-American`, `French fries`
CELESTIAL_BODY = Ground("gazetteer", 0.85)  # `the Moon`; people are called so too.
NO_NAME = Ground("repeat", 0.8)  # A common word, which the article has in small letters.

# What stands beside it says.
TITLE = Ground("title", 0.9)  # `Mr. Desmond`, taken for something else.
TITLE_ALONE = Ground("title", 0.85)  # `Mr. Tutuola`, passed over: the end is ours.
OFFICE = Ground("title", 0.8)  # `spokesman Jerzy Urban`; firms have managers before them too.
AGE = Ground("age", 0.85)
HANDLE = Ground("apposition", 0.9)  # `Donald Trump (@realDonaldTrump)`
EMPLOYER = Ground("employer", 0.8)
GIVEN_NAME = Ground("given-name", 0.8)  # `met Narendra Modi`; firms are called so too.
SPEAKER = Ground("speaker", 0.75)  # Governments speak as well.
APPOSITION = Ground("apposition", 0.8)
CONFIRMED = Ground("apposition", 0.8)  # The recogniser says so as well: `the newspaper Le Figaro`.
CLUB = Ground("head-noun", 0.8)  # `Ajax Amsterdam`, `the Charlotte Bobcats`, in sport.
SIDE = Ground("side", 0.75)  # A town that plays, where no pattern says that it is a town.
ACRONYM = Ground("acronym", 0.95)  # The article says what stands for what.
FOREIGN_ACRONYM = Ground("acronym", 0.9)  # The letters agree in another order.
LIST = Ground("list", 0.75)  # What most of its row is.
MISSED_IN_LIST = Ground("list", 0.7)  # And nobody took it for a name.
SURNAME_FIRST = Ground("list", 0.85)  # `Lund, Anna; BERG, Peter`
SCORE = Ground("score", 0.85)

# What the whole article says.
VOTE = Ground("vote", 0.75)
SURNAME = Ground("surname", 0.85)  # Somebody's whose full name is there.
FIRST_NAME = Ground("surname", 0.8)  # `Kathina`; more people share it.
TOWNS_FIRM = Ground("legal-form", 0.8)  # `Piedmont said`, of `Piedmont Aviation Inc`.
FOUNDERS_FIRM = Ground("legal-form", 0.75)  # `Taft stock`, beside the man.
WHOLE_NAME = Ground("repeat", 0.8)  # The parts of a name that the article has whole.
LOST_APOSTROPHE = Ground("repeat", 0.85)  # `Texacos pact`, beside a `Texaco`.
FOUND_SURNAME = Ground("surname", 0.8)  # Of a person, where the recogniser found nothing.
REPEAT = Ground("repeat", 0.7)
CREDIT = Ground("credit", 0.9)  # Whatever it is: who made the article or its pictures.
COMMON_NOUN = Ground("short-form", 0.7)  # `the Commission`

# Who is meant.
ONLY_BEARER = Ground("surname", 0.95)
STATESMAN = Ground("surname", 0.9)  # Whom all news calls so.
LAST_BEARER = Ground("surname", 0.6)  # Of several: the one named last.
INITIALS = Ground("initials", 0.85)
SHORT_FORM = Ground("short-form", 0.8)
