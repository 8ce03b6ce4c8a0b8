"""The tables: storage facts only, nothing derived at load time, no relationships.

An article's derived rows (`Mention`, `ArticleEntity`, `Acronym`, `Quote`, `MentionedDate`) are written with it and
replaced with it. What sums them up over all articles (`Entity`, `Alias`) is computed from them and can be computed
again: see `linking.py`.

Wide columns (`blocks`, `body`) come last: SQLite walks a row from its start and stops at the last column asked for.
"""

from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    UniqueConstraint,
    false,
)  # fmt: skip
from sqlmodel import Field, SQLModel

from app.store.dialect import BIG, WITH_INITIAL, partial

# Constraints with names: a later migration can only drop what it can call by one.
SQLModel.metadata.naming_convention = {
    "pk": "pk_%(table_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ix": "ix_%(table_name)s_%(column_0_name)s",
}

# Rows stand in the order of their primary key, so that those of one article stand together.
_CLUSTERED = {"sqlite_with_rowid": False}


def _of_article(*, primary_key: bool = False, index: bool = False) -> Column[str]:
    return Column(
        String, ForeignKey("article.id", ondelete="CASCADE"), primary_key=primary_key, index=index, nullable=False
    )


class _Table(SQLModel):
    # Rows are written as they are given, and nothing is validated by these models.
    model_config = {"defer_build": True}


class Article(_Table, table=True):
    """One article as it stands now.

    `key` says which article a record is (see `ingest/draft.py`), `id` is what the world calls it: 16 hex digits.
    `date` is a civil date in the precision given: YYYY, YYYY-MM or YYYY-MM-DD; `published_at` is that day with the time
    and the offset that were given: 2025-05-05T14:30+02:00. `sequence` numbers the last change of
    any kind, `revised` the last change of what the record said, `added` the first of all (None in archives of before).
    `content_sha256` is of headline, body and date: two records that agree in it are the same article. `record_sha256`
    is of every field. `pipeline` is the version that recognised the names, "" where that was skipped.
    """

    __tablename__ = "article"
    __table_args__ = (
        Index("ix_article_source", "source", "date"),
        Index("ix_article_date", "date"),
        Index("ix_article_furniture", "id", **partial("furniture IS NULL")),
        Index("ix_article_copy_group", "copy_group"),
        Index("ix_article_story", "story"),
    )

    id: str = Field(primary_key=True)
    key: str = Field(unique=True)
    external_id: str | None = None
    revision: int = 1
    status: str = "published"
    headline: str
    headline_derived: bool = False
    date: str | None = None
    published_at: str | None = None
    dateline: str | None = None
    place: str | None = None
    """The place of the dateline as printed: SALVADOR."""
    dateline_place: str | None = None
    """The entity id of that place."""
    source: str | None = None
    url: str | None = None
    authors: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    language: str = "en"
    word_count: int = 0
    content_sha256: str = Field(index=True)
    record_sha256: str
    pipeline: str = ""
    file: str
    record: int
    ingested_at: str
    """UTC, for provenance only: nothing is ordered by it."""
    sequence: int = Field(unique=True, sa_type=BIG)
    revised: int = Field(sa_type=BIG)
    added: int | None = Field(default=None, sa_type=BIG)
    copy_group: str | None = None
    """The least id among it and its copies: see `copies.py`. None until it was compared, and while it is out of
    sight."""
    story: str | None = None
    """The id of the earliest article of its story, often its own: see `stories.py`. None until that was worked out, and
    while it is out of sight."""
    furniture: list[list[int]] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    """`[start, end]` of the blocks that its source repeats, in order: see `furniture.py`. None until it was looked
    for."""
    rights: str | None = None
    """A statement on each line."""
    urgency: int | None = None
    """1, most urgent, to 9."""
    subjects: list[dict[str, str]] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    """What it is filed under: each with a `code`, a `name` or both, and perhaps the `scheme` of the code."""
    blocks: list[list[str | int]] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    """`[kind, start, end]` in order."""
    body: str


class Revision(_Table, table=True):
    """A former state of an article."""

    __tablename__ = "revision"

    article_id: str = Field(sa_column=_of_article(primary_key=True))
    record_sha256: str = Field(primary_key=True)
    revision: int
    file: str
    record: int
    ingested_at: str


