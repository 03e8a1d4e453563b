"""A client that has an older version of a feed gets just what is new, and nothing is lost by it."""

from __future__ import annotations

import gzip
import shutil
import tempfile
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import feedparser
import pytest
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st
from reader import make_reader
from werkzeug.test import TestResponse

from feedsvc.config import Config
from feedsvc.errors import NotFoundError
from feedsvc.index import hash_chain
from feedsvc.model import Document
from feedsvc.site.deltas import continued
from feedsvc.site.documents import LONGEST_KEPT
from feedsvc.site.feed_version import FeedVersion, parse_version, with_version
from feedsvc.site.site import Site
from feedsvc.web.app import create_app
from tests.delta_histories import PATHS, Step, delta_of, first_wrong, merged
from tests.support.archive import digest, paper, write_archive
from tests.support.client import get
from tests.support.feeds import NAMESPACES, read_atom, read_entries
from tests.support.project import BASE_URL, Configure
from tests.support.server import Server
from tests.support.waiting import until

STEPS = st.lists(
    st.builds(
        Step,
        offset=st.integers(-30, 30),
        papers=st.lists(st.integers(1, 25), max_size=5),
        wording=st.sampled_from(["", "", "first", "second"]),
    ),
    min_size=2,
    max_size=6,
)


@pytest.mark.slow(reason="indexes hundreds of archives")
@settings(max_examples=40)
@given(steps=STEPS, feed_size=st.integers(1, 12))
def test_old_document_and_delta_are_the_new_document(steps: list[Step], feed_size: int) -> None:
    """`make soak` goes on with histories for as long as one likes."""
    assert not first_wrong(steps, feed_size)


def test_an_older_day_that_comes_with_a_newer_one_is_not_lost(
    tmp_path: Path, configure: Callable[..., Config]
) -> None:
    """A chain begins with the first day of a version, so it says nothing of older ones."""
    folder = tmp_path / "digests"
    folder.mkdir()
    for number in (19, 20):
        (folder / f"2024-11-{number}.md").write_text(digest(f"2024-11-{number}", [paper(number)]))
    site = Site(configure(digests=folder))
    site.refresh()
    old = {path: site.document(path) for path in PATHS}
    for number in (18, 21):
        (folder / f"2024-11-{number}.md").write_text(digest(f"2024-11-{number}", [paper(number)]))
    site.refresh()
    for document in old.values():
        assert delta_of(site, document) is None


def _continued(site: Site, old: Document) -> Document | None:
    """A document made from its older version; None where it must be made anew."""
    with site.snapshot() as snapshot:
        content = old.content
        return continued(
            snapshot, old.path, old.etag, lambda start, end: [content[start : len(content) - end]]
        )


DAYS = st.lists(
    st.tuples(
        st.integers(-30, 30),  # of the calendar: anywhere in time; one that is there grows
        st.lists(st.integers(1, 25), min_size=1, max_size=5),  # papers, some of them known
    ),
    min_size=2,
    max_size=6,
)


@pytest.mark.slow(reason="indexes hundreds of archives")
@settings(max_examples=40)
@given(days=DAYS)
def test_what_continues_an_old_document_is_the_new_document(
    days: list[tuple[int, list[int]]],
) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "digests").mkdir()
        config = Config(
            digests=folder / "digests", base_url=BASE_URL, index=folder / "index.sqlite3"
        )
        site = Site(config)
        versions: dict[str, list[Document]] = {path: [] for path in PATHS}
        known: set[int] = set()
        by_day: dict[date, dict[int, None]] = {}
        for offset, more in days:
            day = date(2024, 11, 1) + timedelta(days=offset)
            is_newest = all(day > other for other in by_day)
            has_only_new_papers = is_newest and not known.intersection(more)
            known.update(more)
            numbers = by_day.setdefault(day, {})
            numbers.update(dict.fromkeys(more))
            (config.digests / f"{day}.md").write_text(digest(day, map(paper, numbers)))
            site.refresh()
            for path, older in versions.items():
                new = site.document(path)
                for old in older:
                    if document := _continued(site, old):
                        assert path.startswith("/all/")
                        assert (document.content, document.etag) == (new.content, new.etag)
                    elif path.startswith("/all/") and old is older[-1]:
                        assert not has_only_new_papers
                older.append(new)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("what", ["nothing", "edit", "past", "gone", "title"])
