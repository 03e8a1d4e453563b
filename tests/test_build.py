"""The static site: what a build writes, leaves alone and removes, on whatever machine."""

from __future__ import annotations

import gzip
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import brotli
import pytest
import zstandard

from feedsvc.builder.build import Report, build
from feedsvc.config import Config
from feedsvc.errors import BuildError
from feedsvc.site.site import Site
from tests.support.archive import digest, paper, write_archive
from tests.support.folders import tree
from tests.support.project import BASE_URL, DIGESTS, Configure
from tests.support.waiting import until


def _build(config: Config) -> Report:
    site = Site(config)
    site.refresh()
    return build(site, config)


@pytest.fixture
def config(tmp_path: Path, configure: Configure) -> Config:
    return configure(digests=write_archive(tmp_path / "digests", days=10, papers=2))


def test_a_host_finds_what_it_needs(config: Config) -> None:
    _build(config)
    files = set(tree(config.out))
    assert {"index.html", "404.html", ".nojekyll", "feed.xml", "opml.xml", "style.css"} <= files
    assert {"2024-01-01/feed.xml", "2024-W01/rss.xml", "all/feed.json"} <= files


def test_a_build_after_no_change_writes_nothing(config: Config) -> None:
    first = _build(config)
    times = {path: path.stat().st_mtime_ns for path in config.out.rglob("*")}
    second = _build(config)
    assert (second.written, second.unchanged, second.removed) == (0, first.written, 0)
    assert {path: path.stat().st_mtime_ns for path in config.out.rglob("*")} == times


def test_what_is_gone_is_removed_and_what_is_not_ours_stays(config: Config) -> None:
    _build(config)
    (config.out / "CNAME").write_text("papers.example.org")
    (config.out / "2024-01-08" / "notes.txt").write_text("mine")
    (config.out / "2019-01-01").mkdir()
    (config.out / "2019-01-01" / "index.html").write_text("mine")
    for day in ("2024-01-08", "2024-01-09", "2024-01-10"):
        (config.digests / f"{day}.md").unlink()
    report = _build(config)
    assert report.removed == 4 * 4  # three days and their week, each a page and three feeds
    assert not (config.out / "2024-01-09").exists()
    assert not (config.out / "2024-W02").exists()
    assert tree(config.out / "2024-01-08") == {"notes.txt": b"mine"}
    assert (config.out / "CNAME").exists()
    assert (config.out / "2019-01-01" / "index.html").exists()


def test_the_files_have_the_mode_that_the_umask_leaves(config: Config) -> None:
    before = os.umask(0o027)
    try:
        _build(config)
    finally:
        os.umask(before)
    assert (config.out / "feed.xml").stat().st_mode & 0o777 == 0o640


def test_litter_of_a_killed_build_is_taken_away(config: Config) -> None:
    _build(config)
    (config.out / "all" / ".feedsvc-0123456789abcdef.tmp").write_bytes(b"half")
    _build(config)
    assert not list(config.out.rglob("*.tmp"))


def test_a_folder_that_cannot_be_written_is_said_in_a_sentence(
    config: Config, configure: Configure
) -> None:
    config.out.mkdir()
    (config.out / "all").write_text("a file where a folder must be")
    with pytest.raises(BuildError, match="the site can't be written"):
        _build(config)
    inside = configure(digests=config.digests, out=config.digests / "site")
    with pytest.raises(BuildError, match="inside the digests' folder"):
        _build(inside)