class Sighting(_Table, table=True):
    """A place said a state of an article, `at` the time when it was last read. Only of articles that were read in
    several states or at several places.

    A record is news where its place said something else before: so a text that is put back is a change, and a file
    that goes on saying what another corrected is none. `place` is a path, or of what was read by then under a relative
    one, `Article.file`.
    """

    __tablename__ = "sighting"
    __table_args__ = _CLUSTERED

    article_id: str = Field(sa_column=_of_article(primary_key=True))
    place: str = Field(primary_key=True)
    record_sha256: str = Field(primary_key=True)
    at: str


class InputFile(_Table, table=True):
    """What a file is called in the keys of its records, where these have ids and no publisher.

    `label` is the end of the path at which it was first read, `tail` the last two parts of that, `path` where it was
    read last, without `.gz`.
    """

    __tablename__ = "input_file"
    __table_args__ = _CLUSTERED

    label: str = Field(primary_key=True)
    tail: str = Field(index=True)
    path: str = Field(unique=True)


class Copy(_Table, table=True):
    """A record whose content another article already had: where it came from, not its text."""

    __tablename__ = "copy"

    key: str = Field(primary_key=True)
    article_id: str = Field(sa_column=_of_article(index=True))
    record_sha256: str
    external_id: str | None = None
    source: str | None = None
    url: str | None = None
    file: str
    record: int
    seen_at: str


class Entity(_Table, table=True):
    """A person, organization, place or event, summed up over all articles.

    `folded` is the name to sort by. `stale` marks one whose articles changed since it was last summed up. `hidden`:
    an editor's decision; its mentions stay, and nobody is shown them. `role` is what most articles say of a person.
    `prominence` grows with the number of articles, newer ones counting for more (`totals.prominence`).
    """

    __tablename__ = "entity"
    __table_args__ = (
        Index("ix_entity_count", "article_count", "id"),
        Index("ix_entity_name", "folded", "id"),
        Index("ix_entity_stale", "stale", **partial("stale")),
    )

    id: str = Field(primary_key=True)
    type: str = Field(index=True)
    name: str
    folded: str
    country: str | None = None
    article_count: int = 0
    mention_count: int = 0
    first_date: str | None = None
    last_date: str | None = None
    role: str | None = None
    prominence: float | None = None
    stale: bool = True
    hidden: bool = Field(default=False, sa_column=Column(Boolean, server_default=false(), nullable=False))


class EntityChange(_Table, table=True):
    """The last change of an entity as it is shown, and when it appeared and got its name: sequence numbers. One that is
    gone keeps its row, and after an erasure the hash of its id in place of that: see `changes.py`."""

    __tablename__ = "entity_change"
    __table_args__ = _CLUSTERED

    entity_id: str = Field(primary_key=True)
    sequence: int = Field(unique=True, index=True, sa_type=BIG)
    added: int = Field(sa_type=BIG)
    renamed: int = Field(sa_type=BIG)


class Alias(_Table, table=True):
    """A form under which articles name an entity. `kind` is name, short, demonym or pinned (an editor's
    decision: the name means this entity, whoever else has it); `count` its mentions."""

    __tablename__ = "alias"
    __table_args__ = _CLUSTERED

    entity_id: str = Field(
        sa_column=Column(String, ForeignKey("entity.id", ondelete="CASCADE"), primary_key=True, nullable=False)
    )
    text: str = Field(primary_key=True)
    folded: str = Field(index=True)
    kind: str
    count: int


class ArticleEntity(_Table, table=True):
    """An entity as one article knows it: one row per `key`, the id that the article alone would give it.

    `entity_id` is that key after what the other articles say (`TRF` is The Resistance Front) and what editors decided.
    Two keys of an article may mean one entity, so count articles with DISTINCT. `name` is the fullest form the article
    has. Editors may split a key: `split` marks what went to another entity than the rest of it, whose name it is not.
    """

    __tablename__ = "article_entity"
    __table_args__ = (
        Index("ix_article_entity_key", "key"),
        Index("ix_article_entity_entity", "entity_id", "article_id"),
        Index("ix_article_entity_surname", "surname", "key", **partial("surname IS NOT NULL")),
        Index("ix_article_entity_initial", "key", "name", **WITH_INITIAL),
        _CLUSTERED,
    )

    article_id: str = Field(sa_column=_of_article(primary_key=True))
    key: str = Field(primary_key=True)
    entity_id: str = Field(sa_column=Column(String, ForeignKey("entity.id"), primary_key=True, nullable=False))
    name: str
    country: str | None = None
    count: int
    first: int
    """Offset of the first mention."""
    split: bool = False
    surname: str | None = None
    """The last word of a person's full name: `surnames.py` finds by it whose a bare surname is."""


