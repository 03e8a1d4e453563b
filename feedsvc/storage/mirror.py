"""A folder on this machine that holds the digests of a bucket, for as long as they are wanted.

All else reads that folder. It is brought up to date by a list of the bucket: what changed is
fetched, then put in its place file by file, then what is gone is removed; so a bucket that can't be
reached changes nothing. The processes of a machine share the folder and take turns.
"""

from __future__ import annotations

import fcntl
import logging
import os
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import msgspec

from feedsvc.bucket_address import BucketAddress
from feedsvc.errors import FolderError, StaleError, StorageError
from feedsvc.storage.bucket import Bucket, Listed, Patience
from feedsvc.storage.keys import sort_keys

PATIENCE = Patience(seconds=20, retries=2)
"""A server has the last state meanwhile."""

FETCHED_AT_ONCE = 8

_log = logging.getLogger(__name__)


class Mirror:
    """The copy of a bucket's digests in a folder, which nobody else may change."""

    def __init__(
        self,
        address: BucketAddress,
        folder: Path,
        endings: Collection[str],
        leave_out: Collection[str] = (),
        largest_file: int = 0,
    ) -> None:
        """Keys with other endings are passed by, and objects of more than `largest_file` bytes."""
        self._address = address
        self._folder = folder
        self._endings = endings
        self._leave_out = leave_out
        self._largest_file = largest_file
        self._etags = folder.with_name(f"{folder.name}.json")
        """The file that says which version of each object is there."""
        self._bucket: Bucket | None = None
        self._told: Mapping[str, str] = {}

    def refresh(self, interval: float = 0) -> None:
        """Brings the folder up to date, if no process has done so within half an `interval`.

        Raises StaleError if that fails and the folder shows an older state, and FolderError if it
        never showed any.
        """
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with self._alone():
                if not 0 <= time.time() - self._seen() < interval / 2:
                    self._bring_up_to_date()
        except (StorageError, OSError) as error:
            why = self._why(error)
            if not (seen := self._seen()):
                raise FolderError(f"{why} There are no digests of it here yet.") from error
            when = datetime.fromtimestamp(seen, UTC).strftime("%Y-%m-%d %H:%M UTC")
            raise StaleError(f"{why} The digests stay as they were at {when}.") from error

    def _why(self, error: StorageError | OSError) -> str:
        """The same for whichever object it is, as a trouble is logged once."""
        if isinstance(error, OSError):
            where = error.filename or self._folder
            return f"{where}: digests can't be kept here: {error.strerror}."
        if not error.reason:
            return str(error)
        return f"{self._address}: the digests can't be fetched: {error.reason}"

    def _bring_up_to_date(self) -> None:
        self._bucket = bucket = self._bucket or Bucket(self._address, PATIENCE)
        listed = bucket.objects()
        wanted = self._wanted(listed)
        known = self._known()
        changed = [
            key
            for key in wanted
            if known.get(key) != listed[key].version.etag or not (self._folder / key).is_file()
        ]
        news = self._fetch(bucket, changed)
        # From here on nothing of the bucket is needed any more.
        try:
            self._put_in_place(news)
        except (FileExistsError, NotADirectoryError, IsADirectoryError):
            # A file has become a folder, or a folder a file.
            self._remove_all_but(wanted)
            self._put_in_place(news)
        self._remove_all_but(wanted)
        etags = known | {key: new.etag for key, new in news.items()}
        self._note({key: etags[key] for key in wanted if key in etags})

    def _fetch(self, bucket: Bucket, keys: Sequence[str]) -> dict[str, _New]:
        """Fetches objects into files beside the folder; those that are gone by now are not there.

        The files are called by numbers, so that no key can lead anywhere.
        """
        beside = self._folder.with_name(f"{self._folder.name}.new")
        beside.mkdir(exist_ok=True)

        def fetch(number: int) -> _New | None:
            stored = bucket.read(keys[number])
            if not stored:
                return None
            file = beside / str(number)
            file.write_bytes(stored.body)
            return _New(file, stored.version.etag)

        with ThreadPoolExecutor(FETCHED_AT_ONCE) as pool:
            found = zip(keys, pool.map(fetch, range(len(keys))), strict=True)
            return {key: new for key, new in found if new}

    def _put_in_place(self, news: Mapping[str, _New]) -> None:
        for key, new in news.items():
            target = self._folder / key
            target.parent.mkdir(parents=True, exist_ok=True)
            if new.file.exists():  # not yet in its place
                new.file.replace(target)

    def _wanted(self, listed: Mapping[str, Listed]) -> list[str]:
        """The keys to have here; the others that may be meant are told of once."""
        usable, left_out = sort_keys(listed, self._endings, self._leave_out)
        for key in usable if self._largest_file else ():
            if listed[key].size > self._largest_file:
                left_out[key] = f"it has more than {self._largest_file} bytes (largest_file)"
        for key, reason in left_out.items():
            if self._told.get(key) != reason:
                shown = "".join(sign if sign.isprintable() else "?" for sign in key)
                _log.warning("%s: %s is left out: %s.", self._address, shown, reason)
        self._told = left_out
        return [key for key in usable if key not in left_out]

    def _remove_all_but(self, wanted: Collection[str]) -> None:
        kept = {self._folder / key for key in wanted}
        folders = {self._folder, *(parent for path in kept for parent in path.parents)}
        for path in sorted(self._folder.rglob("*"), reverse=True):
            if path.is_dir() and not path.is_symlink():
                if path not in folders:
                    path.rmdir()
            elif path not in kept:
                path.unlink()

    def _known(self) -> dict[str, str]:
        try:
            return msgspec.json.decode(self._etags.read_bytes(), type=dict[str, str])
        except (OSError, msgspec.DecodeError, msgspec.ValidationError):
            return {}

    def _seen(self) -> float:
        """When the bucket was last seen whole, in seconds since 1970; 0 for never."""
        try:
            return self._etags.stat().st_mtime
        except OSError:
            return 0

    def _note(self, etags: Mapping[str, str]) -> None:
        file = self._etags.with_suffix(".tmp")
        file.write_bytes(msgspec.json.encode(etags))
        file.replace(self._etags)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        descriptor = os.open(self._folder.parent, os.O_RDONLY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


class _New(NamedTuple):
    """An object that was fetched."""

    file: Path
    etag: str
