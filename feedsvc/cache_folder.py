"""The folder for what can be made again at any time."""

from __future__ import annotations

from pathlib import Path

import platformdirs


def cache_folder(index: Path | None = None) -> Path:
    """The folder that an index file is in; the user's cache folder where none is named."""
    return index.parent if index else platformdirs.user_cache_path("feedsvc")
