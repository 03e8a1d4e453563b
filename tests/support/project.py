"""Where things are, what tests call them, and the settings that tests start from."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

from feedsvc.config import Config

ROOT = Path(__file__).parents[2]
DIGESTS = ROOT / "digests"
SHARED = ROOT.parent / "shared"
"""Real digests, which are not part of the project; tests that read them skip where they aren't."""

BASE_URL = "https://papers.example.org/"

Configure = Callable[..., Config]
"""What the fixture `configure` gives: it makes a Config of settings."""


def environment(**more: str) -> dict[str, str]:
    """That of this process without settings of feedsvc, and more."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if "FEEDSVC" not in name and "PROMETHEUS" not in name
    }
    return {**kept, **more}


def copy_project(folder: Path) -> Path:
    """The project as a newcomer has it, in a folder that is made, without what was made from it."""
    made = shutil.ignore_patterns(".*_cache", "node_modules", "__pycache__", "compiled")
    folder.mkdir()
    for entry in ROOT.iterdir():
        if entry.name in {".git", ".venv", ".hypothesis", "site", "dist"}:
            continue
        if entry.is_dir() and not entry.name.endswith("_cache"):
            shutil.copytree(entry, folder / entry.name, ignore=made)
        elif entry.is_file():
            shutil.copy2(entry, folder)
    return folder
