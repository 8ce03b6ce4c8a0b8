"""Organisations: legal forms behind a name, and well known names that the recogniser takes for places or people."""

from __future__ import annotations

import re
from functools import lru_cache

from app.enrich import gazetteer, lexicon, vocabulary
from app.text import fold

_FORMS = (
    r"Inc|Incs|Incorporated|Corp|Corps|Corporation|Cos?|Company|Companies|Ltd|LTd|Ltda|Limited|Plc|PLC|plc|LLC|LLP|L\.P"
    r"|AG|S\.?A|N\.?V|N\.?A|SpA|SPA|S\.p\.A|GmbH|AB|ASA|Oy|Pty|Bhd|Berhad|KK|BV|B\.V|SE|SARL|Aktiengesellschaft"
)
_FORM_AFTER = re.compile(
    rf"(?:\s\([A-Z]\w*\))?,?\s(?:and\s(?=Co\b)|&\s(?=Co\b))?(?:(?:{_FORMS})\b|(?:inc|corp|ltd)\b)(?! ?-)\.?(?=\W|$)"
)
_FORM = re.compile(rf"(?<=\s)(?:{_FORMS})\b(?! ?-)")
_LEGAL_WORDS = lexicon.terms("legal-forms")
# The only words in small letters that may end a name (`Key Tronic corp`).
SMALL_FORMS = frozenset({"inc", "corp", "ltd", "plc"})
# `U.S. Company` is any company of the country: newswire of the eighties wrote a capital after `U.S.`
_ANY_COMPANY = frozenset(("company", "companies", "corporation", "corporations", "co", "cos"))
# `Pty Ltd`, `Co Inc`; and of what has an acronym, words.
_MOST_FORMS = 8
_MOST_WORDS = 40
# Short forms that are also words or initials of something else; alone they do not make a company.
_NEEDS_COMPANY = frozenset({"se", "ab", "sa", "na", "co", "cos", "kk", "company", "companies", "limited"})

# Their possessive is the name.
_POSSESSIVES = lexicon.terms("possessive-names")

# Organisations wherever they stand, and those that `GE` or `Drexel` means once it is found to be one.
_CANONICAL = lexicon.shown_by_name("organizations")
_ALIAS_OF = lexicon.shown_by_name("organization-aliases")
_FOLDED = {fold(name): shown for name, shown in _CANONICAL.items() if not name.isupper() and " " in name}

# Nouns that end names of organisations, whatever the recogniser takes them for.
_ORGANIZATION_NOUNS = lexicon.terms("organization-nouns")
_PUBLIC_BODIES = lexicon.terms("public-bodies")
_PLURALS_OF_TOWNS = lexicon.terms("town-plurals")
_CLUB_WORDS = lexicon.terms("club-words")
_CLUB_ENDINGS = frozenset(("United", "Rovers", "Wanderers", "Athletic", "Rangers", "Hotspur", "Albion"))
_PLACE_NOUNS = lexicon.terms("place-nouns")
# People are called Park, Lake, Beach and Street, but not so.
_SURE_PLACE_NOUNS = frozenset(("peninsula", "river", "mountains", "airport", "province", "islands", "strait", "desert"))

# What long names with an acronym mean as well: currency units, levies, tests.
_THINGS = lexicon.terms("things")
_PROGRAMS = frozenset(("Program", "Programme", "Requirement", "Act", "Bill", "Index", "Average"))

# Names of companies are not made of these alone.
_SMALL = lexicon.terms("joining-words")
_NOT_FIRST = lexicon.terms("not-first-in-company")
# First words that many organisations share: `National` is no short form of `National Guardian Corp`.
_SHARED_FIRST = lexicon.terms("shared-first-words")
_NAME_WORD = re.compile(r"[^\s()\"<>;:]+$")
# `BOT International (HK) Ltd`
_BRACKETED = re.compile(r"(?<= )\([A-Z]\w*\)$")


_WITH_STOPS = re.compile(r"(?:[A-Z]\.){2,}(?:[-&](?:[A-Z]\.)+)?[A-Z]?|[A-Z]\.[A-Z]")

# Words before a chamber or a caucus that a party holds.
PARTY_WORDS = frozenset(lexicon.shown_by_name("parties"))
# The country of institutions that no other has.
_COUNTRY_OF = lexicon.shown_by_name("national-institutions")

_PLURAL_LETTERS = re.compile(r"[A-Z]{3,}s")

_FIRST_WORDS = frozenset(name.split(" ")[0] for name in _CANONICAL) | frozenset(
    name.split(" ")[0].upper() for name in _CANONICAL if " " in name
)


