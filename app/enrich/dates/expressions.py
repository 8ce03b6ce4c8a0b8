"""Expressions that mean a date, rule by rule: a pattern, and what its words mean on the day of the article.

The first rule that reads a stretch of the text keeps it. What has no year means the one in which it is nearest, rather
in the past; a day of the week is the last of that name, or the next one where the sentence speaks of what is to come.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, NamedTuple

from app.enrich.dates.focus import FOCUS, NAMED_BEFORE, month_in_focus, quarter_in_focus
from app.enrich.dates.spans import (
    Granularity,
    as_day,
    as_month,
    as_quarter,
    as_week,
    as_year,
    days_from,
    granularity_of,
    quarter_of,
)
from app.enrich.dates.tense import Outlook, is_surely_ahead, outlook, sentence_before
from app.enrich.dates.words import (
    COUNT,
    DAY_OF_WEEK,
    DAYS,
    MONTH,
    ORDINAL,
    ORDINALS,
    SHIFTS,
    SHORT_DAY,
    YEAR,
    counted,
    number_of_month,
)
from app.enrich.layout import TextBlock

DateRule = Literal[
    "iso", "day", "month", "quarter", "year", "weekday", "near-day", "near-span", "ago", "a-year-earlier",
]  # fmt: skip
CONFIDENCE: dict[DateRule, float] = {
    "iso": 0.98, "day": 0.95, "month": 0.9, "quarter": 0.85, "year": 0.9, "weekday": 0.8, "near-day": 0.95,
    "near-span": 0.85, "ago": 0.75, "a-year-earlier": 0.7,
}  # fmt: skip
"""How often each is right, about."""


@dataclass(frozen=True, slots=True)
class FoundDate:
    """What stands at `start` to `end` means `value`: `2025-05-05`, `2025-W18`, `2025-05`, `2025-Q2` or `2025`."""

    start: int
    end: int
    text: str
    value: str
    granularity: Granularity
    rule: DateRule
    confidence: float


class _Expression(NamedTuple):
    """An expression, and the day from which it is told; None where the article has none."""

    text: str
    found: re.Match[str]
    today: date | None

    def group(self, name: str) -> str:
        return (self.found.groupdict().get(name) or "").lower()

    @property
    def outlook(self) -> Outlook | None:
        # `In` may be part of what is expected `in`, and of what is found.
        return outlook(self.text, *self.found.span("only" if "only" in self.found.re.groupindex else 0))

    @property
    def is_ahead(self) -> bool:
        return self.outlook == "ahead"


_THURSDAY, _SATURDAY, _SUNDAY = 3, 5, 6
_YESTERDAY, _DAY_BEFORE_YESTERDAY, _TOMORROW = 1, 2, 6
"""Days since the last day of a name."""
_HAPPENED_ON = re.compile(
    r"\b(?:since|(?!announced|concurred|reported|showed|warned|tweeted|posted)(?<!\bbe\s)(?:\w{2,}ed|held|began|met|made|fell|rose|won|lost|took"
    r"|came|went|left|sent)\s+on)\s+$",
    re.IGNORECASE,
)
_OF_WEEK = re.compile(r",?\s+(?:of\s+)?(?P<shift>last|next|this)\s+week\b", re.IGNORECASE)
_PAIR_OF_DAYS = re.compile(r"\b(?P<shift>last|next)\s+[A-Z][a-z]+day\s+(?:and|or|to|through)\s+$", re.IGNORECASE)
_SEVERAL_DAYS = re.compile(r"\s+(?:mornings|afternoons|evenings|nights|shows)\b")
_PAST_MARGIN = 200
"""Days by which a date that would be in the future has to be nearer than the one in the past, to be meant."""
_EARLY = 4
"""Months of a year in which reports are on the last one."""
_STEPS = {"previous": -1, "preceding": -1, "prior": -1, "following": 1}
_ELEVENTH_OF_SEPTEMBER = "2001-09-11"
_QUARTER_END = re.compile(rf"\s+(?:ended|ending)\s+{MONTH}\s+(?P<day>[0-3]?\d)(?:,?\s+{YEAR})?\b")
_GAME = re.compile(
    r"\b(?:touchdown|yards?|points|halftime|coach|scored|field goal|rebounds?|pass(?:ing)?|game)\b", re.I
)
_BESIDE = 200
"""Characters on either side of a quarter in which is looked for a game, which has quarters, too."""
# `March and August 1986`, `April 3 to May 5, 1987`: the year at the end is that of both.
_SHARED_YEAR = re.compile(
    rf"\s*(?:,|and|or|to|through|until|-|–)\s*(?:early\s+|late\s+)?{MONTH}(?:\s+[0-3]?\d)?,?\s+{YEAR}\b"
)
_NO_DAY_BEFORE = frozenset("a an every each any black super good bloody ash palm easter cyber fat per news".split())
_WORD_BEFORE = re.compile(r"(\w+)\s+$")
_ATTACKS = re.compile(r"(?:,?\s+2001)?,?\s+(?:terror|attack|hijack|commission|memorial|victim)", re.IGNORECASE)
_MONEY = re.compile(r"[$£€#]|\b(?:cents?|cts|dlrs|mln|million|billion|earn|profit|loss|sales|revenue|net|share)", re.I)


def _nearest_year(today: date, month: int, day: int, *, ahead: bool = False) -> int:
    """Return the year in which a day is nearest to today, on the side where the sentence looks."""

    def distance(year: int) -> int:
        try:
            days = (date(year, month, day) - today).days
        except ValueError:
            return 10_000
        return abs(days) + (_PAST_MARGIN if (days > 0) != ahead and days != 0 else 0)

    return min((today.year - 1, today.year, today.year + 1), key=distance)


def _whole_day(asked: _Expression) -> str | None:
    month, day = number_of_month(asked.group("month")), counted(asked.group("day"))
    if year := asked.group("year") or _shared_year(asked):
        return as_day(date(int(year), month, day))
    if (month, day) == (9, 11) and _ATTACKS.match(asked.text, asked.found.end()):
        return _ELEVENTH_OF_SEPTEMBER
    if asked.today is None:
        return None
    if asked.group("shift") == "last":
        is_past = (asked.today - date(asked.today.year, month, day)).days > 0
        return as_day(date(asked.today.year - (not is_past), month, day))
    return as_day(date(_nearest_year(asked.today, month, day, ahead=asked.is_ahead), month, day))


def _shared_year(asked: _Expression) -> str:
    shared = _SHARED_YEAR.match(asked.text, asked.found.end())
    return shared["year"] if shared is not None else ""


def _numbered_day(asked: _Expression) -> str:
    return as_day(date(int(asked.group("year")), int(asked.group("number")), int(asked.group("day"))))


def _slashed_day(asked: _Expression) -> str | None:
    """Read `5/13/2025` and `13/5/2025`, of which either number can only be a day; `5/6/2025` may be two days."""
    one, other, year = int(asked.group("number")), int(asked.group("day")), int(asked.group("year"))
    if one == other or other > 12 >= one:
        return as_day(date(year, one, other))
    return as_day(date(year, other, one)) if one > 12 >= other else None


def _month_of_year(asked: _Expression) -> str:
    return as_month(int(asked.group("year")), number_of_month(asked.group("month")))


def _bare_month(asked: _Expression) -> str | None:
    if asked.today is None or _is_a_person(asked):
        return None
    if year := _shared_year(asked):
        return as_month(int(year), number_of_month(asked.group("month")))
    month, today, shift = number_of_month(asked.group("month")), asked.today, asked.group("shift")
    if asked.group("of"):
        return as_month(today.year + SHIFTS[asked.group("of")], month)
    if shift == "last":
        return as_month(today.year if month < today.month else today.year - 1, month)
    if shift == "next":
        return as_month(today.year if month > today.month else today.year + 1, month)
    if shift == "this":
        return as_month(today.year, month)
    return as_month(_nearest_year(today, month, 15, ahead=asked.is_ahead or month == today.month), month)


def _is_a_person(asked: _Expression) -> bool:
    """Return whether `May` may be a person, of whom more than of a month is said so: `spoke to May`."""
    before = asked.text[asked.found.start() : asked.found.start("month")].strip().lower()
    return asked.group("month") == "may" and before in ("to", "and", "for", "of", "by", "before", "after")


def _weekday(asked: _Expression) -> str | None:
    if asked.today is None:
        return None
    before = _WORD_BEFORE.search(asked.text, max(0, asked.found.start() - 12), asked.found.start())
    if before is not None and before[1].lower() in _NO_DAY_BEFORE:
        return None
    if _SEVERAL_DAYS.match(asked.text, asked.found.end()):
        return None
    wanted, shift = DAYS.index(asked.group("weekday")), asked.group("shift") or _shift_of_pair(asked)
    if (week := _OF_WEEK.match(asked.text, asked.found.end())) is not None:
        return as_day(days_from(asked.today, 7 * SHIFTS[week["shift"].lower()] + wanted - asked.today.weekday()))
    back = (asked.today.weekday() - wanted) % 7
    if shift in ("next", "coming", "following") or (shift not in ("last", "past") and _is_day_ahead(asked, back)):
        return as_day(days_from(asked.today, 7 - back if back else 7))
    return as_day(days_from(asked.today, -(back or 7) if shift in ("last", "past") else -back))


def _shift_of_pair(asked: _Expression) -> str:
    """Return `next` for the second day of `next Monday and Tuesday`."""
    first = _PAIR_OF_DAYS.search(asked.text, max(0, asked.found.start() - _AROUND), asked.found.start())
    return first["shift"].lower() if first is not None else ""


def _is_day_ahead(asked: _Expression, back: int) -> bool:
    """Return whether a day of the week is the next of its name, not the last, which was so many days ago.

    Tomorrow's name means tomorrow, however the sentence is put: some articles are dated the day before they are
    finished, and few say so of six days ago. For yesterday's, or the day before's, it must be told as what is to come.
    """
    span = asked.found.span()
    if back == _TOMORROW:
        return _HAPPENED_ON.search(asked.text, max(0, span[0] - _AROUND), span[0]) is None
    if back in (_YESTERDAY, _DAY_BEFORE_YESTERDAY):
        return is_surely_ahead(asked.text, span[0])
    return back != 0 and asked.is_ahead


_NEAR_DAYS = {
    "yesterday": -1,
    "last night": -1,
    "last evening": -1,
    "tomorrow": 1,
    "day before yesterday": -2,
    "day after tomorrow": 2,
}


def _near_day(asked: _Expression) -> str | None:
    if asked.today is None:
        return None
    return as_day(days_from(asked.today, _NEAR_DAYS.get(" ".join(asked.group("near").split()), 0)))


def _near_span(asked: _Expression) -> str | None:
    if asked.today is None:
        return None
    shift, unit = asked.group("shift"), asked.group("unit")
    if shift == "this" and unit == "week" and asked.outlook == "behind":
        return as_week(asked.today)
    return _shifted(asked.today, SHIFTS[shift], unit)


def _span_of_text(asked: _Expression) -> str | None:
    if asked.group("step"):
        return _beside_named(asked)
    if asked.group("weekend"):
        return _weekend(asked)
    return _quarter_of_text(asked) if asked.group("quarter") else _turn_of_year(asked)


def _beside_named(asked: _Expression) -> str | None:
    """Return the year, the month or the quarter before or after the one that is named last: of `1986` and `the previous
    year` it is 1985. Where none is named, it is the one before the article's own."""
    if asked.today is None:
        return None
    unit, step = asked.group("unit"), _STEPS[asked.group("step")]
    start = asked.found.start()
    named = NAMED_BEFORE[unit].findall(asked.text, max(0, start - FOCUS), start) if unit in NAMED_BEFORE else []
    if not named:
        return _shifted(asked.today, step, unit) if step < 0 else None
    if unit == "year":
        year = named[-1].lower()
        return as_year(step + (int(year) if year.isdigit() else asked.today.year + SHIFTS[year.split()[0]]))
    if unit == "quarter":
        quarter = ORDINALS[named[-1].lower()]
        return as_quarter(asked.today.year - (quarter > quarter_of(asked.today)), quarter + step)
    month = number_of_month(named[-1])
    return as_month(_nearest_year(asked.today, month, 15), month + step)


