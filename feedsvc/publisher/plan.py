"""What must be done so that a bucket holds a site: pure, but for asking what is in doubt."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from itertools import groupby

from msgspec import Struct

from feedsvc.publisher.note import Noted
from feedsvc.publisher.objects import LocalObject
from feedsvc.site.files import site_file
from feedsvc.site.kinds import HOME, PAGE
from feedsvc.site.turns import Turn
from feedsvc.storage.bucket import NEW, Listed, Version

Ask = Callable[[Collection[str]], Mapping[str, str]]
"""Asks objects for their marks, by path."""


class Upload(Struct, frozen=True):
    """An object to upload."""

    source: LocalObject
    replaces: Version | None
    """The version that is there now; NEW for none."""

    @property
    def step(self) -> tuple[bool, Turn, bool, bool]:
        """All of one step may be uploaded in any order, and after those of smaller steps.

        What is new comes first, as nothing leads there yet; then what leads there. A page leads to
        the feeds beside it, and the site at the top to those in its folders.
        """
        about, is_page = self.source.about, self.source.path.rpartition("/")[2] == PAGE
        return self.replaces is not NEW, about.turn, is_page, about.site == HOME


class Plan(Struct, frozen=True):
    """What must be done."""

    uploads: list[Upload]
    """In order."""
    kept: dict[str, Noted]
    """What is right already."""
    old: list[str]
    """What is to be deleted, as no document is there any more; what others lead to last."""
    is_noted: bool
    """Whether the note says all that is kept."""

    def steps(self) -> Iterator[list[Upload]]:
        """The uploads, a step after another."""
        return (list(step) for _, step in groupby(self.uploads, key=lambda upload: upload.step))

    @property
    def is_empty(self) -> bool:
        """Whether nothing must be done."""
        return not self.uploads and not self.old and self.is_noted


def make_plan(
    wanted: Mapping[str, LocalObject],
    listed: Mapping[str, Listed],
    noted: Mapping[str, Noted],
    marks: Ask,
    says_of_itself: Callable[[str], bool],
) -> Plan:
    """Compares what is wanted with what is listed and noted.

    An object is right if the note has its mark and the ETag that the list has. Where the list has
    another ETag or the note nothing, the object itself is asked. What is there and not wanted is
    old if it is noted, or else has a document's name and says that it is of this site.
    """
    sure = {path for path, there in listed.items() if _is_sure(there.version.etag, noted.get(path))}
    doubted = [path for path in wanted if path in listed and path not in sure]
    said = {path: noted[path].mark for path in sure} | dict(marks(doubted))
    uploads: list[Upload] = []
    kept: dict[str, Noted] = {}
    for path, source in wanted.items():
        there = listed.get(path)
        if not there:
            uploads.append(Upload(source, NEW))
        elif said.get(path) == source.headers.mark:
            kept[path] = Noted(source.headers.mark, there.version.etag)
        else:
            uploads.append(Upload(source, there.version))
    sites = {source.about.site for source in wanted.values()}
    old = [
        path
        for path in listed.keys() - wanted.keys()
        if path in noted or (_may_be_ours(path, sites) and says_of_itself(path))
    ]
    is_noted = kept.items() <= noted.items() and noted.keys() <= wanted.keys()
    return Plan(
        uploads=sorted(uploads, key=lambda upload: (upload.step, upload.source.path)),
        kept=kept,
        old=sorted(old, key=lambda path: (-_turn(path), path)),
        is_noted=is_noted,
    )


def has_papers(paths: Collection[str]) -> bool:
    """Whether there is a document of a day."""
    return any(_turn(path) is Turn.DAY for path in paths)


def _is_sure(etag: str, noted: Noted | None) -> bool:
    return bool(etag) and noted is not None and noted.etag == etag


def _may_be_ours(path: str, sites: Collection[str]) -> bool:
    about = site_file(f"/{path}")
    return about is not None and about.site in sites


def _turn(path: str) -> Turn:
    about = site_file(f"/{path}")
    return about.turn if about else Turn.HEAD