@pytest.mark.slow(reason="builds in a process that can't write")
def test_a_full_disk_leaves_every_file_old_or_new(config: Config, tmp_path: Path) -> None:
    """A real one: the file system of the folder has no room for the new day."""
    _build(config)
    before = tree(config.out)
    (config.digests / "2024-01-11.md").write_text(digest("2024-01-11", map(paper, range(50, 90))))
    script = (
        "import resource, signal, sys\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "from pathlib import Path\n"
        "from feedsvc.builder.build import build\n"
        "from feedsvc.config import Config\n"
        "from feedsvc.errors import BuildError\n"
        "from feedsvc.site.site import Site\n"
        "digests, out, index, url = sys.argv[1:]\n"
        "config = Config(digests=Path(digests), out=Path(out), index=Path(index), base_url=url)\n"
        "site = Site(config)\n"
        "site.refresh()\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))\n"
        "try:\n"
        "    build(site, config)\n"
        "except BuildError as error:\n"
        "    print(error)\n"
    )
    arguments = [str(config.digests), str(config.out), str(tmp_path / "other"), BASE_URL]
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=True
    )
    assert "the site can't be written: File too large" in done.stdout
    torn = tree(config.out)
    _build(config)
    after = tree(config.out)
    for name, content in torn.items():
        assert content in {before.get(name), after[name]}
    assert set(torn) <= set(after)


@pytest.mark.slow(reason="runs four builds at once")
def test_two_builds_into_one_folder_take_turns(config: Config, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "feedsvc", "build", "--base-url", BASE_URL]
    command += ["--digests", str(config.digests), "--out", str(config.out)]
    environment = {**os.environ, "FEEDSVC_INDEX": str(tmp_path / "shared.sqlite3")}
    builds = [
        subprocess.Popen(command, env=environment, cwd=tmp_path, stderr=subprocess.PIPE)
        for _ in range(4)
    ]
    said = [build.communicate()[1] for build in builds]
    assert [build.returncode for build in builds] == [0] * 4, said
    assert _build(config).written == 0


def _foreign_environments(tmp_path: Path) -> Iterator[dict[str, str]]:
    for number, (zone, locale, seed) in enumerate(
        [("Asia/Seoul", "C", "1"), ("America/St_Johns", "C.UTF-8", "2")]
    ):
        yield {
            "PATH": os.environ["PATH"],
            "HOME": str(tmp_path / f"home{number}"),
            "TZ": zone,
            "LC_ALL": locale,
            "PYTHONHASHSEED": seed,
            "FEEDSVC_OUT": str(tmp_path / f"out{number}"),
            "FEEDSVC_BASE_URL": BASE_URL,
        }


@pytest.mark.slow(reason="builds the whole site twice")
def test_two_machines_build_the_same_bytes(tmp_path: Path) -> None:
    trees = []
    for number, environment in enumerate(_foreign_environments(tmp_path)):
        copy = tmp_path / f"digests{number}"
        files = sorted(DIGESTS.rglob("*.md"), reverse=bool(number))
        for file in files:
            target = copy / file.relative_to(DIGESTS)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, target)
            os.utime(target, (number * 10**8, number * 10**9))
        environment["FEEDSVC_DIGESTS"] = str(copy)
        subprocess.run(
            [sys.executable, "-m", "feedsvc", "build"], env=environment, cwd=tmp_path, check=True
        )
        trees.append(tree(Path(environment["FEEDSVC_OUT"])))
    assert trees[0] == trees[1]
    assert len(trees[0]) > 80


def test_a_site_below_a_path_prefix_links_to_itself(config: Config, configure: Configure) -> None:
    prefixed = configure(digests=config.digests, base_url="https://example.org/papers/")
    _build(prefixed)
    feed = (prefixed.out / "feed.xml").read_text()
    assert '<link href="https://example.org/papers/feed.xml" rel="self"' in feed
    not_found = (prefixed.out / "404.html").read_text()
    assert 'href="/papers/style.css"' in not_found
    assert 'href="./style.css"' in (prefixed.out / "index.html").read_text()
    assert 'href="../style.css"' in (prefixed.out / "2024-01-01" / "index.html").read_text()


def test_a_build_may_write_encoded_neighbours(config: Config, configure: Configure) -> None:
    _build(config)
    plain = tree(config.out)
    packed = configure(digests=config.digests, precompress=True)
    report = _build(packed)
    found = tree(config.out)
    decoders = {
        ".gz": gzip.decompress,
        ".br": brotli.decompress,
        ".zst": lambda body: zstandard.ZstdDecompressor().decompressobj().decompress(body),
    }
    neighbours = {name for name in found if Path(name).suffix in decoders}
    assert {"feed.xml.gz", "2024-01-01/feed.xml.br", "all/feed.json.zst"} <= neighbours
    assert "icon.png.gz" not in neighbours
    assert report.written == len(neighbours)
    for name in neighbours:
        stem, _, suffix = name.rpartition(".")
        assert decoders[f".{suffix}"](found[name]) == plain[stem]
    assert _build(packed).written == 0
    # A server that sends these would otherwise send old ones for ever.
    assert _build(config).removed == len(neighbours)
    assert tree(config.out) == plain


