"""Loads the programme into a new process, which is faster without a look for garbage meanwhile."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from feedsvc.config import Config


@contextmanager
def loading() -> Iterator[None]:
    """For imports: what is loaded never becomes garbage, so none is looked for among it.

    Not now, where that takes a quarter of the time, and not later, where it would hold up requests.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was_enabled:
            gc.enable()


def create_app(config: Config | None = None) -> Flask:
    """The app of `feedsvc.web.app.create_app`, for a process that serves nothing else."""
    with loading():
        from feedsvc.web import app  # noqa: PLC0415

    return app.create_app(config)