def test_a_document_does_not_continue_one_that_is_not_its_beginning(
    site: Site, digests: Path, configure: Configure, path: str, what: str
) -> None:
    old = site.document(path)
    first = digests / "2024-01-01.md"
    if what == "edit":
        first.write_text(first.read_text().replace("요약입니다", "고쳤습니다"))
    elif what == "past":
        _add_day(digests, "2023-12-31", range(800, 801))
    elif what == "gone":
        first.unlink()
    elif what == "title":
        site = Site(configure(digests=digests, title="Other"))
    if what != "nothing":
        _add_day(digests, "2024-01-31", range(900, 903))
    site.refresh()
    assert _continued(site, old) is None


@pytest.fixture
def digests(tmp_path: Path) -> Path:
    return write_archive(tmp_path / "digests", days=30, papers=5)


def _add_day(digests: Path, day: str, papers: range) -> None:
    (digests / f"{day}.md").write_text(digest(day, map(paper, papers)))


@pytest.fixture
def site(digests: Path, configure: Configure) -> Site:
    return Site(configure(digests=digests))


@pytest.mark.parametrize("path", PATHS)
def test_a_delta_has_the_papers_of_the_new_day_only(site: Site, digests: Path, path: str) -> None:
    old = site.document(path)
    _add_day(digests, "2024-01-31", range(900, 903))
    site.refresh()
    delta = delta_of(site, old)
    assert delta
    assert [id_[-3:] for id_ in read_entries(delta.content)] == ["900", "901", "902"]
    assert delta.etag == site.document(path).etag


def test_a_day_that_grows_is_told_by_its_new_papers(site: Site, digests: Path) -> None:
    old = site.document("/feed.xml")
    _add_day(digests, "2024-01-30", range(145, 152))
    site.refresh()
    delta = delta_of(site, old)
    assert delta
    assert [id_[-3:] for id_ in read_entries(delta.content)] == ["150", "151"]


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: _add_day(folder, "2024-01-29", range(700, 705)),
        lambda folder: _add_day(folder, "2024-01-30", range(146, 150)),
        lambda folder: (folder / "2024-01-28.md").unlink(),
        lambda folder: shutil.rmtree(folder) or folder.mkdir(),
    ],
    ids=["an edit", "a paper less", "a day less", "nothing left"],
)
def test_whoever_has_what_is_no_longer_so_gets_the_whole_document(
    site: Site, digests: Path, change: Callable[[Path], None]
) -> None:
    old = site.document("/feed.xml")
    change(digests)
    if digests.exists():
        _add_day(digests, "2024-02-01", range(900, 903))
    site.refresh()
    assert delta_of(site, old) is None


def test_an_edit_of_what_the_client_never_had_costs_it_nothing(site: Site, digests: Path) -> None:
    old = site.document("/feed.xml")
    assert "2024-01-08" in (first := str(parse_version(old.etag))), first
    _add_day(digests, "2024-01-02", range(700, 705))
    site.refresh()
    assert site.document("/feed.xml").etag == old.etag
    _add_day(digests, "2024-01-31", range(900, 903))
    site.refresh()
    assert delta_of(site, old)


def test_whoever_was_away_too_long_gets_the_whole_document(site: Site, digests: Path) -> None:
    old, everything = site.document("/feed.xml"), site.document("/all/feed.xml")
    for week in range(30):
        day = str(date(2024, 3, 1) + timedelta(weeks=week))
        _add_day(digests, day, range(1000 + 10 * week, 1010 + 10 * week))
    site.refresh()
    assert delta_of(site, old) is None
    delta = delta_of(site, everything)
    assert delta
    assert len(read_entries(delta.content)) == 300


