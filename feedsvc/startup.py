"""Loads feedsvc into a new process, without garbage collection meanwhile, which takes time."""

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
    """Switches garbage collection off during imports, as modules never become garbage.

    It would take a quarter of the time now. What is loaded is not looked at later, either, when
    that would delay requests.
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