class Mention(_Table, table=True):
    """`surface` is `body[start:end]`. `key` and `entity_id` as in `ArticleEntity`. `role` is what the text beside it
    says that a person is: "Russian President"."""

    __tablename__ = "mention"
    __table_args__ = (
        Index("ix_mention_entity", "entity_id", "surface"),
        Index("ix_mention_role", "key", "role", **partial("role IS NOT NULL")),
        _CLUSTERED,
    )

    article_id: str = Field(sa_column=_of_article(primary_key=True))
    start: int = Field(primary_key=True)
    end: int = Field(primary_key=True)
    surface: str
    type: str
    rule: str
    confidence: float
    key: str
    entity_id: str = Field(foreign_key="entity.id")
    pipeline: str
    role: str | None = None


class Quote(_Table, table=True):
    """What somebody says in an article: `text` is `body[start:end]`, without its quotation marks.

    The speaker stands from `speaker_start` to `speaker_end`. `named` is where the mention begins that names him, None
    where none does: whose it is, that row says. `cue` is the verb. `rule` tells how it was found who speaks.
    """

    __tablename__ = "quote"
    __table_args__ = _CLUSTERED

    article_id: str = Field(sa_column=_of_article(primary_key=True))
    start: int = Field(primary_key=True)
    end: int
    speaker_start: int
    speaker_end: int
    named: int | None = None
    cue: str | None = None
    rule: str
    confidence: float
    text: str


class MentionedDate(_Table, table=True):
    """A date that an article speaks of: `text` is `body[start:end]`, `value` what that means, as ISO 8601 has it, or a
    quarter: `2025-05-05`, `2025-W18`, `2025-05`, `2025-Q2`, `2025`."""

    __tablename__ = "mentioned_date"
    __table_args__ = (Index("ix_mentioned_date_value", "value", "article_id"), _CLUSTERED)

    article_id: str = Field(sa_column=_of_article(primary_key=True))
    start: int = Field(primary_key=True)
    end: int
    value: str
    granularity: str
    rule: str
    confidence: float
    text: str


class Acronym(_Table, table=True):
    """An article says that `short` stands for `long`: an acronym, or another name of a person. Both are keys as in
    `ArticleEntity`; a bare name is not scoped to the article, since it is meant to hold in others."""

    __tablename__ = "acronym"
    __table_args__ = (Index("ix_acronym_short", "short", "long"), _CLUSTERED)

    article_id: str = Field(sa_column=_of_article(primary_key=True))
    short: str = Field(primary_key=True)
    long: str = Field(primary_key=True)


class Identity(_Table, table=True):
    """Which entity `key` means where that is another than itself, by one rule: see `identity.py`. Computed from all
    articles, like `Entity`. `article_id` is "" where it holds in every article."""

    __tablename__ = "identity"
    __table_args__ = (Index("ix_identity_entity_id", "entity_id"), _CLUSTERED)

    key: str = Field(primary_key=True)
    article_id: str = Field(primary_key=True)
    rule: str = Field(primary_key=True)
    entity_id: str


class Unsettled(_Table, table=True):
    """The key of a person, or of a name of several types, whose articles changed since it was last asked what is meant
    by it."""

    __tablename__ = "unsettled"
    __table_args__ = _CLUSTERED

    key: str = Field(primary_key=True)


class RepeatedBlock(_Table, table=True):
    """An article has a short block that is furniture where enough others of its source have it. `hash` is of the source
    and the words of the block, `week` that of the article's date, 0 without one."""

    __tablename__ = "repeated_block"
    __table_args__ = _CLUSTERED

    hash: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    week: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    article_id: str = Field(primary_key=True)


class SetAside(_Table, table=True):
    """What recognition found in the furniture of an article: rows of `Mention`, `ArticleEntity`, `Quote` and
    `MentionedDate` without what the archive makes of them. They are put back where the furniture is none any more."""

    __tablename__ = "set_aside"
    __table_args__ = _CLUSTERED

    article_id: str = Field(sa_column=_of_article(primary_key=True))
    mentions: list[dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False))
    entities: list[dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False))
    quotes: list[dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False, server_default="[]"))
    dates: list[dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False, server_default="[]"))


