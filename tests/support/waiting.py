"""Waiting for what happens by itself."""

from __future__ import annotations

import time
from collections.abc import Callable

PROMPTLY = 30
"""Seconds that what must happen by itself may take on a busy machine."""


def until(look: Callable[[], object], seconds: float = PROMPTLY) -> bool:
    """Whether something comes true in time."""
    deadline = time.monotonic() + seconds
    while not (found := look()) and time.monotonic() < deadline:
        time.sleep(0.002)
    return bool(found)
