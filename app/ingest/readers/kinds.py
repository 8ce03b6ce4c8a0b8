"""The formats, one line each: how a file of that kind is told, and which module reads it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from app.ingest.formats import Format
from app.ingest.readers import looks
from app.ingest.readers.looks import Head


@dataclass(frozen=True, slots=True)
class Kind:
    """`reader` is the module of this package that reads the format, with its function where that is not `read`; it is
    imported for the first such file.

    `looks` tells by the content. One that is no text is asked before anything is decoded, and has only the bytes to go
    by. `endings` decide where no look did. A container holds files and no records."""

    format: Format
    reader: str
    looks: Callable[[Head], bool]
    endings: tuple[str, ...] = ()
    is_text: bool = True
    is_container: bool = False


# Asked in this order: of formats that look alike the narrower one stands before the wider.
KINDS = (
    Kind("mbox", "mail.read_mbox", looks.mailbox, (".mbox", ".mbx"), is_text=False),
    Kind("mail", "mail.read_mail", looks.mail, looks.MAIL_ENDINGS, is_text=False),
    Kind("pdf", "pdf.read_pdf", looks.pdf, (".pdf",), is_text=False),
    Kind("docx", "docx.read_docx", looks.docx, (".docx", ".docm"), is_text=False),
    Kind("sheet", "tables.read_sheets", looks.sheet, looks.SHEET_ENDINGS, is_text=False),
    Kind("parquet", "tables.read_parquet", looks.parquet, (".parquet", ".pq"), is_text=False),
    Kind("warc", "warc.read_warc", looks.web_archive, (".warc", ".arc"), is_text=False),
    Kind("zip", "zipped.read_zip", looks.zipped, (".zip",), is_text=False, is_container=True),
    Kind("tar", "tarred.read_tar", looks.tarred, looks.TAR_ENDINGS, is_text=False, is_container=True),
    Kind("markdown", "markdown.read_markdown", looks.front_matter, (".md", ".markdown", ".mdown")),
    Kind("jsonl", "jsonl", looks.json_lines, (".jsonl", ".ndjson")),
    Kind("json", "json_array", looks.json_whole),
    Kind("text", "text", looks.dated_text, ("", ".txt", ".text")),
    Kind("feed", "feed.read_feed", looks.feed, (".rss", ".atom", ".rdf")),
    Kind("page", "web_page.read_page", looks.web_page, (".html", ".htm", ".xhtml")),
    Kind("newsml", "newsml.read_newsml", looks.news_item),
    Kind("nitf", "nitf.read_nitf", looks.nitf_article),
    Kind("csv", "csv", looks.columns, (".csv",)),
)
KINDS_BY_FORMAT = {kind.format: kind for kind in KINDS}