class Sketch(_Table, table=True):
    """What is kept of an article's text to find its copies by: `digest` is the same for the same words, `size` counts
    its shingles, `smallest` are a few of these (see `relations/shingles.py`), 8 bytes each. `day` is a day number, 0
    without a date."""

    __tablename__ = "sketch"
    __table_args__ = _CLUSTERED

    article_id: str = Field(sa_column=_of_article(primary_key=True))
    digest: int = Field(sa_column=Column(BigInteger, nullable=False, index=True))
    day: int
    size: int
    smallest: bytes


class SketchHash(_Table, table=True):
    """An article has this number in its sketch."""

    __tablename__ = "sketch_hash"
    __table_args__ = _CLUSTERED

    hash: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    day: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    article_id: str = Field(primary_key=True)


class CopyPair(_Table, table=True):
    """Two articles are copies, whose texts are not the same word for word. Each pair stands here in both directions."""

    __tablename__ = "copy_pair"
    __table_args__ = _CLUSTERED

    article_id: str = Field(sa_column=_of_article(primary_key=True))
    other_id: str = Field(primary_key=True)


class StoryVector(_Table, table=True):
    """What an article is about, to find those that tell of the same: see `relations/vectors.py`. Of copies the longest
    has one. `day` is a day number."""

    __tablename__ = "story_vector"
    __table_args__ = _CLUSTERED

    day: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    article_id: str = Field(sa_column=_of_article(primary_key=True, index=True))
    vector: bytes


class StoryNeighbours(_Table, table=True):
    """The likest neighbours of an article that has a vector: ids, of 8 bytes each, and how alike they are, of 4. `part`
    is the least id of the articles among which its story was looked for."""

    __tablename__ = "story_neighbours"
    __table_args__ = _CLUSTERED

    article_id: str = Field(sa_column=_of_article(primary_key=True))
    part: str = Field(index=True)
    near: bytes


class StoryDue(_Table, table=True):
    """An article whose story is to be worked out anew. `day` is its date, "" without one: days are done in order."""

    __tablename__ = "story_due"
    __table_args__ = _CLUSTERED

    day: str = Field(primary_key=True)
    article_id: str = Field(sa_column=_of_article(primary_key=True))


class StoryDecision(_Table, table=True):
    """What an editor decided about the stories of one article or two: never changed and never deleted, but for where
    the texts stand. See `story_decisions.py`.

    An article is meant by the hash of its content, wherever that stands: `stands` and `other_stands` are the articles
    that have it now. `article_id` and `other_id` had it when the decision was taken. `at` is UTC.
    """

    __tablename__ = "story_decision"

    number: int | None = Field(default=None, sa_column=Column(Integer, primary_key=True))
    kind: str
    article_id: str = Field(index=True)
    content_sha256: str
    stands: str | None = None
    other_id: str | None = Field(default=None, index=True)
    other_sha256: str | None = None
    other_stands: str | None = None
    headline: str | None = None
    undoes: int | None = Field(default=None, unique=True)
    note: str | None = None
    by: str
    at: str


class Decision(_Table, table=True):
    """What an editor decided about an entity, or about two articles: never changed and never deleted. See
    `decisions.py` and `copy_decisions.py`.

    `target` is the id that takes over. `alias` is a form in the texts; or `content_sha256`, `start` and `end` say which
    mention is meant, wherever that text stands. `name` is what the entity that takes over is to be called. `at` is UTC.
    About two articles `entity_id` is "", and `other_sha256` is the text of the other, which was `other_id` then.
    """

    __tablename__ = "decision"

    number: int | None = Field(default=None, sa_column=Column(Integer, primary_key=True))
    kind: str
    entity_id: str = Field(index=True)
    target: str | None = None
    alias: str | None = None
    name: str | None = None
    article_id: str | None = None
    content_sha256: str | None = None
    start: int | None = None
    end: int | None = None
    undoes: int | None = Field(default=None, unique=True)
    note: str | None = None
    by: str
    at: str
    other_id: str | None = None
    other_sha256: str | None = None


