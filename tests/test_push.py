"""WebSub: feeds name their hub, and it is told once of each feed that changed."""

from __future__ import annotations

import itertools
import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from lxml import etree

from feedsvc.config import Config
from feedsvc.errors import ConfigError
from feedsvc.feeds.formats import FORMATS
from feedsvc.index.store import Store
from feedsvc.push.changes import MOST_REMADE, changes
from feedsvc.push.round import MOST_FAILURES, Pace, Report, tell_hub
from feedsvc.search.saved import parse_saved
from feedsvc.site.site import Site
from feedsvc.web.app import create_app
from tests.support.archive import digest, etags, paper, write_archive
from tests.support.feeds import NAMESPACES
from tests.support.hub import RunningHub, running_hub
from tests.support.project import BASE_URL, Configure, environment

HUB = "https://hub.example.org/?a=1&b=2"


QUICK = Pace(whole=10.0, pauses=(0.3, 0.3))


@pytest.fixture
def digests(tmp_path: Path) -> Path:
    return write_archive(tmp_path / "digests", days=16, papers=2)


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[RunningHub]:
    with running_hub(tmp_path) as hub:
        yield hub


class Publisher:
    """A site that has the hub told, in a new process each time as far as the site can tell."""

    def __init__(self, digests: Path, configure: Configure, hub: RunningHub) -> None:
        self.digests = digests
        self.hub = hub
        self._configure = configure
        self.settings: dict[str, object] = {"digests": digests, "hub": hub.url}

    @property
    def config(self) -> Config:
        return self._configure(**self.settings)

    def write(self, day: str, *numbers: int, text: str = "요약입니다.") -> None:
        papers = [paper(number, text) for number in numbers]
        (self.digests / f"{day}.md").write_text(digest(day, papers))

    def site(self) -> Site:
        site = Site(self.config)
        site.refresh()
        return site

    def tell(self, pace: Pace = QUICK) -> Report:
        return tell_hub(self.site(), self.config, pace)

    def told(self) -> set[str]:
        """The paths of the feeds that the hub was told of since the last call, each once."""
        pings = self.hub.pings
        self.hub.forms.clear()
        assert set(pings.values()) <= {1}, pings
        return {feed.removeprefix(BASE_URL) for feed in pings}

    def tags(self) -> dict[str, str]:
        """The ETag of each feed, by its path."""
        known = etags(self.site()).items()
        return {path[1:]: tag for path, tag in known if path.rpartition("/")[2] in FORMATS}


@pytest.fixture
def publisher(digests: Path, configure: Configure, hub: RunningHub) -> Publisher:
    """A site of which the hub knows all."""
    publisher = Publisher(digests, configure, hub)
    assert publisher.tell() == Report()
    assert not publisher.told()
    return publisher


# --- what a hub is told ----------------------------------------------------------------------


def test_a_ping_is_a_form_that_names_the_feed_by_its_own_address(publisher: Publisher) -> None:
    publisher.write("2024-01-17", 90)
    publisher.tell()
    for form in publisher.hub.forms:
        assert form == {
            "hub.mode": "publish",
            "hub.url": form["hub.topic"],
            "hub.topic": form["hub.topic"],
        }
    assert f"{BASE_URL}feed.json" in publisher.hub.pings


@pytest.mark.parametrize(
    "change",
    [
        lambda publisher: publisher.write("2024-01-17", 90),
        lambda publisher: publisher.write("2024-01-22", 90),
        lambda publisher: publisher.write("2024-01-04", 6, 7, text="고쳤습니다."),
        lambda publisher: publisher.write("2024-01-16", 30),
        lambda publisher: (publisher.digests / "2024-01-02.md").unlink(),
    ],
    ids=["a new day", "a new week", "an old day edited", "a paper less", "a day less"],
)
def test_the_hub_is_told_once_of_each_feed_that_is_another_one(
    publisher: Publisher, change: Callable[[Publisher], object]
) -> None:
    before = publisher.tags()
    change(publisher)
    after = publisher.tags()
    changed = {path for path, tag in before.items() if after.get(path, tag) != tag}
    assert changed
    report = publisher.tell()
    assert publisher.told() == changed, "of new feeds nobody can know yet"
    assert report == Report(told=len(changed))
    assert publisher.tell() == Report()
    assert not publisher.told()


def test_topics_of_new_papers_are_among_them(publisher: Publisher) -> None:
    told = set[str]()
    for day, topics in (
        ("2024-01-17", {"Vision": [90, 91], "Language": [92]}),
        ("2024-01-18", {"Vision": [93, 94], "Agents": [95]}),
    ):
        parts = [f"# Papers of {day}\n"]
        for topic, numbers in topics.items():
            parts += [f"## {topic}\n", *map(paper, numbers)]
        (publisher.digests / f"{day}.md").write_text("\n".join(parts))
        publisher.tell()
        told = publisher.told()
    assert "topic/vision/feed.xml" in told
    assert "topic/language/feed.xml" not in told


