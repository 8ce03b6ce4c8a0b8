"""References to articles, as programs that keep references read them (RIS, BibTeX, CSL-JSON), and as people do.

Authors stand as they were printed: whether `Sun Yat-sen` or `Associated Press` has a family name, nobody can tell from
the letters.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape

import msgspec

from app.read.params import CitationFormat
from app.store.tables import Article

_MONTHS = "January February March April May June July August September October November December".split()
_LATEX = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "%": r"\%", "_": r"\_",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
}  # fmt: skip
# What ends or unbalances a field of BibTeX, where an address stands as it is.
_UNFIT_IN_ADDRESS = re.compile(r"[{}\\\s%\"<>^`|]")
_ESCAPED = re.compile(r"%[0-9A-Fa-f]{2}")


@dataclass(frozen=True, slots=True)
class Reference:
    """What a reference says. `date` is as precise as it is known, `url` where it can be read."""

    id: str
    headline: str
    authors: tuple[str, ...] = ()
    source: str | None = None
    date: str | None = None
    place: str | None = None
    language: str | None = None
    url: str | None = None


def ris(reference: Reference) -> str:
    """Return the record, with a blank line behind it."""
    parts = (reference.date or "").split("-")
    lines = [
        ("TY", "NEWS"),
        ("ID", reference.id),
        ("TI", reference.headline),
        *(("AU", name) for name in reference.authors),
        ("T2", reference.source),
        ("PY", parts[0]),
        # Four parts, of which the last is for words.
        ("DA", "/".join([*parts, "", ""][:3]) + "/" if reference.date else None),
        ("CY", reference.place),
        ("LA", reference.language),
        ("UR", reference.url),
    ]
    written = [f"{tag}  - {' '.join(value.split())}" for tag, value in lines if value and value.strip()]
    return "\r\n".join([*written, "ER  - ", "", ""])


def bibtex(reference: Reference) -> str:
    """Return the entry, with a blank line behind it: `@article` of a source, `@misc` where none is known."""
    year, month, day = [*(reference.date or "").split("-"), "", ""][:3]
    fields = {
        # A second pair of braces keeps the capitals.
        "title": f"{{{_latex(reference.headline)}}}",
        "author": " and ".join(map(_bibtex_author, reference.authors)),
        "journal": _latex(reference.source or ""),
        "date": reference.date or "",
        "year": year,
        "month": str(int(month)) if month else "",
        "day": str(int(day)) if day else "",
        "langid": _latex(reference.language or ""),
        "url": _address_in_braces(reference.url or ""),
    }
    said = [f"  {name} = {{{value}}},\n" for name, value in fields.items() if value]
    return f"@{'article' if reference.source else 'misc'}{{news-{reference.id},\n{''.join(said)}}}\n\n"


def csl_json(reference: Reference) -> str:
    """Return one item, as a line of JSON."""
    item: dict[str, object] = {
        "id": reference.id,
        "type": "article-newspaper",
        "title": reference.headline,
        "author": [{"literal": name} for name in reference.authors],
        "container-title": reference.source,
        "issued": {"date-parts": [[int(part) for part in reference.date.split("-")]]} if reference.date else None,
        "publisher-place": reference.place,
        "language": reference.language,
        "URL": reference.url,
    }
    return msgspec.json.encode({name: value for name, value in item.items() if value}).decode()


def sentence(reference: Reference) -> str:
    """Return the reference for people, as a note in the style of Chicago."""
    return _sentence(reference, str)


def sentence_html(reference: Reference) -> str:
    """Return the same with the source in italics and the address as a link."""
    return _sentence(reference, escape, _italic, _link)


def _sentence(
    reference: Reference,
    plain: Callable[[str], str],
    italic: Callable[[str], str] = str,
    link: Callable[[str], str] = str,
) -> str:
    names = [plain(name) for name in reference.authors]
    headline = reference.headline.rstrip()
    stop = "" if headline.endswith(("?", "!", "…", ".")) else ","
    parts = [
        f"{_enumerated(names)}," if names else "",
        f"“{plain(headline.replace('“', '‘').replace('”', '’'))}{stop}”",
        f"{italic(reference.source)}," if reference.source else "",
        f"{_spoken_date(reference.date)}," if reference.date else "",
        link(reference.url) if reference.url else "",
    ]
    said = " ".join(part for part in parts if part).removesuffix(",")
    return said if said.endswith(".") else f"{said}."


def _italic(text: str) -> str:
    return f"<i>{escape(text)}</i>"


def _link(url: str) -> str:
    shown = escape(url)
    # An address comes from outside: only those of the web are links, never one that runs a script.
    return f'<a href="{shown}">{shown}</a>' if url.startswith(("http://", "https://")) else shown


def _enumerated(names: list[str]) -> str:
    if len(names) < 3:
        return " and ".join(names)
    return f"{names[0]} et al." if len(names) > 3 else f"{names[0]}, {names[1]}, and {names[2]}"


def _spoken_date(date: str) -> str:
    year, month, day = [*date.split("-"), "", ""][:3]
    name = _MONTHS[int(month) - 1] if month else ""
    return f"{name} {int(day)}, {year}" if day else f"{name} {year}".strip()


def _latex(text: str) -> str:
    return "".join(_LATEX.get(letter, letter) for letter in " ".join(text.split()))


def _bibtex_author(name: str) -> str:
    """Braces keep a name in one piece that would be read as several, or as a family name and what follows it."""
    said = _latex(name)
    words = said.split()
    return f"{{{said}}}" if {"and", "others"} & {word.lower() for word in words} or "," in said else said


def _address_in_braces(url: str) -> str:
    kept = _ESCAPED.sub(lambda found: found[0].replace("%", "\0"), url)
    return _UNFIT_IN_ADDRESS.sub(lambda found: "".join(f"%{each:02X}" for each in found[0].encode()), kept).replace(
        "\0", "%"
    )


def reference_to(row: Article, base: str | None) -> Reference:
    """`base`: the address of this server, where an article without its own can be read."""
    own = f"{base}articles/{row.id}" if base is not None else None
    return Reference(
        row.id, row.headline, tuple(row.authors), row.source, row.date, row.dateline, row.language, row.url or own
    )


def written_reference(row: Article, format: CitationFormat, base: str | None) -> str:
    return REFERENCES[format](reference_to(row, base))


REFERENCES: Mapping[CitationFormat, Callable[[Reference], str]] = {
    "text": sentence,
    "html": sentence_html,
    "ris": ris,
    "bibtex": bibtex,
    "csl-json": csl_json,
}