class Withdrawal(_Table, table=True):
    """An article was withdrawn, restored or erased: who did so, when and why. See `withdrawals.py`.

    `sequence` numbers it among the changes (None in archives of before). `names` are the derived rows of a withdrawn
    article, to be put back. `unfinished`: the index or the file may still
    hold what was erased.
    """

    __tablename__ = "withdrawal"
    __table_args__ = (Index("ix_withdrawal_unfinished", "unfinished", **partial("unfinished")),)

    number: int | None = Field(default=None, sa_column=Column(Integer, primary_key=True))
    article_id: str = Field(sa_column=_of_article(index=True))
    kind: str
    reason: str | None = None
    by: str
    at: str
    sequence: int | None = Field(default=None, sa_type=BIG)
    unfinished: bool = False
    names: dict[str, list[dict[str, Any]]] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))


class Rejection(_Table, table=True):
    """A record that is not an article, and why. `record` counts from 1; None is the file itself.

    `file` is the name to show, `path` the place to try again, with the `source` and `format` that the ingest was given.
    `sha256` and `offset` are of the raw bytes.
    """

    __tablename__ = "rejection"
    __table_args__ = (Index("ix_rejection_file", "path", "record"),)

    id: int | None = Field(default=None, sa_column=Column(Integer, primary_key=True))
    file: str
    path: str
    record: int | None = None
    reason: str
    sha256: str | None = None
    offset: int | None = Field(default=None, sa_type=BIG)
    seen_at: str
    resolved: bool = Field(default=False, index=True)
    source: str | None = None
    format: str | None = None


class IndexCommit(_Table, table=True):
    """A receipt, written before the index commits: `generation` holds all changes up to `sequence`.

    `index` is a random token, which the index keeps with that commit: another archive may have the same numbers. What
    is on disk decides which receipt counts; one for a commit that never came is dead.
    """

    __tablename__ = "index_commit"

    index: str = Field(primary_key=True)
    generation: int = Field(primary_key=True)
    sequence: int = Field(sa_type=BIG)


class Key(_Table, table=True):
    """A key to the API. `prefix` is its public half; of the secret one only the SHA-256 is kept, so that nobody who
    reads the archive or a backup of it has the key."""

    __tablename__ = "key"

    prefix: str = Field(primary_key=True)
    secret_sha256: str
    name: str
    scopes: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    created_at: str
    """UTC, to show."""
    revoked: bool = False


class Counter(_Table, table=True):
    """`sequence`: the number last given to a change. Kept apart from the rows so that it never goes back."""

    __tablename__ = "counter"

    name: str = Field(primary_key=True)
    value: int = Field(sa_type=BIG)


class Lineage(_Table, table=True):
    """The one row names the history that sequence numbers are of. A backup has another: restored, it goes on from an
    earlier state with numbers that were given to other changes."""

    __tablename__ = "lineage"

    id: str = Field(primary_key=True)


class AwaitingNames(_Table, table=True):
    """An article that was sent to a server, which is to recognise its names: written with it, and gone once it has
    names. `tries` counts how often that was begun: a text that ends the process which reads it keeps no other waiting.
    """

    __tablename__ = "awaiting_names"
    __table_args__ = _CLUSTERED

    article_id: str = Field(sa_column=_of_article(primary_key=True))
    tries: int = 0


class SentRequest(_Table, table=True):
    """A request that writes, under the `Idempotency-Key` that it came with. `caller` is the prefix of the caller's key
    to the API; `sha256` is of all that was sent: the same key with another body is a mistake. `begun_at` is UTC, and
    sorts. `finished`: all of it is done, and what became of it stands here and in its `SentPart`s.
    """

    __tablename__ = "sent_request"
    __table_args__ = _CLUSTERED

    caller: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    sha256: str
    begun_at: str = Field(index=True)
    finished: bool = False
    notes: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))


class SentPart(_Table, table=True):
    """What became of the records of a batch, written with them: `results` are lines of JSON, up to
    those of record `last`."""

    __tablename__ = "sent_part"
    __table_args__ = _CLUSTERED

    caller: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    number: int = Field(primary_key=True)
    last: int
    results: str


class UploadJob(_Table, table=True):
    """Files that were handed in to be ingested. `state` is waiting, running, done or failed, `by` the name of the key
    that it came with; `counts` are as in `Report`, as far as it has come; `done` of `total` bytes are read. Times are
    UTC. `tries`: how often it was begun since it last came further. `sha256` is of all that was handed in. `error` says
    why it failed."""

    __tablename__ = "upload_job"

    number: int | None = Field(default=None, sa_column=Column(Integer, primary_key=True))
    id: str = Field(unique=True)
    state: str = Field(index=True)
    tries: int = 0
    sha256: str
    by: str
    source: str | None = None
    files: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    created_at: str
    updated_at: str
    done: int = 0
    total: int = 0
    counts: dict[str, int] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    notes: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    error: str | None = None