def test_saved_searches_that_find_more_are_among_them_and_other_searches_are_not(
    publisher: Publisher,
) -> None:
    publisher.settings["saved"] = parse_saved(
        [{"name": "new", "q": "unheard"}, {"name": "old", "q": "요약입니다", "until": "2024-01-05"}]
    )
    publisher.write("2024-01-17", 90, text="unheard")
    publisher.tell()
    assert not {path for path in publisher.told() if path.startswith("saved")}, "they are new"
    publisher.write("2024-01-18", 91, text="unheard")
    publisher.tell()
    told = publisher.told()
    found = {path for path in told if path.startswith(("saved", "search"))}
    assert found == {f"saved/new/{name}" for name in FORMATS}
    assert len(told) < 20


def test_what_most_subscribe_to_comes_first(publisher: Publisher) -> None:
    publisher.write("2024-01-04", 6, 7, text="고쳤습니다.")
    publisher.write("2024-01-15", 28, 29, text="고쳤습니다.")
    publisher.tell()
    order = [form["hub.topic"].removeprefix(BASE_URL) for form in publisher.hub.forms]
    places = list(dict.fromkeys(path.rpartition("/")[0] for path in order))
    assert places[:2] == ["", "all"]
    assert places.index("2024-01-15") < places.index("2024-01-04")
    assert places[-1] == "2024-01-04"


def test_a_build_that_leaves_the_feeds_of_all_out_has_nobody_told_of_them(
    publisher: Publisher,
) -> None:
    publisher.settings["all_size"] = 5
    publisher.write("2024-01-17", 90)
    publisher.tell()
    told = publisher.told()
    assert "feed.xml" in told
    assert "all/feed.xml" not in told


def test_of_very_many_that_changed_it_is_told_of_the_first_and_the_others_are_noted() -> None:
    known = {f"https://x/{number}": "old" for number in range(9)}
    found = dict.fromkeys(known, "new") | {"https://x/9": "new"}
    todo = changes(found, known, most=3)
    assert todo.to_tell == ["https://x/0", "https://x/1", "https://x/2"]
    assert todo.to_note == {f"https://x/{number}": "new" for number in range(3, 10)}
    assert changes(found, {**known, **todo.to_note}, most=9).to_tell == todo.to_tell


# --- what it is not told ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value"), [("title", "Other"), ("rights", "Nobody's"), ("hub", "http://127.0.0.1:9/")]
)
def test_a_setting_that_changes_no_paper_is_no_news(
    publisher: Publisher, name: str, value: str
) -> None:
    before = publisher.tags()
    publisher.settings[name] = value
    assert set(publisher.tags().items()).isdisjoint(before.items())
    assert publisher.tell() == Report()
    assert not publisher.told()


def test_papers_that_are_all_rendered_anew_are_news_of_a_few_feeds_only(
    publisher: Publisher,
) -> None:
    publisher.settings["language"] = "ko"
    assert publisher.tell().told == MOST_REMADE
    assert {"feed.xml", "all/feed.xml", "daily/feed.xml", "weekly/feed.xml"} <= publisher.told()
    publisher.write("2024-01-04", 6, 7, text="고쳤습니다.")
    publisher.tell()
    assert "2024-01-04/feed.xml" in publisher.told(), "as before, from then on"


def test_a_site_that_moves_has_nobody_told_of_feeds_that_were_not_there(
    publisher: Publisher,
) -> None:
    publisher.settings["base_url"] = "https://moved.example.org/"
    assert publisher.tell() == Report()
    assert not publisher.told()


def test_an_index_that_is_lost_is_no_news_but_the_next_change_is(publisher: Publisher) -> None:
    index = publisher.config.index
    assert index
    for name in ("", "-wal", "-shm"):
        Path(f"{index}{name}").unlink(missing_ok=True)
    assert publisher.tell() == Report()
    assert not publisher.told()
    publisher.write("2024-01-17", 90)
    publisher.tell()
    assert "feed.xml" in publisher.told()


