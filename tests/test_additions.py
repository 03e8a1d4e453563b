"""What it takes to add a feed format, a kind of place, a page, a setting: one row, from outside.

Each is added to the product's own table, and then found by the server, the build, the links, the
sitemap, the cache and the cleaning-up of the output folder.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

import pytest
from flask.testing import FlaskClient
from jinja2 import ChoiceLoader, DictLoader

from feedsvc.builder.build import Report, build
from feedsvc.config import Affects, Config, setting
from feedsvc.feeds.entry import Entry
from feedsvc.feeds.feed_metadata import FeedMetadata
from feedsvc.feeds.formats import FORMATS, Format
from feedsvc.feeds.frame import Frame
from feedsvc.pages.templates import environment
from feedsvc.site.kinds import Contents, PlaceKind, Role, Scope
from feedsvc.site.pipeline import make_pipeline
from feedsvc.site.places import KINDS
from feedsvc.site.site import Site
from feedsvc.web.app import create_app
from tests.support.archive import digest, paper, write_archive
from tests.support.feeds import read_json_ids
from tests.support.project import Configure

BASE_URL = "https://papers.example.org/"


@pytest.fixture
def config(tmp_path: Path, configure: Configure) -> Config:
    """Forty days from the first of January 2024 with two papers each."""
    return configure(digests=write_archive(tmp_path / "digests", days=40, papers=2))


def _client(config: Config) -> FlaskClient:
    return create_app(config).test_client()


def _build(config: Config) -> Report:
    site = Site(config)
    site.refresh()
    return build(site, config)


def _add_day(config: Config, day: str, number: int) -> None:
    (config.digests / f"{day}.md").write_text(digest(day, [paper(number)]))


def _assert_a_built_file_is_what_the_server_sends(config: Config) -> None:
    client = _client(config)
    for file in config.out.rglob("*.*"):
        path = "/" + file.relative_to(config.out).as_posix()
        assert client.get(path, follow_redirects=True).data == file.read_bytes(), path


# --- a format ----------------------------------------------------------------------------------


def _text_item(entry: Entry) -> bytes:
    return f"{entry.published:%Y-%m-%d} {entry.title}\n".encode()


def _text_frame(metadata: FeedMetadata) -> Frame:
    return Frame(f"{metadata.title}\n".encode())


TEXT = Format(
    "feed.txt", "text/plain", "text/plain; charset=utf-8", "Text", _text_item, _text_frame
)
"""A format whose documents have nothing behind their items."""


@pytest.fixture
def text_format(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(FORMATS, TEXT.name, TEXT)


@pytest.mark.usefixtures("text_format")
def test_a_format_is_served_and_built_in_every_place(config: Config) -> None:
    _build(config)
    client = _client(config)
    day = client.get("/2024-01-02/feed.txt")
    assert day.text == "Daily Papers · 2024-01-02\n2024-01-02 Paper 2\n2024-01-02 Paper 3\n"
    assert day.content_type == TEXT.content_type
    for place in ("", "all/", "2024-01-02/", "2024-W01/"):
        assert (config.out / place / TEXT.name).is_file()
    assert (
        client.get("/feed.txt", headers={"If-None-Match": day.headers["ETag"]}).status == "200 OK"
    )
    etag = client.get("/feed.txt").headers["ETag"]
    assert client.get("/feed.txt", headers={"If-None-Match": etag}).status_code == 304
    _assert_a_built_file_is_what_the_server_sends(config)


@pytest.mark.usefixtures("text_format")
def test_pages_lead_to_a_format(config: Config) -> None:
    page = _client(config).get("/2024-01-02/")
    assert f'<a href="{BASE_URL}2024-01-02/feed.txt" type="{TEXT.type}">Text</a>' in page.text
    assert f'<{BASE_URL}2024-01-02/feed.txt>; rel="alternate"' in page.headers["Link"]


@pytest.mark.usefixtures("text_format")
def test_a_format_has_deltas_and_is_continued(config: Config, tmp_path: Path) -> None:
    _build(config)
    client = _client(config)
    etag = client.get("/feed.txt").headers["ETag"]
    _add_day(config, "2024-02-10", 900)
    news = _client(config).get("/feed.txt", headers={"If-None-Match": etag, "A-IM": "feed"})
    assert (news.status_code, news.text) == (226, "Daily Papers\n2024-02-10 Paper 900\n")
    _build(config)
    complete = (config.out / "all" / TEXT.name).read_bytes()
    anew = replace(config, out=tmp_path / "anew", index=tmp_path / "anew.sqlite3")
    _build(anew)
    assert complete == (anew.out / "all" / TEXT.name).read_bytes()


def test_a_format_that_is_gone_takes_its_files_along(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(FORMATS, TEXT.name, TEXT)
    _build(config)
    # A day that is withdrawn loses the file of the format, too.
    (config.digests / "2024-01-02.md").unlink()
    _build(config)
    assert not (config.out / "2024-01-02").exists()
    assert (config.out / "2024-01-03" / TEXT.name).is_file()


# --- kinds of places ---------------------------------------------------------------------------


PREFIX = "month-"
"""So that these months with feeds are not the site's own, which are pages only."""