def begins_well_known(word: str) -> bool:
    return word in _FIRST_WORDS or (word[1:2] == "." and without_stops(word) in _FIRST_WORDS)


@lru_cache(maxsize=20_000)
def canonical(name: str) -> str | None:
    """The name shown of a well known organisation; single words must be written as they are listed, acronyms so or with
    their stops."""
    listed = _CANONICAL.get(name) or _FOLDED.get(fold(name)) or _CANONICAL.get(name.removeprefix("U.S. "))
    return listed or (_CANONICAL.get(without_stops(name)) if name[1:2] == "." else None)


def without_stops(name: str) -> str:
    """`FBI` for `F.B.I.`, `AFL-CIO` for `A.F.L.-C.I.O.`; any other name as it is."""
    return name.replace(".", "") if _WITH_STOPS.fullmatch(name) else name


def is_known_acronym(name: str) -> bool:
    """`F.B.I.`, `G.A.T.T.`: a name of nothing else, though the recogniser may take it for a person's initials."""
    plain = without_stops(name)
    return plain != name and len(plain) > 2 and has_one_meaning(plain)


# Cities that newspapers, clubs and police have in short before their names.
_CITIES = {"LA": "Los Angeles", "L.A.": "Los Angeles", "NY": "New York", "N.Y.": "New York"}
# The address of a page stands for who has it.
_SITE = re.compile(r"(?<=[a-z]{3})\.com$")


_UNITED_NATIONS = re.compile(r"(?:U\.N\.?|UN|United Nations) (?=[A-Z])")
_ORDINALS = dict(
    zip(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh".split(),
        "1st 2nd 3rd 4th 5th 6th 7th 8th 9th 10th 11th".split(),
        strict=True,
    )
)
_NUMBER = rf"(?:\d{{1,2}}(?:st|nd|rd|th)|D\.C\.|DC|Federal|(?i:{'|'.join(_ORDINALS)}))"
_US = r"(?:(?:U\.S\.|US|United States) )?"
_CIRCUIT = re.compile(
    rf"{_US}(?P<number>{_NUMBER})(?: {_US}Circuit| {_US}Circuit Court(?: of Appeals?)?)"
    rf"|{_US}(?:Circuit )?Court of Appeals? for the (?P<late_number>{_NUMBER}) Circuit"
)


@lru_cache(maxsize=1 << 14)
def usual_name(name: str) -> str:
    """`General Motors` for `GM Corp`, `Los Angeles Times` for `L.A. Times`, `Beacon` for `Beacon.com`; the name without
    its legal form."""
    name = _SITE.sub("", _circuit(_of_united_nations(_of_city_in_full(name))))
    bare = without_form(name).replace("Organisation", "Organization").replace("Defence", "Defense")
    known = canonical(name) or _ALIAS_OF.get(without_stops(name)) or canonical(bare) or _ALIAS_OF.get(bare)
    whole = _without_group(bare)
    return known or canonical(whole) or _ALIAS_OF.get(whole, whole)


def _of_city_in_full(name: str) -> str:
    city, _, rest = name.partition(" ")
    return f"{_CITIES[city]} {rest}" if city in _CITIES and rest[:1].isupper() else name


def _of_united_nations(name: str) -> str:
    """`United Nations Human Rights Council` for `UN Human Rights Council`."""
    begin = _UNITED_NATIONS.match(name)
    return f"United Nations {name[begin.end() :]}" if begin else name


def _circuit(name: str) -> str:
    """`9th Circuit Court of Appeals` for `Ninth Circuit`, `U.S. Court of Appeals for the Ninth Circuit`."""
    named = _CIRCUIT.fullmatch(name)
    if named is None:
        return name
    number = (named["number"] or named["late_number"]).replace("DC", "D.C.")
    return f"{_ORDINALS.get(number.lower(), number)} Circuit Court of Appeals"


def _without_group(name: str) -> str:
    """`Morgan Stanley Group` is Morgan Stanley, `Dixons Group` Dixons; the `Boston Group` is not Boston, nor the
    `Independent Group` an Independent."""
    whole = name.removesuffix(" Group")
    shared = is_shared_first(whole) or is_generic(whole) or gazetteer.demonym(whole) or gazetteer.find(whole)
    is_word = vocabulary.is_ordinary_word(whole.removeprefix("The "))
    return name if len(whole) < 4 or shared or is_word else whole


def has_one_meaning(name: str) -> bool:
    """`OPEC`, `IBM`: what one article says that it stands for, perhaps misprinted, changes nothing elsewhere."""
    return canonical(name) is not None or name in _ALIAS_OF


