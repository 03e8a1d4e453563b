"""The stages of a digest on its way into the index: it is read, and its days are rendered.

Each takes and returns only what can be sent to another process, and touches no index. The process
that reads a digest also renders its days: almost every day has one digest and only new papers, so
that this is right at once, and `refresh` does the few other days again.
"""

from __future__ import annotations

import errno
import hashlib
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, time
from enum import Enum
from pathlib import Path

from msgspec import Struct, field

from feedsvc.index import hash_chain
from feedsvc.index.days import items_of_day, merge_day
from feedsvc.index.digest_folder import DigestFile, read_digest
from feedsvc.index.languages import Languages
from feedsvc.index.packing import pack_papers, pack_renderings
from feedsvc.model import Digest, Item, Paper, Problem
from feedsvc.parser.vocabulary.problems import problem

_log = logging.getLogger(__name__)

UNREAD = b""
"""In place of the hash of a file that could not be read."""


class Fingerprints(Struct, frozen=True):
    """Each changes if its floor, or one below it, would give other results.

    So a change makes again only what depends on it, see `feedsvc.site.pipeline`.
    """

    reading: str
    """Covers what decides how a digest is read."""
    items: str
    """Also covers what decides how papers are rendered."""
    documents: str
    """Also covers all else that decides the bytes of documents."""


class Searching(Enum):
    """Whether those who read an index search in its papers."""

    NONE = "not at all"
    GRADUALLY = "in what is in the table so far, newest days first, while pages are served"
    WHOLLY = "in all papers, and wait for them"


class Pipeline(Struct, frozen=True):
    """How the index turns files into what it keeps."""

    parse: Callable[[str, bytes, date], Digest]
    """Makes a digest from its path, its bytes and today's date in UTC."""
    render: Callable[[Sequence[Item]], Mapping[str, Sequence[bytes]]]
    """Renders a day's items: one rendering an item, under each of several names."""
    time_of_day: time
    """The time at which a day's first paper is dated, in UTC."""
    largest_file: int
    """Bytes; a larger digest is not read."""
    fingerprints: Fingerprints
    leave_out: frozenset[str] = frozenset()
    """The folders that are not read, see `feedsvc.index.digest_folder.find_digests`."""
    searching: Searching = Searching.NONE
    languages: Languages | None = None
    """Which of several languages is read; None where all digests are one archive."""


class MergedDay(Struct, frozen=True):
    """One day's items, from all its digests."""

    day: date
    items: Sequence[Item]
    problems: Sequence[Problem]
    introduction: str = ""
    """What its digests say above and between their papers, as sanitised HTML; may be empty."""


class ItemRow(Struct, frozen=True):
    """What the index finds an item by, and selects it by."""

    id: str
    title: str
    published: str
    """ISO 8601."""
    votes: int | None = None
    topics: Sequence[str] = ()
    """As the digest writes them."""


class RenderedDay(Struct, frozen=True):
    """What is kept of a day."""

    day: date
    items: Sequence[ItemRow]
    new_papers: int
    """The number of papers that no earlier day has."""
    item_hashes: Sequence[bytes]
    """Each item's hash in the chain of the day."""
    size: int
    """Bytes of all its items under the name that takes most."""
    problems: Sequence[Problem]
    renderings: Mapping[str, bytes]
    """By name, packed."""
    introduction: str = ""
    """As of MergedDay."""


class PackedPapers(Struct, frozen=True):
    """What a digest says of one day."""

    papers: bytes
    """Packed."""
    introduction: str
    """What it says above and between the papers, as sanitised HTML; may be empty."""


class ReadFile(Struct, frozen=True):
    """What a digest held when it was read."""

    file: DigestFile
    hash: bytes
    """The hash of the content; UNREAD if it could not be read."""
    is_news: bool = True
    """Whether the content differs from what the index knows."""
    may_pass: bool = False
    """Whether it could not be read, but perhaps can later, although nobody changes it."""
    has_future_days: bool = False
    """Whether it has to be read again tomorrow, although nobody changes it."""
    papers: Mapping[date, PackedPapers] = field(default_factory=dict)
    problems: Sequence[Problem] = ()
    days: Sequence[RenderedDay] = ()
    """The same papers rendered, as if no other digest had these papers or days."""