def test_neighbours_follow_their_document(config: Config, configure: Configure) -> None:
    packed = configure(digests=config.digests, precompress=True)
    _build(packed)
    (config.digests / "2024-01-11.md").write_text(digest("2024-01-11", [paper(50)]))
    _build(packed)
    found = tree(config.out)
    assert gzip.decompress(found["feed.xml.gz"]) == found["feed.xml"]
    assert b"00050" in found["feed.xml"]
    (config.out / "rss.xml.gz").write_bytes(b"rubbish")
    (config.out / "feed.json.gz").unlink()
    assert _build(packed).written == 2
    assert tree(config.out) == found


def test_complete_feeds_are_left_out_of_large_archives(
    config: Config, configure: Configure, tmp_path: Path
) -> None:
    assert _build(config).papers_left_out == 0
    assert b"all/feed.xml" in tree(config.out)["all/index.html"]
    large = configure(digests=config.digests, all_size=19)
    report = _build(large)
    assert (report.papers_left_out, report.removed) == (20, 3)
    found = tree(config.out)
    assert {name for name in found if name.startswith("all/")} == {"all/index.html"}
    assert b"2024-01-01/" in found["all/index.html"]
    assert b"all/feed" not in b"".join(found.values())
    assert _build(configure(digests=config.digests, all_size=20)).papers_left_out == 0


@pytest.mark.parametrize("damage", ["changed", "touched", "gone", "a folder"])
def test_a_build_mends_what_somebody_did_to_the_folder(config: Config, damage: str) -> None:
    _build(config)
    before, target = tree(config.out), config.out / "2024-01-03" / "feed.xml"
    content = target.read_bytes()
    if damage == "changed":  # to the same size
        target.write_bytes(content.replace(b"Paper", b"Taper"))
    elif damage == "touched":
        os.utime(target, (0, 0))
    else:
        target.unlink()
        if damage == "a folder":
            target.mkdir()
    if damage == "a folder":
        with pytest.raises(BuildError, match="Is a directory"):
            _build(config)
        target.rmdir()
    report = _build(config)
    assert report.written == (0 if damage == "touched" else 1)
    assert tree(config.out) == before


@pytest.mark.parametrize(
    "stray",
    [
        "2024-01-03/feed.xml.gz",
        "2024-01-03/.feedsvc-0123456789abcdef.tmp",
        "all/rss.xml.br",
        "index.html.zst",
        "2019-01-01/feed.xml",
    ],
)
def test_what_another_build_left_where_nothing_changed_is_taken_away(
    config: Config, stray: str
) -> None:
    _build(config)
    before = tree(config.out)
    assert _build(config).written == 0
    (config.out / stray).parent.mkdir(exist_ok=True)
    (config.out / stray).write_text(f'<link rel="self" href="{BASE_URL}{stray}"/>')
    assert _build(config).written == 0
    assert tree(config.out) == before
    assert not (config.out / "2019-01-01").exists()


@pytest.mark.parametrize("name", ["1999-01-01", "1999-W01", "2024-01-08"])
def test_a_folder_of_others_stays_whatever_its_name(
    config: Config, tmp_path: Path, name: str
) -> None:
    theirs = {"feed.xml": b"<feed/>", "index.html": b"mine", "rss.xml.gz": b"mine"}
    folder = config.out / name
    folder.mkdir(parents=True)
    if name == "2024-01-08":  # the name of a place of ours: only what we don't write is theirs
        theirs = {"notes.txt": b"mine"}
    for file, content in theirs.items():
        (folder / file).write_bytes(content)
    _build(config)
    (config.digests / "2024-01-08.md").unlink()
    _build(config)
    assert tree(folder) == theirs