class FollowedFeed(_Table, table=True):
    """A feed that is followed. `url` is where it is asked for, `given` where it was when it was added: its entries are
    known by that. `every` is in minutes, `advised` the seconds between two looks that the feed itself asks for.

    `state` is new, ok, unchanged, failing, gone or paused. Times are UTC; `next_at` is None where nobody is to look
    again. `checks` counts the looks whose outcome is noted here, `tries` those that were begun since. `sha256` is of
    the last answer. `counts` are as in `Report`, of the last look that read entries; `articles` came of all of them.
    """

    __tablename__ = "feed"

    number: int | None = Field(default=None, sa_column=Column(Integer, primary_key=True))
    id: str = Field(unique=True)
    url: str = Field(unique=True)
    given: str
    title: str | None = None
    source: str | None = None
    every: int
    fetch_pages: bool = False
    state: str = "new"
    added_at: str
    next_at: str | None = Field(default=None, index=True)
    checked_at: str | None = None
    success_at: str | None = None
    checks: int = 0
    tries: int = 0
    failures: int = 0
    error: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    advised: int = 0
    sha256: str | None = None
    articles: int = 0
    counts: dict[str, int] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))


class FeedEntry(_Table, table=True):
    """An entry of a feed whose pages are fetched, as it was when its page was read: both are the beginnings of hashes.
    The page is not asked for again while it stays so."""

    __tablename__ = "feed_entry"
    __table_args__ = _CLUSTERED

    feed_id: str = Field(
        sa_column=Column(String, ForeignKey("feed.id", ondelete="CASCADE"), primary_key=True, nullable=False)
    )
    entry: str = Field(primary_key=True)
    sha256: str


class SavedSearch(_Table, table=True):
    """A search that is asked again whenever articles arrive. `parameters` are those of a search, as they were given.

    `since` numbers the last change before it was saved: an article whose text is no newer is never new for it.
    `reached` numbers the change up to which it was asked. What it finds is told to an address (`webhook`, signed with
    `secret`) at once, and by mail to `email` every `digest`; `told` and `mailed` number the last match that is in a
    delivery. `state` is on or off; `error` says what is wrong, `failing_since` since when
    messages do not arrive. Times are UTC.
    """

    __tablename__ = "saved_search"

    number: int | None = Field(default=None, sa_column=Column(Integer, primary_key=True))
    id: str = Field(unique=True)
    name: str
    parameters: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    by: str
    created_at: str
    since: int = Field(sa_type=BIG)
    reached: int = Field(sa_type=BIG)
    webhook: str | None = None
    secret: str | None = None
    email: str | None = None
    digest: str | None = None
    told: int = 0
    mailed: int = 0
    mail_due: str | None = None
    state: str = "on"
    failing_since: str | None = None
    error: str | None = None


class SearchMatch(_Table, table=True):
    """An article that was new for a saved search: once, whatever becomes of it later."""

    __tablename__ = "search_match"
    __table_args__ = (UniqueConstraint("search", "article_id"),)

    number: int | None = Field(default=None, sa_column=Column(Integer, primary_key=True))
    search: int = Field(
        sa_column=Column(Integer, ForeignKey("saved_search.number", ondelete="CASCADE"), nullable=False)
    )
    article_id: str = Field(sa_column=_of_article(index=True))
    found_at: str


class Delivery(_Table, table=True):
    """A message about matches of a saved search, those numbered above `after` and up to `upto`. `kind` is webhook or
    mail, `state` waiting, done or failed; `due_at` is when it is tried, `answer` what the last try was answered.

    The text is made when it is sent: what was withdrawn by then is not in it. `id` is the same at every try.
    """

    __tablename__ = "delivery"
    __table_args__ = (Index("ix_delivery_due", "due_at", **partial("state = 'waiting'")),)

    number: int | None = Field(default=None, sa_column=Column(Integer, primary_key=True))
    id: str = Field(unique=True)
    search: int = Field(
        sa_column=Column(Integer, ForeignKey("saved_search.number", ondelete="CASCADE"), nullable=False, index=True)
    )
    kind: str
    after: int
    upto: int
    state: str = "waiting"
    tries: int = 0
    due_at: str
    created_at: str
    ended_at: str | None = None
    answer: str | None = None
