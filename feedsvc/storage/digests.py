"""The digests of a bucket, as settings name it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from feedsvc.config import Config
from feedsvc.parser import READERS

if TYPE_CHECKING:
    from feedsvc.storage.mirror import Mirror


def mirror_of(config: Config) -> Mirror | None:
    """The copy of the bucket that the digests are in; None where they are in a folder."""
    if isinstance(config.digests, Path):
        return None
    from feedsvc.storage.mirror import Mirror  # noqa: PLC0415 - loads what few need

    return Mirror(
        config.digests,
        config.digests_folder,
        [*READERS],
        config.folders_left_out,
        config.largest_file,
    )