def _weekend(asked: _Expression) -> str | None:
    """Return the week of the last weekend, or of the next one where the sentence speaks of what is to come."""
    if asked.today is None:
        return None
    day, look = asked.today.weekday(), asked.outlook
    is_this = look == "ahead" or day >= _SATURDAY or (day >= _THURSDAY and look is None)
    return as_week(days_from(asked.today, 0 if is_this else -7))


def _turn_of_year(asked: _Expression) -> str | None:
    """Read `at year-end`, `for the full year`: early in the year these mean the last one, where nothing is to come."""
    if year := asked.group("year"):
        return as_year(int(year))
    if asked.today is None:
        return None
    is_last = asked.today.month <= _EARLY and not asked.is_ahead
    return as_year(asked.today.year - is_last)


def _quarter_of_text(asked: _Expression) -> str | None:
    """Return the quarter that the text speaks of, which it has named before."""
    if asked.today is None or (named := quarter_in_focus(asked.text, asked.found.start())) is None:
        return None
    return as_quarter(asked.today.year - (named > quarter_of(asked.today)), named)


def _ago(asked: _Expression) -> str | None:
    if asked.today is None:
        return None
    count, unit = counted(asked.group("count")), asked.group("unit")
    if asked.group("way") == "earlier" and unit == "month" and count == 1:
        named = NAMED_BEFORE[unit].findall(sentence_before(asked.text, asked.found.start(), FOCUS))
        if named:
            last = number_of_month(named[-1])
            return as_month(_nearest_year(asked.today, last, 15), last - 1)
    if asked.group("way").startswith("from"):
        return _shifted(asked.today, count, unit)
    if asked.group("way") == "earlier" and unit == "month":
        month = month_in_focus(asked.text, asked.found.start())
        if month is not None:
            return as_month(_nearest_year(asked.today, month, 15), month - count)
    return _shifted(asked.today, -count, unit)


