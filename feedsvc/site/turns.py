"""When a document is published, where documents are published one after another."""

from __future__ import annotations

from enum import IntEnum


class Turn(IntEnum):
    """Whoever leads to others is published after them, so that no link leads nowhere."""

    ASSET = 0
    """What pages need to be shown."""
    DAY = 1
    PERIOD = 2
    """Several days, as a week."""
    SELECTION = 3
    """Papers of any days, as those of a topic."""
    LIST = 4
    """What leads to all of these."""
    HEAD = 5
    """What names everything, or is asked for by its name."""
    HOME = 6
    """Where people and programs begin."""
