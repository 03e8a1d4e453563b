"""What some tests need of a machine, and skip without."""

from __future__ import annotations

import pty
import shutil

import pytest

NEEDS_GIT = pytest.mark.skipif(not shutil.which("git"), reason="git is not installed")


def open_terminal() -> tuple[int, int]:
    """The two ends of a terminal; skips the test where the machine has none, as a bare root."""
    try:
        return pty.openpty()
    except OSError:
        pytest.skip("there are no terminals here")
