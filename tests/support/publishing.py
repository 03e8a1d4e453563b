"""Built sites, and places in the bucket of a real store to publish them to."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import date
from itertools import count
from pathlib import Path

from feedsvc.bucket_address import BucketAddress
from feedsvc.builder.languages import build_all
from feedsvc.config import Config
from feedsvc.publisher.claim import Lease
from feedsvc.publisher.note import NOTE, Note, read_note
from feedsvc.publisher.publish import BuiltSite, Published, publish
from feedsvc.site.sites import Sites
from feedsvc.storage.bucket import Bucket, Patience
from tests.support.folders import Tree
from tests.support.project import BASE_URL
from tests.support.seaweed import BUCKET, Store

TODAY = date(2024, 3, 1)
PATIENCE = Patience(seconds=1, retries=1)
LEASE = Lease(beat=0.2, silence=0.6)

_numbers = count()


@dataclass
class Place:
    """A place in the bucket that no other test knows."""

    store: Store
    prefix: str = field(default_factory=lambda: f"site-{os.getpid()}-{next(_numbers)}")

    @property
    def address(self) -> BucketAddress:
        return BucketAddress("s3", BUCKET, self.prefix)

    def bucket(self, patience: Patience = PATIENCE) -> Bucket:
        return Bucket(self.address, patience)

    def publish(self, folder: Path, publisher: str = "me", **more: object) -> Published:
        flags = {name: more.pop(name) for name in [*more] if name in {"gzips", "may_become_empty"}}
        site = BuiltSite(folder, BASE_URL, publisher, **flags)
        bucket = self.bucket(more.pop("patience", PATIENCE))
        return publish(site, bucket, **{"today": TODAY, "lease": LEASE, **more})

    def tree(self) -> Tree:
        return self.store.tree(self.prefix)

    def note(self) -> Note:
        stored = self.bucket().read(NOTE)
        return read_note(stored.body) if stored else Note()


def build_site(folder: Path, digests: dict[str, str], **settings: object) -> Path:
    """A site of digests, by their names."""
    (folder / "digests").mkdir(parents=True)
    for name, text in digests.items():
        (folder / "digests" / name).write_text(text)
    config = Config(
        digests=folder / "digests",
        out=folder / "site",
        index=folder / "index.sqlite3",
        base_url=BASE_URL,
        **settings,  # type: ignore[arg-type]
    )
    sites = Sites(config)
    sites.refresh()
    build_all(sites, may_become_empty=True)
    return folder / "site"


def publish_to(prefix: str, folder: Path) -> None:
    """Publishes from another process, whose environment names the store."""
    site = BuiltSite(folder, BASE_URL, "me")
    publish(site, Bucket(BucketAddress("s3", BUCKET, prefix), PATIENCE), TODAY)