def test_a_link_among_the_folders_is_not_followed(config: Config, tmp_path: Path) -> None:
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    kept = {"feed.xml": f'<link href="{BASE_URL}1999-01-01/feed.xml"/>'.encode()}
    (theirs / "feed.xml").write_bytes(kept["feed.xml"])
    config.out.mkdir()
    (config.out / "1999-01-01").symlink_to(theirs)
    _build(config)
    assert tree(theirs) == kept
    (config.out / "2024-01-08" / "index.html").unlink()
    shutil.rmtree(config.out / "2024-01-08")
    (config.out / "2024-01-08").symlink_to(theirs)
    with pytest.raises(BuildError, match=r"2024-01-08.*it is a link, which may lead anywhere"):
        _build(config)
    assert tree(theirs) == kept


def test_encodings_go_where_only_a_page_is_left(config: Config, configure: Configure) -> None:
    """Else a server that prefers them would send the old page for ever."""
    large = configure(digests=config.digests, all_size=19, precompress=True)
    _build(large)
    assert (config.out / "all" / "index.html.gz").is_file()
    _build(configure(digests=config.digests, all_size=19))
    assert sorted(path.name for path in (config.out / "all").iterdir()) == ["index.html"]


def test_a_place_is_removed_even_if_the_index_was_lost(config: Config) -> None:
    _build(config)
    assert config.index
    config.index.unlink()
    (config.digests / "2024-01-08.md").unlink()
    _build(config)
    assert not (config.out / "2024-01-08").exists()


def test_a_manifest_outlives_a_change_of_all_the_rest(config: Config, configure: Configure) -> None:
    """So a place that went at the same time, with an address that is no longer ours, goes too."""
    _build(config)
    (config.digests / "2024-01-08.md").unlink()
    moved = configure(
        digests=config.digests,
        base_url="https://moved.example.org/",
        media_base="https://pictures.example.org/",
    )
    _build(moved)
    assert not (config.out / "2024-01-08").exists()