def _shifted(today: date, count: int, unit: str) -> str:
    match unit:
        case "day":
            return as_day(days_from(today, count))
        case "week" | "weekend":
            # On a Sunday the press speaks of the week that begins.
            return as_week(days_from(today, 7 * count + (today.weekday() == _SUNDAY)))
        case "month":
            return as_month(today.year, today.month + count)
        case "quarter":
            return as_quarter(today.year, quarter_of(today) + count)
        case _:
            return as_year(today.year + count)


def _quarter(asked: _Expression) -> str | None:
    if closed := asked.group("closed"):
        return as_quarter(int(closed), 4)
    quarter = ORDINALS[asked.group("ordinal")]
    if year := asked.group("year") or asked.group("before"):
        return as_quarter(int(year), quarter)
    if asked.today is None:
        return None
    if shift := asked.group("shift"):
        return as_quarter(asked.today.year + SHIFTS[shift], quarter)
    if (closing := _closing_day(asked)) is not None:
        return as_quarter(closing.year, quarter_of(closing))
    start, end = asked.found.span()
    if _GAME.search(asked.text, max(0, start - _BESIDE), end + _BESIDE):
        return None
    year_of = asked.today.year if quarter <= quarter_of(asked.today) or asked.is_ahead else asked.today.year - 1
    return as_quarter(year_of - (1 if asked.group("earlier") else 0), quarter)


