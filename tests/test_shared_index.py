"""Several settings that name one index file keep apart, and nothing beside it grows for ever."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest
from msgspec.structs import replace

from feedsvc.builder.build import build
from feedsvc.config import Config
from feedsvc.errors import IndexLostError
from feedsvc.index import connection as connections
from feedsvc.index.connection import Connection
from feedsvc.index.index import Index
from feedsvc.site.pipeline import make_pipeline
from feedsvc.site.site import Site
from feedsvc.site.snapshot import Snapshot
from tests.support.archive import digest, paper, write_archive
from tests.test_faults import _locked

Configure = Callable[..., Config]

ONE, OTHER = "https://one.example/", "https://other.example/"


@pytest.fixture
def digests(tmp_path: Path) -> Path:
    return write_archive(tmp_path / "digests", days=6, papers=3)


def test_no_answer_has_the_addresses_of_the_other_site(digests: Path, configure: Configure) -> None:
    configs = [configure(digests=digests, base_url=url) for url in (ONE, OTHER)]
    sites = [Site(config) for config in configs]
    wrong, until_then = list[bytes](), time.monotonic() + 3

    def read(number: int) -> None:
        foreign = (OTHER, ONE)[number].encode()
        while time.monotonic() < until_then:
            content = sites[number].document("/2024-01-02/feed.xml").content
            if foreign in content:
                wrong.append(content)

    def refresh(number: int) -> None:
        while time.monotonic() < until_then:
            sites[number].refresh()

    work = [(read, 0), (read, 0), (read, 1), (read, 1), (refresh, 0), (refresh, 1)]
    threads = [threading.Thread(target=call, args=(number,)) for call, number in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_two_settings_do_not_undo_each_other(digests: Path, configure: Configure) -> None:
    one, other = (Site(configure(digests=digests, base_url=url)) for url in (ONE, OTHER))

    def revisions() -> list[str]:
        found = []
        for site in (one, other):
            site.refresh()
            with site.snapshot() as snapshot:
                found.append(snapshot.catalogue.state.revision)
        return found

    revisions()
    settled = revisions()
    for _ in range(5):
        assert revisions() == settled
    (digests / "2024-02-01.md").write_text(digest("2024-02-01", [paper(90)]))
    assert not set(revisions()) & set(settled)
    for site, url in ((one, ONE), (other, OTHER)):
        content = site.document("/feed.xml").content
        assert b"2411.00090" in content
        assert url.encode() in content


def test_an_older_index_of_the_same_name_is_simply_taken_over(
    digests: Path, configure: Configure
) -> None:
    for url in (ONE, OTHER, ONE):
        config = configure(digests=digests, base_url=url)
        Site(config).refresh()
        assert config.index
        assert [path.name for path in config.index.parent.glob("*.sqlite3")] == ["index.sqlite3"]


def test_what_one_has_read_the_other_need_not_read(digests: Path, configure: Configure) -> None:
    one, other = (Site(configure(digests=digests, base_url=url)) for url in (ONE, OTHER))
    one.refresh()
    other.refresh()
    time.sleep(2.1)  # so that stamps are trusted
    other.refresh()

    def parse(path: str, data: bytes) -> None:
        pytest.fail(f"{path} was read again")

    one._index._pipeline = replace(one._index._pipeline, parse=parse)
    one.refresh()
    assert ONE.encode() in one.document("/feed.xml").content


def test_the_log_is_bounded_also_where_a_reader_never_ends(
    digests: Path, configure: Configure, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "WAL_BYTES", 300_000)
    monkeypatch.setattr(connections, "MOST_WAL_BYTES", 1_200_000)
    config = configure(digests=digests)
    assert config.index
    log = Path(f"{config.index}-wal")
    site = Site(config)
    site.refresh()
    with ExitStack() as stack:
        snapshot = stack.enter_context(site.snapshot(long=True))
        before = snapshot.store.ids(snapshot.catalogue.days[0].day)
        largest = 0
        for number in range(60):
            (digests / "2024-03-01.md").write_text(digest("2024-03-01", [paper(number)]))
            site.refresh()
            with suppress(FileNotFoundError):
                largest = max(largest, log.stat().st_size)
            assert f"2411.{number:05}".encode() in site.document("/feed.xml").content
        assert snapshot.store.ids(snapshot.catalogue.days[0].day) == before
    assert largest < 2_500_000


def test_readers_do_not_wait_for_a_file_that_cannot_be_locked(
    digests: Path, configure: Configure
) -> None:
    config = configure(digests=digests)
    assert config.index
    Site(config).refresh()
    index = Index(digests, make_pipeline(config), config.index)
    with _locked(config.index):
        index._file = config.index
        index._connection = Connection(None)
        index._try_again = 0.0
        refreshing = threading.Thread(target=index.refresh)
        index._connection.writer.start_afresh(make_pipeline(config).fingerprints)
        refreshing.start()
        time.sleep(0.2)
        begun = time.monotonic()
        with index.reading() as store:
            store.problems()
        assert time.monotonic() - begun < 1
    refreshing.join()


class _LosesItsIndex(Site):
    """A site whose index is lost the first time that a build is at work on it."""

    is_lost = False

    @contextmanager
    def snapshot(
        self, *, long: bool = False, searchable: bool = False, unpacked: int = 0
    ) -> Iterator[Snapshot]:
        with super().snapshot(long=long, searchable=searchable, unpacked=unpacked) as snapshot:
            yield snapshot
            if long and not self.is_lost:
                self.is_lost = True
                raise IndexLostError("deleted by somebody")


def test_a_build_whose_index_is_lost_meanwhile_goes_on(digests: Path, configure: Configure) -> None:
    config = configure(digests=digests)
    site = _LosesItsIndex(config)
    site.refresh()
    assert build(site, config).unchanged > 10
    assert site.is_lost
    assert (config.out / "feed.xml").is_file()


def test_a_reading_gives_back_what_it_takes_at_its_end(digests: Path, configure: Configure) -> None:
    site = Site(configure(digests=digests))
    site.refresh()
    with site.snapshot(long=True) as snapshot:
        assert snapshot.store.days()
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        snapshot.store.days()