@pytest.mark.parametrize("path", PATHS)
def test_a_delta_that_were_the_whole_document_is_none(tmp_path: Path, path: str) -> None:
    """As when all that a client has is older than what the feed holds now."""
    digests = write_archive(tmp_path / "few", days=1, papers=2)
    site = Site(Config(digests=digests, base_url=BASE_URL, feed_size=1, index=tmp_path / "few.db"))
    old = site.document(path)
    _add_day(digests, "2024-01-08", range(10, 12))
    site.refresh()
    is_whole = "all" not in path
    assert (delta_of(site, old) is None) == is_whole
    assert len(read_entries(site.document(path).content)) == (2 if is_whole else 4)


def test_a_version_without_a_paper_gets_the_whole_document(site: Site) -> None:
    first = site.document("/all/feed.xml")
    version = parse_version(first.etag)
    assert version
    none = FeedVersion(version.first, 0, hash_chain.START)
    for path in PATHS:
        with pytest.raises(NotFoundError):
            site.delta(path, none)


@pytest.mark.parametrize(
    "tag",
    [
        "",
        "x",
        "00.2024-01-08",
        "00.2024-13-01.5." + "0" * 32,
        "00.2024-01-08.5." + "0" * 32,
        "00.0001-01-01.999999999." + "f" * 32,
        "00.2024-01-08.0." + "0" * 32,
        "00.2024-01-08.5.00",
        "00.9999-12-31.0.",
    ],
)
def test_a_tag_that_somebody_made_up_gets_nodelta_of(site: Site, tag: str) -> None:
    version = parse_version(tag)
    if version:
        with pytest.raises(NotFoundError):
            site.delta("/feed.xml", version)


def test_a_version_is_read_back_from_its_etag() -> None:
    version = FeedVersion(date(2024, 1, 8), 57, bytes(range(16)))
    assert parse_version(with_version("0a1b", version)) == version


# --- over HTTP ---------------------------------------------------------------------------------


@pytest.fixture
def client(digests: Path, configure: Configure) -> Iterator[FlaskClient]:
    with create_app(configure(digests=digests, refresh=0.05)).test_client() as client:
        yield client


def _wait_for_change(client: FlaskClient, tag: str, path: str = "/feed.xml") -> TestResponse:
    assert until(lambda: get(client, path).headers["ETag"] != tag)
    return get(client, path)


@pytest.mark.parametrize("path", PATHS)
def test_a_client_that_asks_for_deltas_gets_226(
    client: FlaskClient, digests: Path, path: str
) -> None:
    old = get(client, path)
    _add_day(digests, "2024-01-31", range(900, 903))
    new = _wait_for_change(client, old.headers["ETag"], path)
    for _ in range(2):  # made, and remembered
        delta = get(client, path, A_IM="feed", If_None_Match=old.headers["ETag"])
        assert delta.status_code == 226
        assert delta.headers["IM"] == "feed"
        assert delta.headers["ETag"] == new.headers["ETag"]
        assert delta.headers["Cache-Control"] == "no-store, im"
        assert delta.headers["Vary"] == "Accept-Encoding, A-IM, If-None-Match, User-Agent, Accept"
        assert len(read_entries(delta.data)) == 3
        together = merged(*(read_entries(each.data) for each in (old, delta, new)))
        assert together == read_entries(new.data)
    again = get(client, path, A_IM="feed", If_None_Match=new.headers["ETag"])
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["Vary"] == "Accept-Encoding, A-IM"


def test_whoever_does_not_ask_never_gets_a_part(client: FlaskClient, digests: Path) -> None:
    tag = get(client).headers["ETag"]
    _add_day(digests, "2024-01-31", range(900, 903))
    whole = _wait_for_change(client, tag).data
    for headers in (
        {"If_None_Match": tag},
        {"If_None_Match": tag, "A_IM": "diffe, gzip"},
        {"If_None_Match": tag, "A_IM": "feed;q=0"},
        {"If_None_Match": tag, "A_IM": "feeds"},
        {"If_None_Match": '"other"', "A_IM": "feed"},
        {"A_IM": "feed"},
        {"A_IM": "feed", "If_Modified_Since": "Mon, 01 Jan 2001 00:00:00 GMT"},
    ):
        response = get(client, **headers)
        assert (response.status_code, response.data) == (200, whole), headers
    for path in ("/", "/2024-W05/feed.xml", "/2024-01-31/feed.xml", "/opml.xml"):
        assert get(client, path, A_IM="feed", If_None_Match=tag).status_code == 200