def _closing_day(asked: _Expression) -> date | None:
    """Return the day on which a quarter of a company's own year ends: `fourth quarter ended March 31`."""
    closing = _QUARTER_END.match(asked.text, asked.found.end())
    if closing is None or asked.today is None:
        return None
    month, day, ahead = number_of_month(closing["month"]), int(closing["day"]), "ending" in closing[0]
    year = int(closing["year"]) if closing["year"] else _nearest_year(asked.today, month, day, ahead=ahead)
    return date(year, month, day)


def _a_year_earlier(asked: _Expression) -> str | None:
    """Return the month or the quarter that the text speaks of, a year before: the month that the sentence names, or the
    quarter where money is told of; else the year."""
    if asked.today is None:
        return None
    start, end = asked.found.span()
    if (month := month_in_focus(asked.text, start)) is not None:
        return as_month(_nearest_year(asked.today, month, 15) - 1, month)
    named = quarter_in_focus(asked.text, start)
    about = asked.text[max(0, start - 160) : end + 80]
    if named is None or not _MONEY.search(about):
        return as_year(asked.today.year - 1)
    year = asked.today.year if named <= quarter_of(asked.today) else asked.today.year - 1
    return as_quarter(year - 1, named)


def _bare_year(asked: _Expression) -> str:
    return as_year(int(asked.group("year")))


# Words and figures that expressions have, plain enough to be found at once: patterns are only tried around them.
_MARKS = {
    "month": re.compile("Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec"),
    "weekday": re.compile("(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"),
    "near": re.compile("[Yy]esterday|[Tt]oday|[Tt]onight|[Tt]omorrow|morning|afternoon|evening|night"),
    "span": re.compile("year|quarter|qtr|month|week|day"),
    "figure": re.compile(r"\d{4}|\d/\d"),
}
_AROUND = 48
"""Characters on either side of such a mark; no expression is longer."""


class _DateReader(NamedTuple):
    rule: DateRule
    mark: str
    pattern: re.Pattern[str]
    value: Callable[[_Expression], str | None]