@dataclass(frozen=True, order=True)
class Month:
    first_day: date

    def __str__(self) -> str:
        return f"{PREFIX}{self.first_day:%Y-%m}"

    @property
    def last_day(self) -> date:
        return (self.first_day + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def _parse_month(name: str) -> Month | None:
    try:
        month = Month(date.fromisoformat(f"{name.removeprefix(PREFIX)}-01"))
    except ValueError:
        return None
    return month if str(month) == name else None


def _months(days: list[date]) -> list[Month]:
    return [*dict.fromkeys(Month(day.replace(day=1)) for day in days)]


def _month_contents(month: Month, scope: Scope) -> Contents | None:
    calendar = scope.catalogue.calendar
    days = calendar.days_between(month.first_day, month.last_day)
    if not days:
        return None
    months = _months([*calendar.days])
    at = months.index(month)
    older = months[at - 1] if at else None
    newer = months[at + 1] if at + 1 < len(months) else None
    return Contents(days, str(month), older, newer)


MONTH = PlaceKind(
    parse=_parse_month,
    keys=lambda scope: _months([*scope.catalogue.calendar.days]),
    contents=_month_contents,
    last_day=lambda month: month.last_day,
)


@pytest.fixture(autouse=True)
def _kinds_as_they_were() -> Iterator[None]:
    before = [*KINDS]
    yield
    KINDS[:] = before


def test_a_month_is_a_place_like_any_other(config: Config) -> None:
    KINDS.append(MONTH)
    _build(config)
    client = _client(config)
    assert len(read_json_ids(client.get("/month-2024-01/feed.json").data)) == 62
    page = client.get("/month-2024-01/").text
    assert '<a rel="next" href="../month-2024-02/">month-2024-02 →</a>' in page
    assert (config.out / "month-2024-02" / "feed.xml").is_file()
    assert f"<loc>{BASE_URL}month-2024-02/</loc>" in (config.out / "sitemap.xml").read_text()
    assert client.get("/month-2023-12/").status_code == 404
    assert client.get("/month-2024-01").headers["Location"] == "month-2024-01/"
    assert "max-age=86400" in client.get("/month-2024-01/feed.xml").headers["Cache-Control"]
    _assert_a_built_file_is_what_the_server_sends(config)


def test_a_month_that_is_withdrawn_is_removed(config: Config) -> None:
    KINDS.append(MONTH)
    _build(config)
    for digest_file in config.digests.glob("2024-02-*.md"):
        digest_file.unlink()
    _build(config)
    assert not (config.out / "month-2024-02").exists()
    assert (config.out / "month-2024-01").is_dir()


def test_a_month_is_written_again_when_one_of_its_days_changes(config: Config) -> None:
    KINDS.append(MONTH)
    _build(config)
    assert _build(config).written == 0
    _add_day(config, "2024-01-03", 800)
    _build(config)
    assert b"2411.00800" in (config.out / "month-2024-01" / "feed.xml").read_bytes()


def _only(name: str) -> Callable[[str], str | None]:
    return lambda text: name if text == name else None


NO_RSS = PlaceKind(
    parse=_only("no-rss"),
    keys=lambda _: ["no-rss"],
    contents=lambda _, scope: Contents(scope.catalogue.calendar.days[:-15:-1], "no RSS"),
    formats=("feed.xml", "feed.json"),
)
"""A place that has no RSS."""


def test_a_place_may_have_fewer_representations(config: Config) -> None:
    KINDS.append(NO_RSS)
    _build(config)
    client = _client(config)
    assert client.get("/no-rss/rss.xml").status_code == 404
    assert not (config.out / "no-rss" / "rss.xml").exists()
    page = client.get("/no-rss/").text
    assert "no-rss/feed.xml" in page
    assert "no-rss/rss.xml" not in page


def _picked_contents(_: str, scope: Scope) -> Contents | None:
    wanted = dict(parse_qsl(scope.query)).get("day", "")
    return Contents([day for day in scope.catalogue.by_day if str(day) == wanted], wanted)


def _canonical(query: str) -> str:
    return urlencode([pair for pair in parse_qsl(query) if pair[0] == "day"])


PICKED = PlaceKind(
    parse=_only("picked"),
    keys=lambda _: ["picked"],
    contents=_picked_contents,
    canonical_query=_canonical,
)
"""A place whose query says which day is wanted."""


def test_a_place_may_have_a_query(config: Config) -> None:
    KINDS.append(PICKED)
    lane = _client(config)
    first = lane.get("/picked/feed.json?day=2024-01-02")
    assert read_json_ids(first.data) == [f"https://arxiv.org/abs/2411.0000{n}" for n in (2, 3)]
    assert json.loads(first.data)["feed_url"] == f"{BASE_URL}picked/feed.json?day=2024-01-02"
    # Asked again, in another spelling and for another day: neither answers for the other.
    again = lane.get("/picked/feed.json?x=y&day=2024-01-02")
    assert (again.data, again.headers["ETag"]) == (first.data, first.headers["ETag"])
    other = lane.get("/picked/feed.json?day=2024-01-03")
    assert read_json_ids(other.data) == [f"https://arxiv.org/abs/2411.0000{n}" for n in (4, 5)]
    assert other.headers["ETag"] != first.headers["ETag"]
    assert read_json_ids(lane.get("/picked/feed.json").data) == []
    # A query means nothing elsewhere.
    assert lane.get("/feed.json?day=2024-01-02").data == lane.get("/feed.json").data


def test_a_place_with_a_query_is_built_without_one(config: Config) -> None:
    KINDS.append(PICKED)
    _build(config)
    assert read_json_ids((config.out / "picked" / "feed.json").read_bytes()) == []
    _assert_a_built_file_is_what_the_server_sends(config)


def test_another_complete_feed_is_cut_off_where_the_archive_is_large(config: Config) -> None:
    complete = PlaceKind(
        parse=_only("copy"),
        keys=lambda _: ["copy"],
        contents=lambda _, scope: Contents(scope.catalogue.calendar.days[::-1], "a copy"),
        role=Role.COMPLETE,
        template="titles.html",
    )
    KINDS.append(complete)
    small = replace(config, all_size=10)
    _build(small)
    assert sorted(path.name for path in (small.out / "copy").iterdir()) == ["index.html"]
    assert "copy/feed.xml" not in (small.out / "copy" / "index.html").read_text()


# --- a page ------------------------------------------------------------------------------------


def test_a_page_is_one_template(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    counts = (
        '{% extends "base.html" %}{% block main %}<p>{{ days|length }} days</p>\n{% endblock %}'
    )
    templates = environment()
    loader = ChoiceLoader([DictLoader({"counts.html": counts}), templates.loader])  # type: ignore[list-item]
    monkeypatch.setattr(templates, "loader", loader)
    KINDS.append(
        PlaceKind(
            parse=_only("counts"),
            keys=lambda _: ["counts"],
            contents=lambda _, scope: Contents(scope.catalogue.calendar.days[::-1], "counts"),
            template="counts.html",
            formats=(),
        )
    )
    _build(config)
    page = _client(config).get("/counts/").text
    assert "<h1>counts</h1>\n<p>40 days</p>\n</main>" in page
    assert [path.name for path in (config.out / "counts").iterdir()] == ["index.html"]


# --- a setting ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class MoreConfig(Config):
    motto: str = setting("", str, Affects.DOCUMENTS, "a sentence below everything")
    dialect: str = setting("plain", str, Affects.READING, "how the digests are written")


def test_a_setting_comes_from_file_environment_and_flags(tmp_path: Path) -> None:
    file = tmp_path / "feedsvc.toml"
    file.write_text('motto = "from the file"\ndialect = "from the file"\n')
    environment = {"FEEDSVC_DIALECT": "from the environment"}
    config = MoreConfig.load(file, environment, flags={"motto": "from a flag"})
    assert (config.motto, config.dialect) == ("from a flag", "from the environment")


def test_a_setting_says_what_depends_on_it() -> None:
    plain = make_pipeline(MoreConfig()).fingerprints
    with_motto = make_pipeline(MoreConfig(motto="x")).fingerprints
    assert (with_motto.reading, with_motto.items) == (plain.reading, plain.items)
    assert with_motto.documents != plain.documents
    assert make_pipeline(MoreConfig(dialect="x")).fingerprints.reading != plain.reading
