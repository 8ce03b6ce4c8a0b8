"""Output for a person: progress, reports, tables, hits with their words marked. Plain text where nobody watches."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import zip_longest
from time import monotonic
from typing import TYPE_CHECKING, Any, get_args

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from app.ingest.report import OnProgress, Outcome, Progress, Report
from app.search import highlight

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from rich.table import Table

    # What is shown was loaded by whoever found it, and need not be loaded for the others.
    from app.ingest.enriching import Enriched
    from app.read.matching import TextFound
    from app.read.models import CrossTable, DifferenceSpan, Job, JobDetail, NewsFeed, SearchContrast
    from app.read.quotes import QuotesFound
    from app.search.answer import Answer
    from app.search.engine import ArticleHit
    from app.search.query import Clause
    from app.store.tables import Decision, Key, Rejection
    from app.store.texts import ShownText

# Seconds between two lines of progress in a log.
_QUIET = 10
_INDENT = (0, 0, 0, 3)


def console(*, stderr: bool = False) -> Console:
    """Piped output is not cut at a width: the next program wants whole lines."""
    stream = sys.stderr if stderr else sys.stdout
    return Console(stderr=stderr, highlight=False, width=None if stream.isatty() else 10_000)


def _table(*head: str, **looks: Any) -> Table:
    from rich.table import Table  # not for a search: it shows none

    return Table(*head, box=None, pad_edge=False, **looks)


@contextmanager
def progress() -> Iterator[OnProgress]:
    """A bar on a terminal; elsewhere a line now and then, so that a log shows life and stays short."""
    if not sys.stderr.isatty():
        yield _Lines()
        return
    from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (
        TextColumn("{task.description:<11}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[records]:,} records, {task.fields[rate]:,.0f}/s, left:"),
        TimeRemainingColumn(compact=True),
    )
    with Bar(*columns, console=console(stderr=True), transient=True) as bar:
        yield _Shown(bar)


class _Shown:
    def __init__(self, bar: Bar) -> None:
        self._bar = bar
        self._task = bar.add_task("opening", total=None, records=0, rate=0.0)
        self._started = monotonic()

    def __call__(self, now: Progress, /) -> None:
        self._bar.update(
            self._task,
            description=now.stage,
            completed=now.done,
            # One byte that never comes: a bar at its end would look done while the index is still written.
            total=now.total + 1,
            records=now.records,
            rate=now.records / max(monotonic() - self._started, 0.001),
        )


class _Lines:
    def __init__(self) -> None:
        self._console = console(stderr=True)
        self._last = monotonic()

    def __call__(self, now: Progress, /) -> None:
        if monotonic() - self._last < _QUIET:
            return
        self._last = monotonic()
        share = 100 * now.done // max(now.total, 1)
        self._console.print(f"{now.stage}: {now.records:,} records, {share} % read")


def show_report(report: Report) -> None:
    outcomes = ("new", "revised", "unchanged", "duplicate", "rejected")
    rows = [("read", report.read), *((name, int(getattr(report, name))) for name in outcomes)]
    if report.withdrawn:
        rows.insert(-1, ("withdrawn before", report.withdrawn))
    if report.resolved:
        rows.append(("former rejections that passed", report.resolved))
    show_figures([(name, f"{count:,}") for name, count in rows])
    files = f"{report.files:,} file{'' if report.files == 1 else 's'}"
    rate = report.read / max(report.elapsed, 0.001)
    spent = ", ".join(f"{stage} {seconds:.1f}" for stage, seconds in report.seconds.items())
    for line in (f"{files}, {rate:,.0f} records a second", *report.notes, f"{report.elapsed:.1f} s: {spent}"):
        console().print(line, markup=False, style="dim")


def show_arrived(report: Report) -> None:
    """One line a time: it may run for months."""
    counts = [(name, int(getattr(report, name))) for name in get_args(Outcome)]
    told = ", ".join(f"{count:,} {name}" for name, count in counts if count) or "nothing"
    files = f"{report.files:,} file{'' if report.files == 1 else 's'}"
    moment = datetime.now().astimezone().isoformat(" ", "seconds")
    console().print(Text(f"{moment} {files}: {told}"))


def show_enriched(done: Enriched) -> None:
    show_figures([("read again", f"{done.read:,}"), ("of which had no names", f"{done.unnamed:,}")])
    rate = done.read / max(done.elapsed, 0.001)
    line = f"with {done.pipeline} in {done.elapsed:.1f} s, {rate:,.0f} articles a second"
    console().print(line, markup=False, style="dim")


def show_figures(rows: Sequence[tuple[str, str]]) -> None:
    table = _table(show_header=False)
    table.add_column(style="cyan")
    table.add_column(justify="right", style="bold")
    for row in rows:
        table.add_row(*row)
    console().print(table)


def show_rows(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    table = _table(*head, header_style="dim")
    for row in rows:
        table.add_row(*map(Text, row))
    console().print(table)


def show_decisions(log: Sequence[Decision], undone: Mapping[int, int]) -> None:
    """`undone`: numbers of those that were, and of what undid them."""
    rows = []
    for each in log:
        undoes = f"decision {each.undoes}" if each.undoes else None
        words = filter(None, (each.alias, each.name, undoes, each.note))
        later = f" (undone by {undone[number]})" if (number := each.number or 0) in undone else ""
        at = each.at[:16].replace("T", " ")
        rows.append(
            (str(each.number), each.kind + later, each.entity_id, each.target or "", "; ".join(words), each.by, at)
        )
    show_rows(("no.", "decision", "entity", "to", "", "by", "at"), rows)


def show_rejections(found: Sequence[Rejection]) -> None:
    table = _table("file", "record", "reason", "seen", header_style="dim")
    for rejection in found:
        record = "" if rejection.record is None else f"{rejection.record:,}"
        reason = rejection.reason + (" (passed since)" if rejection.resolved else "")
        seen = rejection.seen_at[:16].replace("T", " ")
        table.add_row(*(Text(cell) for cell in (rejection.file, record, reason, seen)))
    console().print(table)


def show_jobs(found: Sequence[Job]) -> None:
    rows = []
    for job in found:
        counts = ", ".join(f"{count:,} {status}" for status, count in job["counts"].items() if count)
        share = f" {100 * job['done'] // max(job['total'], 1)} %" if job["state"] == "running" else ""
        more = f" and {len(job['files']) - 1:,} more" if len(job["files"]) > 1 else ""
        handed_in = job["created_at"][:16].replace("T", " ")
        rows.append((job["id"], job["state"] + share, job["files"][0] + more, counts, job["by"], handed_in))
    show_rows(("job", "state", "files", "records", "by", "handed in"), rows)


def show_job(job: JobDetail) -> None:
    show_jobs([job])
    for line in (*job["notes"], *([job["error"]] if "error" in job else [])):
        console().print(line, markup=False, style="dim")
    if job["rejections"]:
        refused = [(each["file"], str(each.get("record", "")), each["reason"]) for each in job["rejections"]]
        show_rows(("file", "record", "reason"), refused)


def show_feeds(found: Sequence[NewsFeed]) -> None:
    rows = []
    for feed in found:
        last, following = (
            each[:16].replace("T", " ") for each in (feed.get("checked_at", ""), feed.get("next_at", ""))
        )
        about = feed.get("error") or feed.get("title", "")
        rows.append((feed["id"], feed["state"], f"{feed['articles']:,}", last, following, feed["url"], about))
    show_rows(("feed", "state", "articles", "looked at (UTC)", "next", "address", ""), rows)


def show_keys(found: Sequence[Key]) -> None:
    table = _table("key", "name", "scopes", "made", "", header_style="dim")
    for key in found:
        made = key.created_at[:16].replace("T", " ")
        state = "revoked" if key.revoked else ""
        table.add_row(*(Text(cell) for cell in (key.prefix, key.name, ", ".join(key.scopes), made, state)))
    console().print(table)


def show_answer(found: Answer, texts: dict[str, ShownText]) -> None:
    out = console()
    total = found.hits.total
    summary = f"{total:,} article{'' if total == 1 else 's'}"
    if found.relaxed and total:
        summary += "; few or none have all the words, these have some of them"
    out.print(Text(summary, "dim"))
    if found.terms:
        out.print(Text("  ".join(f"{term.text} {term.count:,}" for term in found.terms), "dim"))
    if found.did_you_mean:
        out.print(Text.assemble("Did you mean ", (found.did_you_mean, "bold"), "?"))
    for number, hit in enumerate(found.hits.hits, 1):
        out.print()
        _show_hit(out, number, hit, found.clause, texts[hit.id])


def show_text_difference(a: str, b: str, spans: Sequence[DifferenceSpan]) -> None:
    """Print two texts as one: what only the first says in `[-…-]`, what only the second says in `{+…+}`."""
    shown = Text()
    for span in spans:
        gone, come = a[span["a"]["start"] : span["a"]["end"]], b[span["b"]["start"] : span["b"]["end"]]
        if span["op"] == "equal":
            shown.append(gone)
            continue
        if gone:
            shown.append(f"[-{gone}-]", "red")
        if come:
            shown.append(f"{{+{come}+}}", "green")
    console().print(shown)


def _show_hit(out: Console, number: int, hit: ArticleHit, clause: Clause | None, text: ShownText) -> None:
    marks = highlight.matches(clause, hit.card.headline, "headline") if clause else []
    out.print(Text.assemble((f"{number}. ", "dim"), _styled(hit.card.headline, marks, "bold")))
    about = " · ".join(
        filter(None, (hit.card.published_at or hit.card.date, hit.card.dateline, hit.card.source, hit.id))
    )
    out.print(Padding(Text(about, "cyan"), _INDENT, expand=False))
    snippet = highlight.snippet(clause, *text)
    marks = [(start - snippet.start, end - snippet.start) for start, end in snippet.matches]
    # Line ends become spaces one for one, so that the marks stay where they are.
    out.print(Padding(_styled(snippet.text.replace("\n", " "), marks), _INDENT, expand=False))


def print_quotes(found: QuotesFound) -> None:
    out = console()
    more = "; no quote has all the words, these have some of them" if found.relaxed else ""
    out.print(Text(f"{found.total:,} quote{'' if found.total == 1 else 's'}{more}", "dim"))
    for number, quote in enumerate(found.quotes, 1):
        article = found.articles[quote.article_id]
        out.print()
        out.print(Text.assemble((f"{number}. ", "dim"), " ".join(quote.text.split())))
        who = quote.entity_name or quote.speaker
        about = " · ".join(filter(None, (who, article.date, article.headline, article.source, article.id)))
        out.print(Padding(Text(about, "cyan"), _INDENT, expand=False))


def print_text_found(found: TextFound) -> None:
    """Print the articles that have parts of a text, each with its passages as they stand there."""
    out = console()
    articles = f"{found.total:,} article{'' if found.total == 1 else 's'}"
    out.print(Text(f"{articles}; {found.covered:.0%} of {found.words:,} words", "dim"))
    for number, each in enumerate(found.articles, 1):
        row = each.article
        out.print()
        out.print(Text.assemble((f"{number}. ", "dim"), (row.headline, "bold")))
        about = " · ".join(filter(None, (row.published_at or row.date, row.source, row.id, f"{each.covered:.0%}")))
        out.print(Padding(Text(about, "cyan"), _INDENT, expand=False))
        for passage in each.passages:
            start, end = passage["body"]["start"], passage["body"]["end"]
            out.print(Padding(Text(" ".join(row.body[start:end].split())), _INDENT, expand=False))


def print_contrast(contrast: SearchContrast) -> None:
    """Print what tells two searches apart, side by side."""
    out = console()
    out.print(Text(f"{contrast['a']['total']:,} articles, and {contrast['b']['total']:,}", "dim"))
    for group in contrast["results"]:
        if not (group["a"] or group["b"]):
            continue
        out.print()
        first = [(each["label"], f"{each['a']:,}", f"{each['b']:,}") for each in group["a"]]
        second = [(each["label"], f"{each['b']:,}", f"{each['a']:,}") for each in group["b"]]
        rows = zip_longest(first, second, fillvalue=("", "", ""))
        heads = (f"{group['kind']}, first", "first", "second", f"{group['kind']}, second", "second", "first")
        show_rows(heads, [(*one, *other) for one, other in rows])


def print_cross_table(table: CrossTable) -> None:
    """Print counts by two attributes, with the articles of each row and column."""
    rows, columns = table["rows"], table["columns"]
    heads = (rows["attribute"], "articles", *(each["label"] for each in columns["values"]))
    totals = ("articles", f"{table['total']:,}", *(f"{each['total']:,}" for each in columns["values"]))
    counted = [
        (each["label"], f"{each['total']:,}", *(f"{count:,}" if count else "" for count in cells))
        for each, cells in zip(rows["values"], table["cells"], strict=True)
    ]
    show_rows(heads, [totals, *counted])


def _styled(text: str, marks: Sequence[tuple[int, int]], style: str = "") -> Text:
    marked = Text(text, style)
    for start, end in marks:
        marked.stylize("bold yellow", start, end)
    return marked