def _reader(
    rule: DateRule, mark: str, pattern: str, value: Callable[[_Expression], str | None], flags: int = 0
) -> _DateReader:
    return _DateReader(rule, mark, re.compile(pattern, flags), value)


_DAY_NUMBER = r"(?P<day>[0-3]?\d)(?:st|nd|rd|th)?(?![\d:%]|[.,]\d|\s*(?:pct|percent|mln|million|billion|points?)\b)"
_UNIT = r"(?P<unit>day|week|month|quarter|year)"
_READERS: Sequence[_DateReader] = (
    _reader("iso", "figure", rf"(?<![\d-]){YEAR}-(?P<number>\d\d)-(?P<day>\d\d)(?![\d-])", _numbered_day),
    _reader(
        "day", "month", rf"\b(?:(?P<shift>last)\s+)?{SHORT_DAY}{MONTH}\s+{_DAY_NUMBER}(?:,?\s+{YEAR}\b)?", _whole_day
    ),
    _reader(
        "day", "month", rf"\b{MONTH}\s+(?P<day>(?i:one|two|three|four|five|six|seven|eight|nine|ten))\b", _whole_day
    ),
    _reader("day", "figure", r"(?<![\d/])9/11(?![\d/])", lambda _: _ELEVENTH_OF_SEPTEMBER),
    _reader(
        "day",
        "month",
        rf"\b{SHORT_DAY}(?:the\s+)?(?P<day>[0-3]?\d)(?:st|nd|rd|th)?\s+(?:of\s+)?{MONTH}(?:,?\s+{YEAR})?\b",
        _whole_day,
    ),
    _reader("day", "figure", rf"(?<![\d/])(?P<number>\d\d?)/(?P<day>\d\d?)/{YEAR}(?![\d/])", _slashed_day),
    _reader(
        "quarter",
        "span",
        rf"\b(?:(?P<shift>last|this|next)\s+year['’]s\s+|(?:the\s+)?(?P<before>(?:19|20)\d\d)(?:['’]s)?\s+"
        rf"|(?P<earlier>year-(?:ago|earlier))\s+)?(?:(?:fiscal\s+)?{ORDINAL}(?:-|\s+)(?:quarter|qtr)(?:\s+(?:of\s+)?{YEAR})?"
        r"|last\s+quarter\s+of\s+(?P<closed>(?:19|20)\d\d))\b",
        _quarter,
        re.IGNORECASE,
    ),
    _reader(
        "a-year-earlier",
        "span",
        r"\b(?:the\s+(?:same\s+|corresponding\s+|comparable\s+)?(?:quarter|period)\s+(?:a|one)\s+year\s+(?:ago|earlier|before)"
        r"|(?:(?:the\s+)?(?:same|corresponding|comparable)\s+(?:quarter|period)|(?:quarter|period))\s+last\s+year"
        r"|(?:the\s+)?year-(?:ago|earlier)(?:\s+(?:quarter|period))?|(?:a|one)\s+year\s+(?:ago|earlier|before)"
        r"|last\s+year['’]s\s+(?:quarter|period))\b",
        _a_year_earlier,
        re.IGNORECASE,
    ),
    _reader("month", "month", rf"\b{MONTH},?\s+(?:of\s+)?{YEAR}\b", _month_of_year),
    _reader("month", "month", rf"\b{MONTH}\s+(?:of\s+)?(?P<of>last|this|next)\s+year\b", _bare_month),
    _reader(
        "month",
        "month",
        rf"\b(?:(?P<shift>[Ll]ast|[Tt]his|[Nn]ext)\s+|(?:(?:[Ii]n|[Ss]ince|[Uu]ntil|[Bb]y|of|[Dd]uring|[Ff]or|[Ff]rom"
        rf"|through|to|[Ll]ate|[Ee]arly|[Bb]efore|[Aa]fter|[Ll]ast|[Ee]nding|[Ee]nded|and)\s+|(?:[Mm]id|[Ee]nd|[Ee]arly"
        rf"|[Ll]ate)-))(?P<only>{MONTH})(?![\w'’]|\s+\d)",
        _bare_month,
    ),
    _reader(
        "month",
        "month",
        r"\b(?P<month>January|February|April|June|July"
        r"|August|September|October|November|December)\b(?!\s+(?:[A-Z]|\d))",
        _bare_month,
    ),
    _reader(
        "weekday",
        "weekday",
        rf"\b(?:(?P<shift>[Ll]ast|[Tt]his|[Nn]ext|[Cc]oming|[Pp]ast|[Ff]ollowing)\s+)?{DAY_OF_WEEK}\b",
        _weekday,
    ),
    _reader(
        "near-day",
        "near",
        r"\b(?:the\s+)?(?P<near>day\s+before\s+yesterday|day\s+after\s+tomorrow|yesterday|today|tonight|tomorrow"
        r"|this\s+(?:morning|afternoon|evening)|last\s+(?:night|evening))\b",
        _near_day,
        re.IGNORECASE,
    ),
    _reader(
        "near-span",
        "span",
        r"\b(?:the\s+(?:(?P<step>previous|preceding|prior|following)\s+(?P<unit>month|quarter|year)|(?P<weekend>weekend)"
        r"|(?:latest\s+)?(?P<quarter>quarter)(?!\s+end)|(?:end\s+of\s+the|full)\s+year|year['’]s[- ]end)"
        rf"|(?<!fiscal\s)year(?:[- ]end(?:\s+{YEAR})?|['’]s[- ]end))\b",
        _span_of_text,
        re.IGNORECASE,
    ),
    _reader(
        "near-span",
        "span",
        r"\b(?:the\s+)?(?P<shift>last|this|next|past|current|previous|coming)\s+(?:fiscal\s+)?(?P<unit>week|weekend|month|quarter|year)\b",
        _near_span,
        re.IGNORECASE,
    ),
    _reader("ago", "span", rf"\b{COUNT}\s+{_UNIT}s?\s+(?P<way>ago|earlier|from\s+now)\b", _ago, re.IGNORECASE),
    _reader("year", "figure", rf"\b(?:fiscal|calendar)\s+{YEAR}\b", _bare_year, re.IGNORECASE),
    _reader(
        "year",
        "figure",
        rf"(?<!©\s)(?<!pyright\s)(?:(?<![\w$.,£€#/-])|(?<=\b[Ee]nd-)|(?<=\b[Mm]id-)|(?<=\b[Ee]arly-)|(?<=\b[Ll]ate-))(?!(?<=[\"“]).{{4}}[\"”]){YEAR}(?![\d%/-]|[.,]\d|s\b"
        r"|\s*(?:pct|percent|mln|million|billion|dlrs|dollars|tonnes|tons|shares|people|points|votes|miles|feet|ft|km|acres|barrels|jobs|men|women|troops|workers)\b)",
        _bare_year,
    ),
)


