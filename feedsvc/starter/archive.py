"""Looks for the digests that a folder has already: in which folder they lie, in whatever form."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath

from msgspec import Struct

from feedsvc.check import Findings, check
from feedsvc.config import Config
from feedsvc.parser.paper.language import language_code

MOST_OF_THE_PAPERS = 0.9
"""A folder that holds so large a part of all papers holds the archive; the rest is beside it."""

_BUILT = ("site", "public")
"""Folders that builds write, which are never read."""

_FOREIGN = ("node_modules", "venv", "env", "vendor", "_site", "dist", "build", "target")
"""Folders, at the top, of what others wrote."""

_TIME = re.compile(
    r"[0-9]|^(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)"
    r"(?:uary|ruary|ch|il|ust|ember|ober)?$",
    re.IGNORECASE,
)
"""In the name of a folder that is part of a day, such as `2024`, `11` or `november`."""


class Archive(Struct, frozen=True):
    """The digests in a folder."""

    settings: Mapping[str, str]
    """`digests`, and `leave_out` where something must be left out."""
    findings: Findings
    """What reading them with these settings gives."""


def find_archive(folder: Path) -> Archive:
    """The digests below a folder; its findings are empty where there are none."""
    everything = _read(folder, ".", (*_BUILT, *_FOREIGN))
    inside = _home_of(everything.findings.papers_of)
    return everything if inside == "." else _read(folder, inside, ())


def _read(folder: Path, inside: str, passed_by: Iterable[str]) -> Archive:
    left_out = [name for name in passed_by if name in _BUILT or (folder / inside / name).is_dir()]
    settings = {"digests": inside}
    if left_out:
        settings["leave_out"] = ", ".join(left_out)
    config = Config(leave_out=settings.get("leave_out", ""))
    return Archive(settings, check(folder / inside, config))


def _home_of(papers_of: Mapping[str, int]) -> str:
    """The innermost folder that has most of the papers and is no part of a day."""
    home, total = PurePosixPath(), sum(papers_of.values())
    while child := _largest_child(home, papers_of, total):
        home = child
    return home.as_posix()


def _largest_child(
    home: PurePosixPath, papers_of: Mapping[str, int], total: int
) -> PurePosixPath | None:
    inside: dict[PurePosixPath, int] = {}
    for path, papers in papers_of.items():
        parts, depth = PurePosixPath(path).parts, len(home.parts)
        if parts[:depth] == home.parts and len(parts) > depth + 1:
            child = home / parts[depth]
            inside[child] = inside.get(child, 0) + papers
    are_languages = len([child for child in inside if language_code(child.name)]) > 1
    return next(
        (
            child
            for child, papers in inside.items()
            if papers >= MOST_OF_THE_PAPERS * total
            and not _TIME.search(child.name)
            and not (are_languages and language_code(child.name))
        ),
        None,
    )
