"""The table of places: the chain of archives, the size of the subscription document, the index."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from feedsvc.errors import FolderError, NotFoundError
from feedsvc.site.calendar import Calendar, Week, parse_day, parse_week
from feedsvc.site.documents import document, paths
from feedsvc.site.places import all_places, find_place, place_paths
from feedsvc.site.site import Site
from tests.support.archive import digest, etags, paper, write_archive
from tests.support.feeds import NAMESPACES, read_atom
from tests.support.project import BASE_URL, Configure


@pytest.fixture
def site(tmp_path: Path, configure: Configure) -> Site:
    """Sixty days of three papers: nine weeks of up to 21."""
    site = Site(configure(digests=write_archive(tmp_path / "digests", days=60, papers=3)))
    site.refresh()
    return site


def test_the_chain_of_archives_reaches_every_paper(site: Site) -> None:
    feed = read_atom(site.document("/feed.xml").content)
    ids, address, newer = list(feed.ids), feed.link("prev-archive"), None
    logical_id = feed.text("atom:id")
    while address:
        path = "/" + address.removeprefix(BASE_URL)
        feed = read_atom(site.document(path).content)
        assert feed.root.find("fh:archive", NAMESPACES) is not None
        assert feed.text("atom:id") == logical_id
        assert feed.link("current") == BASE_URL + "feed.xml"
        if newer:
            assert feed.link("next-archive") == newer
        ids += feed.ids
        newer, address = address, feed.link("prev-archive")
    assert sorted(ids) == [f"https://arxiv.org/abs/2411.{number:05}" for number in range(180)]


def test_the_subscription_document_holds_the_fewest_whole_weeks(site: Site) -> None:
    ids = read_atom(site.document("/feed.xml").content).ids
    # 2024-02-29 is a Thursday: 4 days of the newest week and 5 whole weeks.
    assert len(ids) == 3 * (4 + 5 * 7)
    assert ids[0].endswith(f"{59 * 3:05}")


def test_a_week_that_makes_the_size_full_is_the_last_in_the_subscription_document() -> None:
    days = [date(2024, 1, 1) + timedelta(days=number) for number in range(21)]
    calendar = Calendar(days, [1] * 21, [1] * 21)
    newest = [Week(2024, 3), Week(2024, 2), Week(2024, 1)]
    for papers, weeks in ((1, 1), (7, 1), (8, 2), (14, 2), (15, 3), (21, 3), (22, 3)):
        assert list(calendar.newest_parts(papers, 300, 300)) == newest[:weeks], papers


def test_days_are_the_parts_of_a_week_that_is_too_large_for_one_document() -> None:
    days = [date(2024, 1, 1) + timedelta(days=number) for number in range(21)]
    second = days[7:14]
    small, many = [1] * 7, [300] * 7
    calendar = Calendar(days, small + many + small, [1] * 21)
    assert list(calendar.parts) == [Week(2024, 1), *second, Week(2024, 3)]
    assert calendar.neighbours_of_part(second[0]) == (Week(2024, 1), second[1])
    assert calendar.neighbours_of_part(Week(2024, 3)) == (second[-1], None)
    # So it is where they have few papers, but long ones.
    calendar = Calendar(days, [1] * 21, small + [500_000] * 7 + small)
    assert list(calendar.parts) == [Week(2024, 1), *second, Week(2024, 3)]


def test_the_subscription_document_stays_within_its_bounds_unless_one_part_is_larger() -> None:
    days = [date(2024, 1, 1) + timedelta(days=number) for number in range(7)]
    calendar = Calendar(days, [250, 400, 290, 90, 150, 140, 60], [1000] * 7)
    assert list(calendar.newest_parts(100, 300, 10**6)) == [days[6], days[5]]
    assert list(calendar.newest_parts(300, 360, 10**6)) == [days[6], days[5], days[4]]
    assert list(calendar.newest_parts(100, 300, 1500)) == [days[6]]
    assert list(Calendar(days[:2], [250, 400], [1, 1]).newest_parts(100, 300, 10)) == [days[1]]


def test_the_complete_feed_has_every_paper_and_no_archive_links(site: Site) -> None:
    feed = read_atom(site.document("/all/feed.xml").content)
    assert len(feed.ids) == 180
    assert feed.root.find("fh:complete", NAMESPACES) is not None
    assert not any(feed.link(name) for name in ("prev-archive", "next-archive", "current"))
    assert feed.text("atom:id") == BASE_URL + "all/"


def test_every_path_has_a_document_and_its_own_path(site: Site) -> None:
    with site.snapshot() as snapshot:
        all_paths = paths(snapshot)
        assert len(set(all_paths)) == len(all_paths)
        for path in all_paths:
            assert document(snapshot, path).path == path


@pytest.mark.parametrize(
    "path",
    [
        "/2024-01-01",
        "/2023-12-31/",
        "/2024-W20/",
        "/2024-W00/",
        "/2024-w01/",
        "/20240101/",
        "/２０24-01-01/",
        "//feed.xml",
        "/all/x.xml",
        "/2024-01-01/style.css",
        "relative",
        "",
    ],
)
def test_other_paths_have_none(site: Site, path: str) -> None:
    with pytest.raises(NotFoundError):
        site.document(path)


def test_every_place_is_what_is_found_at_its_path(site: Site) -> None:
    with site.snapshot() as snapshot:
        scope, places = snapshot.scope(), list(all_places(snapshot.scope()))
        assert [place.path for place in places] == list(place_paths(scope))
        assert places == [find_place(place.path, scope) for place in places]
    assert len(places) == 2 + 60 + 9 + 2 + 2 + 1 + 1


def test_a_missing_folder_is_said_in_a_sentence(tmp_path: Path, configure: Configure) -> None:
    with pytest.raises(FolderError, match="can't be read: No such file or directory"):
        Site(configure(digests=tmp_path / "nowhere")).refresh()


def test_one_new_day_changes_the_documents_it_must(site: Site, tmp_path: Path) -> None:
    before = etags(site)
    (tmp_path / "digests" / "2024-03-01.md").write_text(digest("2024-03-01", [paper(999)]))
    site.refresh()
    after = etags(site)
    changed = {path for path, etag in before.items() if after[path] != etag}
    feeds = {path for path in changed if not path.endswith((".html", "sitemap.xml", "opml.xml"))}
    places = {path.rpartition("/")[0] for path in feeds}
    assert places == {"", "/all", "/2024-W09", "/daily"}


def test_times_of_calendars_are_strict() -> None:
    assert parse_day("2024-11-18") == date(2024, 11, 18)
    assert parse_week("2024-W47") == Week(2024, 47)
    assert parse_week("2020-W53") == Week(2020, 53)
    for text in ("2024-W53", "2024-W00", "2024-W1", "0000-W01", "9999-W53", "2024-11-31"):
        assert parse_week(text) is None
        assert parse_day(text) is None


def test_a_week_belongs_to_its_iso_year() -> None:
    calendar = Calendar([date(2024, 12, 30), date(2025, 1, 1)], [1, 1], [1, 1])
    assert list(calendar.weeks) == [Week(2025, 1)]
    assert list(calendar.parts) == [Week(2025, 1)]