class UnreadError(Exception):
    """A digest could not be read."""

    def __init__(self, problem: Problem, *, may_pass: bool = False) -> None:
        super().__init__(problem.message)
        self.problem = problem
        self.may_pass = may_pass
        """Whether it can perhaps be read later, although nobody changes it."""


def load_digest(pipeline: Pipeline, folder: Path, file: DigestFile) -> bytes:
    """The content of a digest. Raises UnreadError."""
    if file.trouble:
        raise UnreadError(problem(file.path, 1, "left-out", reason=file.trouble))
    try:
        return read_digest(folder, file.path, pipeline.largest_file)
    except OSError as error:
        said = problem(file.path, 1, "unreadable", reason=error.strerror or str(error))
        raise UnreadError(said, may_pass=error.errno != errno.EFBIG) from error


def parse_digest(pipeline: Pipeline, file: DigestFile, data: bytes, today: date) -> Digest:
    """What the content of a digest says. Raises UnreadError."""
    try:
        return pipeline.parse(file.path, data, today)
    except Exception as error:
        # No digest is known to bring us here. If one does, the others must still be read.
        _log.exception("%s could not be read.", file.path)
        reason = f"{type(error).__name__}: {error}"
        raise UnreadError(problem(file.path, 1, "failed", reason=reason)) from error


def read_file(
    pipeline: Pipeline, folder: Path, today: date, piece: tuple[DigestFile, bytes | None]
) -> ReadFile:
    """A digest's papers, if its content differs from that of the known hash."""
    file, known_hash = piece
    try:
        data = load_digest(pipeline, folder, file)
        content_hash = hashlib.sha256(data).digest()
        if content_hash == known_hash:
            return ReadFile(file, content_hash, is_news=False)
        digest = parse_digest(pipeline, file, data, today)
    except UnreadError as error:
        is_news = known_hash != UNREAD
        return ReadFile(file, UNREAD, is_news, error.may_pass, problems=[error.problem])
    if digest.has_future_days:  # the same content means more papers tomorrow
        content_hash = hashlib.sha256(content_hash + today.isoformat().encode()).digest()
    by_day: dict[date, list[Paper]] = {}
    for paper in digest.papers:
        by_day.setdefault(paper.day, []).append(paper)
    introductions = {each.day: each.html for each in digest.introductions}
    return ReadFile(
        file,
        content_hash,
        has_future_days=digest.has_future_days,
        papers={
            day: PackedPapers(pack_papers(papers), introductions.get(day, ""))
            for day, papers in by_day.items()
        },
        problems=digest.problems,
        days=[
            _render_alone(pipeline, day, papers, introductions.get(day, ""))
            for day, papers in by_day.items()
        ],
    )


def item_rows(items: Iterable[Item]) -> list[ItemRow]:
    """What the index finds items by."""
    return [
        ItemRow(
            item.paper.id,
            item.paper.title,
            item.published.isoformat(),
            item.paper.votes,
            item.paper.topics,
        )
        for item in items
    ]


def _render_alone(
    pipeline: Pipeline, day: date, papers: Sequence[Paper], introduction: str
) -> RenderedDay:
    merged, problems = merge_day(papers)
    items = items_of_day(merged, {}, pipeline.time_of_day)
    return render_day(pipeline, MergedDay(day, items, problems, introduction))


def render_day(pipeline: Pipeline, merged: MergedDay) -> RenderedDay:
    """A day's items in every format."""
    renderings = pipeline.render(merged.items)
    start = f"{merged.day}{merged.introduction}".encode()
    return RenderedDay(
        merged.day,
        item_rows(merged.items),
        sum(item.published == item.updated for item in merged.items),
        hash_chain.item_hashes(start, zip(*renderings.values(), strict=True)),
        max(sum(map(len, contents)) for contents in renderings.values()),
        merged.problems,
        {name: pack_renderings(contents) for name, contents in renderings.items()},
        merged.introduction,
    )
