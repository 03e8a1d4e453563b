"""Which keys of a bucket may become files of a folder, and under which paths. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import NamedTuple

LONGEST_NAME = 200
"""Bytes in UTF-8: file systems allow 255, and what is under way gets a longer name."""

LONGEST_PATH = 1000
"""Bytes of all names together."""


class Sorted(NamedTuple):
    """Keys, sorted out."""

    usable: list[str]
    """Each the path of a file, none of them in the way of another."""
    left_out: dict[str, str]
    """The others that may be meant, with the reason: the second half of a sentence."""


def sort_keys(keys: Iterable[str], endings: Collection[str], leave_out: Collection[str]) -> Sorted:
    """The keys with one of these endings, hidden ones and those in folders to leave out apart."""
    usable: dict[str, str] = {}
    left_out: dict[str, str] = {}
    folders: set[str] = set()
    for key in sorted(keys):
        if not key.lower().endswith(tuple(endings)) or _is_passed_by(key, leave_out):
            continue
        same = key.casefold()
        if reason := _fault(key):
            left_out[key] = reason
        elif same in usable:
            left_out[key] = f"it differs from {usable[same]} in the case of letters only"
        elif same in folders or any(folder in usable for folder in _folders(same)):
            left_out[key] = "it would be a file and a folder at once"
        else:
            usable[same] = key
            folders.update(_folders(same))
    return Sorted([*usable.values()], left_out)


def _is_passed_by(key: str, leave_out: Collection[str]) -> bool:
    is_hidden = any(part.startswith(".") and part not in {".", ".."} for part in key.split("/"))
    return is_hidden or any(folder in leave_out for folder in _folders(key))


def _fault(key: str) -> str:
    """Why a key can be no path, on some system or other; empty if it can."""
    parts = key.split("/")
    if any(part in {"", ".", ".."} for part in parts):
        return "it is no path inside a folder"
    if "\\" in key or not key.isprintable():
        return "it has signs that file names can't have"
    longest = max(len(part.encode(errors="replace")) for part in parts)
    if longest > LONGEST_NAME or len(key.encode(errors="replace")) > LONGEST_PATH:
        return "it is too long for a file name"
    return ""


def _folders(path: str) -> list[str]:
    """The folders that a path leads through."""
    return [path[:at] for at, sign in enumerate(path) if sign == "/"]
