"""Begins a digest: chooses its day and its name, and fills in the template."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

from feedsvc.config import Config
from feedsvc.errors import StarterError
from feedsvc.index.digest_folder import find_digests
from feedsvc.site.pipeline import languages_read
from feedsvc.starter.files import filled, text_of
from feedsvc.starter.naming import FALLBACK, name_for, newest_day
from feedsvc.starter.start import write_new


def new_digest(config: Config, today: date, day: date | None = None) -> Path:
    """Writes the digest of a day and gives its path.

    Of several languages it is in that of the settings. The day is today where none is given, or the
    day after the newest digest's if that is not before today. Raises StarterError, also where that
    digest is there, and FolderError.
    """
    if not isinstance(config.digests, Path):
        raise StarterError(
            f"{config.digests}: a digest is begun in a folder, from which it is uploaded when it "
            "is finished. Name the folder with --digests."
        )
    if not config.digests.exists():
        raise StarterError(
            f"{config.digests}: there is no such folder. Begin with feedsvc init, or name the "
            "folder of your digests with --digests."
        )
    found = find_digests(config.digests, config.folders_left_out, languages_read(config))
    paths = [file.path for file in found]
    day = day or _next_day(paths, today)
    name = name_for(day, paths, FALLBACK if not config.mark else f"{{day}}.{config.mark}.md")
    path = config.digests / name
    is_there = any(other.rpartition(".")[0] == name.rpartition(".")[0] for other in paths)
    if is_there or not write_new(
        path, filled(_template(config), {"day": str(day), "title": config.title})
    ):
        raise StarterError(
            f"{path}: the digest of {day} is there already, so nothing was written. "
            "Name another day: feedsvc new 2024-11-18."
        )
    return path


def _next_day(paths: Sequence[str], today: date) -> date:
    newest = newest_day(paths)
    return newest + timedelta(days=1) if newest and newest >= today else today


def _template(config: Config) -> str:
    if not config.template:
        return text_of("new.md")
    try:
        return config.template.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8"
        raise StarterError(f"{config.template}: the template can't be read: {reason}.") from error