def test_a_delta_can_be_compressed_and_asked_for_in_any_form(
    client: FlaskClient, digests: Path
) -> None:
    tag = get(client, Accept_Encoding="gzip").headers["ETag"]
    assert tag.endswith('.gz"')
    _add_day(digests, "2024-01-31", range(900, 903))
    new = _wait_for_change(client, get(client).headers["ETag"])
    for form in (tag, f"W/{tag}", f'"other", {tag}', f'{tag[:-1]}-gzip"'):
        delta = get(client, A_IM="gzip, feed;q=0.5", If_None_Match=form, Accept_Encoding="gzip")
        assert (delta.status_code, delta.headers["Content-Encoding"]) == (226, "gzip")
        assert len(read_atom(gzip.decompress(delta.data)).ids) == 3
        assert delta.headers["ETag"] == new.headers["ETag"][:-1] + '.gz"'


def test_whoever_asks_for_a_long_delta_amid_a_change_gets_the_whole_document(
    tmp_path: Path, configure: Configure
) -> None:
    """Another process has taken up an edit of what the client has; this one still looks away."""
    digests = write_archive(tmp_path / "long", days=1, papers=2)
    config = configure(digests=digests, refresh=3600, feed_size=3000)
    Site(config).refresh()
    with create_app(config).test_client() as first:
        tag = get(first).headers["ETag"]
    _add_day(digests, "2024-01-31", range(10, 10 + LONGEST_KEPT + 1))
    with create_app(config).test_client() as client:
        assert get(client, A_IM="feed", If_None_Match=tag).status_code == 226
        (digests / "2024-01-01.md").write_text(
            digest("2024-01-01", [paper(0, "다시 씀"), paper(1)])
        )
        Site(config).refresh()
        response = get(client, A_IM="feed", If_None_Match=tag)
    assert (response.status_code, "IM" in response.headers) == (200, False)
    assert len(read_atom(response.data).ids) == LONGEST_KEPT + 3


def test_a_part_of_a_complete_feed_is_not_called_complete(site: Site, digests: Path) -> None:
    old = site.document("/all/feed.xml")
    _add_day(digests, "2024-01-31", range(900, 903))
    site.refresh()
    delta = delta_of(site, old)
    assert delta
    assert read_atom(delta.content).root.find("fh:complete", NAMESPACES) is None
    assert read_atom(old.content).root.find("fh:complete", NAMESPACES) is not None


@pytest.mark.slow(reason="waits for a server to see a new day")
def test_real_readers_that_ask_for_deltas_miss_nothing(digests: Path, tmp_path: Path) -> None:
    server = Server(digests, tmp_path)
    try:
        first = feedparser.parse(server.url + "/feed.xml")
        with make_reader(":memory:") as reader:
            reader.add_feed(server.url + "/feed.xml")
            reader.update_feeds()
            known = {entry.id for entry in reader.get_entries()}
            assert len(known) == len(first.entries) > 100
            tag = server.get("/feed.xml")[1]["etag"]
            _add_day(digests, "2024-01-31", range(900, 903))
            assert until(lambda: server.get("/feed.xml")[1]["etag"] != tag)
            second = feedparser.parse(server.url + "/feed.xml", etag=first.etag)
            # What is above feedparser may not know 226.
            assert (second.status, len(second.entries)) == (200, len(first.entries) + 3)
            reader.update_feed(server.url + "/feed.xml")
            assert len({entry.id for entry in reader.get_entries()} - known) == 3
    finally:
        server.stop()