def country_of(name: str) -> str | None:
    """Return the name of the country that alone has this institution: `United Kingdom` for `Downing Street`."""
    return _COUNTRY_OF.get(name)


def is_possessive(name: str) -> bool:
    """`Moody's`, `McDonald's`: the possessive belongs to the name."""
    return name in _POSSESSIVES


def is_any_company(word: str) -> bool:
    return word.lower() in _ANY_COMPANY


def is_shared_first(word: str) -> bool:
    return word.lower() in _SHARED_FIRST


def is_rate(name: str) -> bool:
    """`London Interbank Offered Rate`, `Prime Rate`."""
    return name.endswith((" Rate", " Rates"))


def legal_end(text: str, end: int) -> int:
    """The end of the legal form or forms that follow a name which ends at `end`; `end` itself if there is none."""
    for _ in range(_MOST_FORMS):
        if (match := _FORM_AFTER.match(text, end)) is None:
            break
        end = match.end() - (match[0].endswith(".") and ends_sentence(text, match.end()))
    return end


def companies(text: str) -> list[tuple[int, int]]:
    """Capitalised words before a legal form: `Thermo-Print GmbH`, `Merrill Lynch and Co Inc`."""
    found: list[tuple[int, int]] = []
    for match in _FORM.finditer(text):
        if found and match.start() < found[-1][1]:
            continue
        start = _company_start(text, match.start())
        if start < match.start() and (match[0].lower() not in _NEEDS_COMPANY or text[start].isupper()):
            found.append((start, legal_end(text, match.end())))
    return found


def without_form(name: str) -> str:
    """`Merck and Co Inc` -> `Merck`, `Paxar Corp` -> `Paxar`; a name of legal words alone stays."""
    words = name.replace(",", " ").split()
    while len(words) > 1 and words[-1].replace(".", "").lower() in _LEGAL_WORDS:
        words.pop()
        if len(words) > 1 and words[-1] in ("and", "&"):
            words.pop()
    if len(words) > 1 and words[0] in ("NV", "N.V.", "AB", "AO", "OAO"):
        words = words[1:]
    return " ".join(words)


def has_form(name: str) -> bool:
    return name.rstrip(".").rsplit(" ", 1)[-1].replace(".", "").lower() in _LEGAL_WORDS and " " in name


def is_headed_organization(name: str) -> bool:
    """`Central Fire Department`: the last word, or the one before `of`, is an organisation's."""
    head = name.partition(" of ")[0].partition(" for ")[0]
    return " " in name and head.rsplit(" ", 1)[-1].lower() in _ORGANIZATION_NOUNS


def is_party_adjective(name: str) -> bool:
    """`Republican`, which names the party before a chamber alone: `Republican senators` are none of it."""
    return name in PARTY_WORDS and name.istitle() and " " not in name


def is_public_body(name: str) -> bool:
    """`Judiciary Committee`, `Bureau of Prisons`: whose it is, another name before it may say."""
    head = name.partition(" of ")[0].partition(" for ")[0].partition(" on ")[0]
    return " " in name and head.rsplit(" ", 1)[-1].lower() in _PUBLIC_BODIES


def is_thing(name: str) -> bool:
    """`European Currency Units`: whatever abbreviates it, no organisation."""
    return name.rsplit(" ", 1)[-1].lower() in _THINGS


def is_team(name: str) -> bool:
    """`North Carolina Tar Heels`: a place, and in the plural who plays for it."""
    words = name.split(" ")
    return (
        len(words) > 1
        and words[-1].istitle()
        and words[-1].endswith("s")
        and words[-1] not in _PLURALS_OF_TOWNS
        and not is_headed_place(name)
        and gazetteer.find(name) is None
        and any(gazetteer.find(" ".join(words[:count])) for count in range(1, len(words)))
    )


def is_program(name: str) -> bool:
    """`Export Enhancement Program`, `Public Sector Borrowing Requirement`."""
    return " " in name and name.rsplit(" ", 1)[-1] in _PROGRAMS


def is_club(name: str) -> bool:
    """`PSV Eindhoven`, `AC Milan`, `Leeds United`: the recogniser often takes a club for a person."""
    words = name.split(" ")
    return len(words) > 1 and (words[0] in _CLUB_WORDS or words[-1] in _CLUB_WORDS or words[-1] in _CLUB_ENDINGS)


def is_headed_place(name: str) -> bool:
    return " " in name and name.rsplit(" ", 1)[-1].lower() in _PLACE_NOUNS


