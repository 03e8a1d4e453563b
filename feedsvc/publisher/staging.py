"""The folder on this machine in which a site is built before it goes into a bucket."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from feedsvc.errors import BuildError
from feedsvc.storage.bucket import ensure_library


@contextmanager
def alone_at(folder: Path, where: object) -> Iterator[str]:
    """Keeps the other processes of this machine out while one builds and uploads.

    Gives the id of all that publish from this folder. Raises BuildError, and
    StorageError without the library for buckets.
    """
    import fcntl  # noqa: PLC0415 - which Windows has not, where nothing is built

    ensure_library(where)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "publisher").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BuildError(
                f"{where}: another process of this machine is publishing there. Run again when it "
                "is done."
            ) from None
        file.seek(0)
        known = file.read()
        if not known:
            known = uuid.uuid4().hex
            file.write(known)
            file.flush()
            os.fsync(file.fileno())
        yield known
