"""Uploads a built site to a bucket: only what changed, and in an order that leads nobody astray.

At any moment each object is the old or the new one, and everything that is linked from an object
that readers can find is there: first comes what is new, then what leads to it, days before weeks
before the home page; and only when all is uploaded, what is old is deleted. A publisher that is
killed at any moment leaves such a bucket, and the next one uploads what is missing.
"""

from __future__ import annotations

import sys
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import nullcontext, suppress
from datetime import date
from itertools import islice
from pathlib import Path

from msgspec import Struct

from feedsvc.errors import BuildError, StorageError
from feedsvc.publisher.claim import Claim, Lease
from feedsvc.publisher.note import NOTE, Noted
from feedsvc.publisher.objects import local_objects
from feedsvc.publisher.plan import Plan, Upload, has_papers, make_plan
from feedsvc.site.kinds import address
from feedsvc.storage.bucket import Bucket

AT_ONCE = 8
"""Requests under way to the store."""

_LOOKED_AT = 8192
"""The first bytes of an object, in which a document names its own address."""

Shown = Callable[[Iterable[int], int, str], Iterable[int]]
"""Shows how far work is, of which each piece gives a number; with the number of all, and a name."""


class Published(Struct):
    """What was done, in numbers of objects."""

    uploaded: int = 0
    unchanged: int = 0
    deleted: int = 0
    is_guarded: bool = True
    """Whether the store kept other publishers out; not all can."""


class BuiltSite(Struct, frozen=True):
    """A built site to publish."""

    folder: Path
    base_url: str
    publisher: str
    """The id of those that publish from this folder."""
    gzips: bool = False
    """Whether objects are stored compressed."""
    may_become_empty: bool = False


def publish(
    site: BuiltSite,
    bucket: Bucket,
    today: date,
    shown: Shown = lambda pieces, *_: pieces,
    tell: Callable[[str], object] = lambda _: None,
    lease: Lease = Lease(),  # noqa: B008 - frozen
) -> Published:
    """Makes a bucket hold the site that is in a folder; what others put there stays.

    Raises StorageError, ConflictError where another publisher is at work, and BuildError where the
    site has no papers and the bucket has. May raise OSError.
    """
    return _Publishing(site, bucket, today, tell, lease).run(shown)


class _Publishing:
    """One site on its way into one bucket."""

    def __init__(
        self,
        site: BuiltSite,
        bucket: Bucket,
        today: date,
        tell: Callable[[str], object],
        lease: Lease,
    ) -> None:
        self._site = site
        self._bucket = bucket
        self._wanted = local_objects(site.folder, today, gzips=site.gzips)
        self._claim = Claim(bucket, site.publisher, lease, tell)
        self._listed = {path: there for path, there in bucket.objects().items() if path != NOTE}
        self._there: dict[str, Noted] = {}
        """What is noted of the bucket, as long as this one is at work."""

    def run(self, shown: Shown) -> Published:
        noted = self._claim.note.objects
        plan = make_plan(self._wanted, self._listed, noted, self._marks, self._says_of_itself)
        self._check_papers(plan)
        report = Published(len(plan.uploads), len(plan.kept), len(plan.old))
        if plan.is_empty and not self._claim.note.publisher:
            return report
        self._there = {
            # What is old stays noted until it is deleted.
            **{path: Noted("", self._listed[path].version.etag) for path in plan.old},
            **{path: each for path, each in noted.items() if path in self._listed},
            **plan.kept,
        }
        self._claim.say(self._there)
        try:
            for _ in shown(self._upload(plan), len(plan.uploads), "objects"):
                pass
            self._claim.say(self._there)
            for _ in shown(self._delete(plan.old), len(plan.old), "old objects"):
                pass
        finally:
            failed = sys.exc_info()[0] is not None
            # Then nobody has to wait for this publisher; but the store may be what is in trouble.
            with suppress(StorageError) if failed else nullcontext():
                self._claim.give_up(self._there)
        report.is_guarded = self._bucket.is_conditional
        return report

    def _check_papers(self, plan: Plan) -> None:
        may = self._site.may_become_empty
        if not may and has_papers(plan.old) and not has_papers(self._wanted):
            raise BuildError(
                f"{self._bucket.address}: there are no papers, but the site there has some, so "
                "nothing was changed. Name the right folder with --digests; if the site is to "
                "become empty, say --allow-empty."
            )

    def _marks(self, paths: Collection[str]) -> Mapping[str, str]:
        with ThreadPoolExecutor(AT_ONCE) as pool:
            return dict(zip(paths, pool.map(self._bucket.mark, paths), strict=True))

    def _says_of_itself(self, path: str) -> bool:
        """Whether a document says in its beginning that it is of the place that it is in."""
        url = self._site.base_url + address(path.rpartition("/")[0] + "/").removeprefix("/")
        stored = self._bucket.read(path, _LOOKED_AT) if self._listed[path].size else None
        content = stored.body if stored else b""
        with suppress(zlib.error):
            content = zlib.decompressobj(31).decompress(content)
        return url.encode() in content

    def _upload(self, plan: Plan) -> Iterator[int]:
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for step in plan.steps():
                yield from self._upload_step(pool, step)

    def _upload_step(self, pool: ThreadPoolExecutor, step: Sequence[Upload]) -> Iterator[int]:
        """Uploads all of a step; where one fails, none is begun any more."""
        waiting = iter(step)
        under_way: dict[Future[Noted], str] = {}
        try:
            while True:
                for upload in islice(waiting, AT_ONCE - len(under_way)):
                    under_way[pool.submit(self._put, upload)] = upload.source.path
                if not under_way:
                    return
                done, _ = wait(under_way, self._claim.seconds_left, FIRST_COMPLETED)
                if self._claim.is_due():
                    self._claim.say(self._there)
                for future in done:
                    self._there[under_way[future]] = future.result()
                    del under_way[future]
                    yield 1
        finally:
            for future, path in under_way.items():
                with suppress(StorageError, OSError):
                    self._there[path] = future.result()

    def _put(self, upload: Upload) -> Noted:
        source = upload.source
        version = self._bucket.put(source.path, source.body(), source.headers, upload.replaces)
        return Noted(source.headers.mark, version.etag)

    def _delete(self, old: Sequence[str]) -> Iterator[int]:
        left = iter(old)
        for count in self._bucket.delete(old):
            for path in islice(left, count):
                del self._there[path]
                yield 1