def test_what_the_hub_knows_outlives_an_index_that_is_made_anew(
    publisher: Publisher, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for file in (publisher.config.index, None):  # one for all settings, and one for each
        publisher.settings.update(index=file, longest_paper=100_000)
        publisher.tell()
        publisher.settings["longest_paper"] = 90_000  # all is read again
        publisher.write("2024-01-17", *range(90, 92 + bool(file)))
        publisher.tell()
        assert "feed.xml" in publisher.told(), file


# --- who tells it ----------------------------------------------------------------------------


def test_of_many_that_see_a_change_at_once_one_tells_of_it(publisher: Publisher) -> None:
    sites = [publisher.site() for _ in range(8)]
    publisher.write("2024-01-17", 90)
    before = publisher.tags()
    start = threading.Barrier(len(sites))

    def see(site: Site) -> Report:
        start.wait()
        site.refresh()
        return tell_hub(site, publisher.config, QUICK)

    with ThreadPoolExecutor(len(sites)) as pool:
        reports = list(pool.map(see, sites))
    told = publisher.told()
    assert {"feed.xml", "all/rss.xml"} <= told < before.keys()
    assert sum(report.told for report in reports) == len(told)


class _Overtaken(Site):
    """A site that others tell of, in a later state, while this one still looks at its feeds."""

    meanwhile: Callable[[], object] | None = None

    @contextmanager
    def noting(self) -> Iterator[Store]:
        if self.meanwhile:
            self.meanwhile()
        with super().noting() as store:
            yield store


def test_who_is_overtaken_tells_of_nothing_old(publisher: Publisher) -> None:
    publisher.write("2024-01-17", 90)
    site = _Overtaken(publisher.config)
    site.refresh()

    def others() -> None:
        site.meanwhile = None
        publisher.write("2024-01-17", 90, 91)
        publisher.tell()

    site.meanwhile = others
    report = tell_hub(site, publisher.config, QUICK)
    assert report == Report()
    assert "feed.xml" in publisher.told()
    assert publisher.tell() == Report()
    assert not publisher.told()


KILLED = """
import os, sys
from pathlib import Path
from feedsvc.config import Config
from feedsvc.push.round import Pace, tell_hub
from feedsvc.site.site import Site
config = Config.load(environment=os.environ)
site = Site(config)
site.refresh()
tell_hub(site, config, Pace(whole=60.0, answer=60.0))
"""


def test_what_a_killed_process_has_left_is_told_by_another_and_nothing_twice(
    publisher: Publisher,
) -> None:
    publisher.write("2024-01-17", 90)
    publisher.hub.hangs_after = 4
    settings = {
        f"FEEDSVC_{name.upper()}": str(value)
        for name, value in {**publisher.settings, "index": publisher.config.index}.items()
    }
    command = [sys.executable, "-c", KILLED]
    with subprocess.Popen(
        command, env=environment(**settings, FEEDSVC_BASE_URL=BASE_URL)
    ) as process:
        assert publisher.hub.hanging.wait(30)
        process.kill()
    publisher.hub.hangs_after = None
    turn = Pace(whole=10.0)
    assert 0 < publisher.tell(turn).again < 60, "as others may still be at it"
    first = publisher.told()
    assert len(first) == 4
    left = publisher.tell(
        Pace(whole=10.0, turn=1.0, look=1.0)
    )  # which takes that for a clock that was wrong
    rest = publisher.told()
    assert left == Report(told=len(rest))
    assert "feed.xml" in first
    assert rest
    assert not first & rest


def test_where_no_index_can_be_written_a_process_tells_what_it_sees_change(
    publisher: Publisher,
) -> None:
    publisher.settings["index"] = Path("/proc/none/index.sqlite3")
    site = publisher.site()
    assert not site.is_on_disk()
    assert tell_hub(site, publisher.config, QUICK) == Report()
    publisher.write("2024-01-17", 90)
    for expected in (True, False):
        site.refresh()
        tell_hub(site, publisher.config, QUICK)
        assert ("feed.xml" in publisher.told()) is expected


# --- hubs in trouble -------------------------------------------------------------------------


def test_a_hub_that_is_down_is_tried_again_after_pauses_and_then_with_the_next_change(
    publisher: Publisher, caplog: pytest.LogCaptureFixture
) -> None:
    publisher.write("2024-01-17", 90)
    publisher.hub.answers = itertools.repeat(503)
    first = publisher.tell()
    assert (first.told, first.again) == (0, 0.3)
    assert first.left > MOST_FAILURES
    assert 0 < publisher.tell().again <= 0.3, "there is a pause"
    time.sleep(0.3)
    assert publisher.tell().again == 0.3
    time.sleep(0.3)
    assert publisher.tell() == Report(left=first.left)
    assert publisher.tell() == Report(), "given up"
    said = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert said[0] == (
        f"{publisher.hub.url}: the hub was not told of {BASE_URL}feed.xml: it answered 503 not now."
    )
    assert len(said) == 3 * MOST_FAILURES + 1
    publisher.hub.answers = iter(())
    publisher.write("2024-01-04", 6, 7, text="고쳤습니다.")
    publisher.tell()
    told = publisher.told()
    assert {"feed.xml", "2024-01-04/feed.xml", "2024-W03/feed.xml"} <= told


def test_other_changes_do_not_wait_for_the_pause_of_some(publisher: Publisher) -> None:
    publisher.write("2024-01-17", 90)
    publisher.hub.answers = iter([500] * MOST_FAILURES)
    assert publisher.tell(Pace(whole=10.0, pauses=(1000.0,))).again == 1000
    publisher.write("2024-01-18", 91)
    assert publisher.tell(Pace(whole=10.0, pauses=(1000.0,))).told
    assert "feed.xml" in publisher.told()


def test_a_feed_that_a_hub_refuses_keeps_no_other_waiting_and_is_not_told_again(
    publisher: Publisher,
) -> None:
    publisher.write("2024-01-17", 90)
    publisher.hub.answers = iter([404, 404])
    report = publisher.tell()
    told = publisher.told()
    assert report == Report(told=len(told))
    assert len(told) > 3
    assert publisher.tell() == Report()


def test_a_single_failure_keeps_no_other_waiting_and_that_feed_comes_later(
    publisher: Publisher,
) -> None:
    publisher.write("2024-01-17", 90)
    publisher.hub.answers = iter([429])
    report = publisher.tell()
    assert report.left == 1
    assert "feed.xml" not in publisher.told()
    time.sleep(0.3)
    assert publisher.tell() == Report(told=1)
    assert publisher.told() == {"feed.xml"}


@pytest.mark.parametrize("byte", [b"", b"x"], ids=["silent", "dripping"])
def test_pings_end_in_time_whatever_a_hub_does(publisher: Publisher, byte: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=_drip, args=(server, byte), daemon=True).start()
        publisher.settings["hub"] = f"http://127.0.0.1:{server.getsockname()[1]}/"
        publisher.write("2024-01-17", 90)
        begun = time.monotonic()
        report = publisher.tell(Pace(whole=0.5))
        assert 0.4 < time.monotonic() - begun < 5
    assert report.told == 0
    assert report.left
    publisher.settings["hub"] = publisher.hub.url
    assert publisher.tell().told == report.left


def _drip(server: socket.socket, byte: bytes) -> None:
    """Answers one request, a byte at a time, without an end."""
    with suppress(OSError), server.accept()[0] as connection:
        connection.sendall(b"HTTP/1.1 200 OK\r\nX-Drip: ")
        while True:
            time.sleep(0.05)
            connection.sendall(byte)


# --- what documents say ----------------------------------------------------------------------


def _named_hubs(name: str, content: bytes) -> list[str]:
    """The addresses of hubs in a feed, as a subscriber finds them."""
    if name == "feed.json":
        return [
            hub["url"] for hub in json.loads(content).get("hubs", []) if hub["type"] == "WebSub"
        ]
    found: list[str] = etree.fromstring(content).xpath(
        "/atom:feed/atom:link[@rel='hub']/@href | /rss/channel/atom:link[@rel='hub']/@href",
        namespaces=NAMESPACES,
    )
    return found


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("place", ["/", "/all/", "/2024-01-02/", "/2024-W01/", "/daily/"])
def test_every_feed_names_the_hub_and_itself_in_content_and_header(
    digests: Path, configure: Configure, place: str, name: str
) -> None:
    response = (
        create_app(configure(digests=digests, hub=HUB, ping=False)).test_client().get(place + name)
    )
    assert _named_hubs(name, response.data) == [HUB]
    links = response.headers["Link"].split(", ")
    assert f'<{HUB}>; rel="hub"' in links
    own = [link for link in links if link.startswith(f'<{BASE_URL}{place[1:]}{name}>; rel="self"')]
    assert len(own) == 1


@pytest.mark.parametrize("name", FORMATS)
def test_without_a_hub_no_feed_names_one(digests: Path, configure: Configure, name: str) -> None:
    site = Site(configure(digests=digests))
    site.refresh()
    document = site.document(f"/{name}")
    assert _named_hubs(name, document.content) == []
    assert b"hub" not in document.content
    assert "hub" not in {link.relation for link in document.links}


@pytest.mark.parametrize(
    "value", ["hub.example.org", "https://u:p@hub.example.org/", "https://h/#x"]
)
def test_what_is_no_address_of_a_hub_is_refused(value: str) -> None:
    with pytest.raises(ConfigError, match=r"FEEDSVC_HUB: .* can't be used; give an address"):
        Config.load(environment={"FEEDSVC_HUB": value})