def find_dates(body: str, blocks: Sequence[TextBlock], today: str | None, begin: int = 0) -> tuple[FoundDate, ...]:
    """Return the dates in the paragraphs of a text from `begin` on, in order, none overlapping another.

    `today` is the article's own date. Where that is a month or a year, only what says its year itself is a date.
    """
    day = date.fromisoformat(today) if today is not None and len(today) > len("2025-05") else None
    paragraphs = [(max(block.start, begin), block.end) for block in blocks if block.kind == "paragraph"]
    windows = {mark: list(_windows(body, pattern, paragraphs)) for mark, pattern in _MARKS.items()}
    taken = bytearray(len(body))
    found = [
        each
        for reader in _READERS
        for start, end in windows[reader.mark]
        for each in _found_by(reader, body, start, end, day, taken)
    ]
    return tuple(sorted(found, key=lambda each: each.start))


def _windows(body: str, mark: re.Pattern[str], paragraphs: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield the stretches around the marks, none reaching out of its paragraph, or into another."""
    for first, last in paragraphs:
        start = end = -1
        for found in mark.finditer(body, first, last):
            if found.start() - _AROUND > end:
                if end > start:
                    yield start, end
                start = max(first, found.start() - _AROUND)
            end = min(last, found.end() + _AROUND)
        if end > start:
            yield start, end


def _found_by(
    reader: _DateReader, body: str, start: int, end: int, today: date | None, taken: bytearray
) -> Iterator[FoundDate]:
    for match in reader.pattern.finditer(body, start, end):
        first, last = match.span("only") if "only" in match.groupdict() and not match["shift"] else match.span()
        if taken.find(1, first, last) >= 0:
            continue
        try:
            value = reader.value(_Expression(body, match, today))
        except (ValueError, OverflowError):
            # The calendar has no 31 June, nor a year 10000.
            continue
        if value is not None:
            taken[first:last] = b"\1" * (last - first)
            confidence = CONFIDENCE[reader.rule]
            yield FoundDate(first, last, body[first:last], value, granularity_of(value), reader.rule, confidence)
