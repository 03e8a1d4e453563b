"""Folders of files, compared whole."""

from __future__ import annotations

from pathlib import Path

Tree = dict[str, bytes]
"""The content of files, by their paths in a folder."""


def tree(folder: Path) -> Tree:
    """The content of every file."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}
