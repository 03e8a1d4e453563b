"""Which names in a folder are digests, and which are left out and why. Looks at names only."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from feedsvc.parser import READERS
from feedsvc.parser.days.dates import ImpossibleDateError, date_in_path

NOT_DIGESTS = {
    *("license", "licence", "changelog", "changes", "contributing", "code_of_conduct", "security"),
    *("authors", "notice", "todo", "support", "governance", "summary", "_sidebar", "citation"),
}
"""Names, without suffix and in lower case, of files that describe a folder."""

OF_A_DAY = {"summary"}
"""Those of them that the only digest in a day's folder may have."""

_DRAFT_FOLDERS = {"_drafts", "drafts", "_draft", "draft"}
_COPY = re.compile(
    r"(?:[ _-]{1,3}\(?(?:copy|copie|kopie|복사본|사본|副本|コピー|のコピー)"
    r"(?:[ _-]?\(?[0-9]{1,3}\)?)?\)?"
    r"|[ _-]?\([0-9]{1,3}\)|\.(?:bak|orig|old|backup|save|tmp)|[_-](?:bak|backup|old|orig)"
    r"|\.sync-conflict-[\w-]{1,60}|[ _-]{1,3}\([^()]{0,60}conflict(?:ed)?[^()]{0,60}\)|~)$",
    re.IGNORECASE,
)
_COPY_OF = re.compile(r"^(?:copy of|copie de|kopie von) ", re.IGNORECASE)
_DRAFT = re.compile(r"[ ._-](?:draft|wip|초안|草稿|下書き)$", re.IGNORECASE)
_ORDER = {suffix: number for number, suffix in enumerate(READERS)}


class SortedNames(NamedTuple):
    """The names of a folder's files, sorted out."""

    digests: list[str]
    """In the order given."""
    left_out: Mapping[str, str]
    """What looks like a digest and is none, with the reason: the first half of a sentence."""


def is_digest_name(name: str) -> bool:
    """Whether a file of this name, without folders, may be a digest."""
    stem, dot, suffix = name.rpartition(".")
    return (
        (dot + suffix).lower() in READERS
        and not name.startswith((".", "_", "~"))
        and stem.lower() not in NOT_DIGESTS
    )


def may_be_digest_name(name: str) -> bool:
    """Whether a file of this name may be a digest, if perhaps only where it lies alone."""
    return is_digest_name(name) or _is_of_a_day(name)


def without_descriptions(paths: Iterable[str]) -> list[str]:
    """The paths of files in one folder without those that describe it.

    `2024-11-18/summary.md` is a digest where no other one lies beside it.
    """
    paths = list(paths)
    sure = [path for path in paths if not _is_of_a_day(path.rpartition("/")[2])]
    return sure if sure or not paths else [path for path in paths if _lies_in_day(path)]


def _is_of_a_day(name: str) -> bool:
    stem, dot, suffix = name.lower().rpartition(".")
    return dot + suffix in READERS and stem in OF_A_DAY


def _lies_in_day(path: str) -> bool:
    """Whether the folder of a file names a day, and no folder above it does."""
    folder = path.rpartition("/")[0]
    return _names_day(folder) and not _names_day(folder.rpartition("/")[0])


def _names_day(folder: str) -> bool:
    try:
        return date_in_path(f"{folder}/.") is not None
    except ImpossibleDateError:
        return False


def sort_names(paths: Iterable[str]) -> SortedNames:
    """The digests among paths inside an archive, and what is left out of them.

    A copy or a second format of a digest is left out where the digest itself is there; a draft
    always.
    """
    named = [path for path in paths if may_be_digest_name(path.rpartition("/")[2])]
    best: dict[str, str] = {}
    for path in named:
        stem = path.rpartition(".")[0].lower()
        if stem not in best or _rank(path) < _rank(best[stem]):
            best[stem] = path
    left_out = {path: reason for path in named if (reason := _reason(path, best))}
    return SortedNames([path for path in named if path not in left_out], left_out)


def _reason(path: str, best: Mapping[str, str]) -> str:
    """Why a digest's path is left out; empty where it isn't."""
    folders, _, name = path.rpartition("/")
    stem = name.rpartition(".")[0]
    if _DRAFT_FOLDERS & set(folders.lower().split("/")):
        return "it lies in a folder of drafts"
    if _DRAFT.search(stem):
        return "its name says that it is a draft"
    if (same := best[path.rpartition(".")[0].lower()]) != path:
        return f"it is the same digest as {same}"
    original = _COPY_OF.sub("", _COPY.sub("", stem))
    inside = f"{folders}/{original}" if folders else original
    if original != stem and (kept := best.get(inside.lower())):
        return f"it is a copy of {kept}"
    return ""


def _rank(path: str) -> int:
    return _ORDER[f".{path.rpartition('.')[2].lower()}"]