def test_a_manifest_is_found_from_a_new_index_in_the_cache(
    config: Config, configure: Configure, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    _build(configure(digests=config.digests, index=None))
    (config.digests / "2024-01-08.md").unlink()
    moved = "https://moved.example.org/"
    _build(configure(digests=config.digests, index=None, base_url=moved, media_base=moved))
    assert not (config.out / "2024-01-08").exists()


def test_a_folder_that_was_taken_away_is_written_again(config: Config) -> None:
    _build(config)
    before = tree(config.out)
    shutil.rmtree(config.out / "2024-01-03")
    assert _build(config).written == 4
    assert tree(config.out) == before


def test_a_build_without_its_notes_compares_and_writes_nothing(config: Config) -> None:
    _build(config)
    times = {path: path.stat().st_mtime_ns for path in config.out.rglob("*.*")}
    assert config.index
    config.index.unlink()
    assert _build(config).written == 0
    assert {path: path.stat().st_mtime_ns for path in config.out.rglob("*.*")} == times


def test_only_what_a_new_day_changes_is_written(config: Config) -> None:
    _build(config)
    before = tree(config.out)
    (config.digests / "2024-01-11.md").write_text(digest("2024-01-11", [paper(50)]))
    report = _build(config)
    after = tree(config.out)
    changed = {name for name, content in after.items() if before.get(name) != content}
    assert report.written == len(changed)
    # The day, its week and month, everything, the daily edition, how many papers a week brings, the
    # home, and the page that now leads to the day after.
    folders = {name.rpartition("/")[0] for name in changed}
    assert folders == {
        *("2024-01-11", "2024-W02", "2024-01", "all", "daily", "subscribe", "", "2024-01-10")
    }
    assert {name for name in changed if "2024-01-10" in name} == {"2024-01-10/index.html"}


SPREAD = """
import os, signal, sys
from pathlib import Path
from feedsvc.builder.build import build
from feedsvc.config import Config
from feedsvc.parallel.progress import parallel_map
from feedsvc.site.site import Site
digests, out, index, url, kills = sys.argv[1:]
config = Config(digests=Path(digests), out=Path(out), index=Path(index), base_url=url)
parent, processes = os.getpid(), set()

def recording(function, pieces, count, name):
    def work(piece):
        if kills == "yes" and os.getpid() != parent:
            os.kill(os.getpid(), signal.SIGKILL)
        return os.getpid(), function(piece)
    for process, result in parallel_map(work, pieces, count, name):
        processes.add(process)
        yield result

site = Site(config)
site.refresh(recording)
build(site, config, recording)
print("others" if processes - {parent} else "alone")
"""


@pytest.mark.slow(reason="starts builds on all processors")
@pytest.mark.parametrize(("kills", "who"), [("no", "others"), ("yes", "alone")])
def test_a_build_by_several_processes_writes_the_same_bytes(
    tmp_path: Path, configure: Configure, kills: str, who: str
) -> None:
    """Also where the system ends one of them, as it does when memory is short."""
    config = configure(digests=write_archive(tmp_path / "digests", days=60, papers=1))
    _build(config)
    out = tmp_path / "other"
    arguments = [str(config.digests), str(out), str(tmp_path / "other.sqlite3"), BASE_URL, kills]
    done = subprocess.run(
        [sys.executable, "-c", SPREAD, *arguments], capture_output=True, text=True, check=True
    )
    if len(os.sched_getaffinity(0)) > 1:
        assert done.stdout.strip() == who
    assert tree(out) == tree(config.out)


CHANGING = """
import sys
import time
from pathlib import Path
from feedsvc.builder.build import build
from feedsvc.config import Config
from feedsvc.parallel.progress import parallel_map
from feedsvc.site.site import Site
digests, out, index, url = sys.argv[1:]
config = Config(digests=Path(digests), out=Path(out), index=Path(index), base_url=url)

def changing(function, pieces, count, name):
    for number, result in enumerate(parallel_map(function, pieces, count, name)):
        if number == 3:
            day = Path(digests) / "2024-01-05.md"
            day.write_text(day.read_text().replace("Paper", "Other"))
            Site(config).refresh()
        yield result

site = Site(config)
site.refresh()
build(site, config, changing)
"""


@pytest.mark.slow(reason="starts a build on all processors")
def test_a_build_shows_the_state_that_it_began_with(tmp_path: Path, configure: Configure) -> None:
    """Whatever comes meanwhile, and in however many processes it is written."""
    config = configure(digests=write_archive(tmp_path / "digests", days=60, papers=1))
    _build(config)
    out = tmp_path / "other"
    arguments = [str(config.digests), str(out), str(tmp_path / "other.sqlite3"), BASE_URL]
    subprocess.run([sys.executable, "-c", CHANGING, *arguments], check=True)
    assert tree(out) == tree(config.out)
    _build(config)
    assert b"Other" in tree(config.out)["2024-01-05/feed.xml"]


def _processes_of(index: Path) -> list[int]:
    """The processes that have an index open, or that are forks of one that has."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if str(index).encode() in (process / "environ").read_bytes():
                found.append(int(process.name))
    return found


@pytest.mark.slow(reason="ends builds of 4,000 papers")
@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="needs /proc")
@pytest.mark.parametrize("signal_", [signal.SIGTERM, signal.SIGKILL, signal.SIGINT])
def test_a_build_that_is_ended_leaves_no_process_behind(
    tmp_path: Path, signal_: signal.Signals
) -> None:
    digests = write_archive(tmp_path / "digests", days=400, papers=10)
    index = tmp_path / "ended.sqlite3"
    command = [sys.executable, "-m", "feedsvc", "build", "--out", str(tmp_path / "ended")]
    build = subprocess.Popen(
        [*command, "--digests", str(digests)],
        env={**os.environ, "FEEDSVC_INDEX": str(index)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=tmp_path,
    )
    until(lambda: len(_processes_of(index)) >= 2 or build.poll() is not None)
    assert len(_processes_of(index)) >= 2 or len(os.sched_getaffinity(0)) == 1
    time.sleep(0.3)  # until they are at work
    build.send_signal(signal_)
    build.wait(timeout=60)
    assert until(lambda: not _processes_of(index))