def is_surely_headed_place(name: str) -> bool:
    return " " in name and name.rsplit(" ", 1)[-1].lower() in _SURE_PLACE_NOUNS


def is_generic(word: str) -> bool:
    return word.lower() in _ORGANIZATION_NOUNS


@lru_cache(maxsize=1 << 14)
def initials(name: str) -> frozenset[str]:
    """The acronyms that a name may have, with and without its small words: {`TRF`}, {`DTI`, `DOTAI`}."""
    words = name.split()
    if len(words) > _MOST_WORDS:
        return frozenset()
    forms = [name, without_form(name)]
    while len(words) > 2 and has_form(" ".join(words)):
        # `GEC` is the General Electric Co Plc.
        words.pop()
        forms.append(" ".join(words))
    return frozenset(letters for form in forms for letters in _initials(form) if letters)


def abbreviates(short: str, name: str) -> bool:
    """Return whether the letters abbreviate the words, in any order: `IBS` is the Brazilian Steel Institute, in the
    order of its own language."""
    letters = letters_of(short)
    forms = initials(name)
    return any(sorted(form) == sorted(letters) or _goes_through(letters, form, name.upper()) for form in forms)


def may_stand_for(short: str, name: str) -> bool:
    """Return whether the letters in a bracket right behind the name may be short for it: some word of it begins as they
    do, and they mean nothing else. `CAWP` is the `Center for American Women and Politics`, `ANHA` the `Hawar News
    Agency`."""
    letters = letters_of(short)
    if not (2 < len(letters) < 8 and letters.isalpha()) or short.count("-") or has_one_meaning(short):
        return False
    return gazetteer.find(short) is None and any(word[0].upper() == letters[0] for word in re.findall(r"\w+", name))


def letters_of(short: str) -> str:
    """Return the letters of an acronym, without its stops and its plural: `NGO` for `NGOs`."""
    return singular(short).replace(".", "").replace("-", "").upper()


def singular(acronym: str) -> str:
    """Return `NGO` for `NGOs`; any other name as it is."""
    return acronym[:-1] if _PLURAL_LETTERS.fullmatch(acronym) else acronym


def _goes_through(letters: str, form: str, name: str) -> bool:
    """`ICCO` is the International Cocoa Organization: its initials, with one letter more from inside the name."""
    if len(form) < 3 or len(letters) != len(form) + 1 or letters[0] != form[0]:
        return False
    return _is_subsequence(form, letters) and _is_subsequence(letters, name)


def _is_subsequence(part: str, whole: str) -> bool:
    rest = iter(whole)
    return all(letter in rest for letter in part)


def _initials(name: str) -> tuple[str, str]:
    words = [word for word in re.split(r"[\s/–-]+", name.replace("'", "")) if word[:1].isalnum()]
    every = "".join(word[0] for word in words).upper()
    large = "".join(word[0] for word in words if word.lower() not in _SMALL).upper()
    return every, large


def is_acronym(name: str) -> bool:
    plain = name.replace(".", "").replace("&", "")
    return 2 <= len(plain) <= 7 and plain.isalnum() and sum(map(str.isupper, plain)) >= max(2, len(plain) - 1)


def _company_start(text: str, end: int) -> int:
    """Walk left from a legal form over capitalised words.

    Over `and` only for one word right of it (`Samuel Montagu and Sons Ltd`), over commas only left of an `and`
    (`Goldman, Sachs and Co`): elsewhere they part two companies.
    """
    start, joined = end, False
    for taken in range(8):
        head = text[max(0, start - 40) : start].rstrip(" ")
        if taken < 2 and head.endswith((" and", " &")):
            head = head.removesuffix("and").removesuffix("&").rstrip(" ")
            joined = True
        elif head.endswith(","):
            if not joined:
                break
            head = head.rstrip(",")
        match = _BRACKETED.search(head) or _NAME_WORD.search(head)
        if match is None or "\n" in text[start - 1 : start] or not _is_name_word(match[0]):
            break
        start = max(0, start - 40) + match.start()
    return start


def _is_name_word(word: str) -> bool:
    if word.endswith(".") and word.count(".") == 1 and len(word) > 5:
        return False
    if word[0] == "(":
        return True
    return (
        word[0].isupper()
        and word.lower() not in _NOT_FIRST
        and word.rstrip(".").lower() not in _LEGAL_WORDS
        and not word.endswith("'s")
    ) or (word[0].isdigit() and word.isalnum() and len(word) < 4)


def ends_sentence(text: str, end: int) -> bool:
    after = text[end : end + 3]
    return not after.strip() or (after[0] == "\n") or (after[0] == " " and after[1:2].isupper())
