"""Digests from a bucket of a real store: any number of machines, one source."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from feedsvc.errors import FolderError, StaleError
from feedsvc.storage.bucket import NEW, Headers
from feedsvc.storage.keys import sort_keys
from feedsvc.storage.mirror import Mirror
from tests.support.archive import digest, paper
from tests.support.folders import tree
from tests.support.project import environment
from tests.support.publishing import Place
from tests.support.seaweed import SECRET, Answer, Fault, Forward, Gate, Store, lying, refused
from tests.support.server import Server
from tests.support.waiting import until

ENDINGS = [".md", ".html"]
MARKDOWN = Headers("text/markdown", "no-store")


def _put(place: Place, **digests: str) -> None:
    """Writes digests, by their names without the ending, in place of what is there."""
    bucket = place.bucket()
    for name, text in digests.items():
        there = bucket.read(f"{name}.md")
        version = there.version if there else NEW
        bucket.put(f"{name}.md", text.encode(), MARKDOWN, version)


def _mirror(place: Place, folder: Path, **more: object) -> Mirror:
    return Mirror(place.address, folder / "digests", ENDINGS, **more)  # type: ignore[arg-type]


def _here(folder: Path) -> dict[str, bytes]:
    return tree(folder / "digests")


def test_a_folder_shows_what_is_in_the_bucket_and_fetches_only_what_changed(
    place: Place, gate: Gate, tmp_path: Path
) -> None:
    _put(place, a="one", b="two", **{"2024/c": "three"})
    place.bucket().put("picture.png", b"x", Headers("image/png", "no-store"), NEW)
    mirror = _mirror(place, tmp_path)
    mirror.refresh()
    assert _here(tmp_path) == {"a.md": b"one", "b.md": b"two", "2024/c.md": b"three"}
    _put(place, b="another")
    list(place.bucket().delete(["2024/c.md"]))
    gate.forget()
    mirror.refresh()
    assert _here(tmp_path) == {"a.md": b"one", "b.md": b"another"}
    assert not (tmp_path / "digests" / "2024").exists()
    assert len([call for call in gate.calls if call.split("?")[0].endswith(".md")]) == 1
    gate.forget()
    mirror.refresh()
    assert len(gate.calls) == 1


def test_processes_of_a_machine_list_the_bucket_once_in_an_interval(
    place: Place, gate: Gate, tmp_path: Path
) -> None:
    _put(place, a="one")
    _mirror(place, tmp_path).refresh(60)
    gate.forget()
    _mirror(place, tmp_path).refresh(60)
    assert not gate.calls


def test_a_file_that_becomes_a_folder_and_back_is_followed(
    store: Store, gate: Gate, tmp_path: Path
) -> None:
    for name in ("a", "a.md/b", "a"):
        place = Place(store)
        _put(place, **{name: name})
        _mirror(place, tmp_path).refresh()
        assert _here(tmp_path) == {f"{name}.md": name.encode()}


def test_what_is_removed_or_changed_here_comes_back(place: Place, tmp_path: Path) -> None:
    _put(place, a="one")
    mirror = _mirror(place, tmp_path)
    mirror.refresh()
    (tmp_path / "digests" / "a.md").unlink()
    (tmp_path / "digests" / "stray.md").write_text("stray")
    mirror.refresh()
    assert _here(tmp_path) == {"a.md": b"one"}


def test_large_objects_and_folders_left_out_are_not_fetched(
    place: Place, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    _put(place, a="one", b="x" * 100, **{"notes/c": "three"})
    mirror = _mirror(place, tmp_path, leave_out={"notes"}, largest_file=50)
    mirror.refresh()
    mirror.refresh()
    assert _here(tmp_path) == {"a.md": b"one"}
    (record,) = caplog.records
    assert "b.md is left out: it has more than 50 bytes" in record.getMessage()


FAULTS: dict[str, Fault] = {
    "503": refused(503, "SlowDown"),
    "403": refused(403, "AccessDenied"),
    "an expired key": refused(400, "ExpiredToken"),
    "silence": lambda _: None,
}


@pytest.mark.parametrize("call", [0, 1, 2])
@pytest.mark.parametrize("name", FAULTS)
def test_while_the_bucket_cant_be_read_the_last_state_stays(
    place: Place, gate: Gate, tmp_path: Path, name: str, call: int
) -> None:
    mirror = _mirror(place, tmp_path)
    gate.always = FAULTS[name]
    with pytest.raises(FolderError, match="no digests of it here yet"):
        mirror.refresh()
    gate.forget()
    _put(place, a="one", b="two")
    mirror.refresh()
    _put(place, a="1", c="3")
    list(place.bucket().delete(["b.md"]))
    gate.forget()
    gate.faults = dict.fromkeys(range(call, 50), FAULTS[name])
    said = set()
    for _ in range(2):
        gate.calls.clear()
        with pytest.raises(StaleError) as failure:
            mirror.refresh()
        said.add(str(failure.value))
        assert _here(tmp_path) == {"a.md": b"one", "b.md": b"two"}
    assert SECRET not in str(said)
    assert len(said) == 1
    gate.forget()
    mirror.refresh()
    assert _here(tmp_path) == {"a.md": b"1", "c.md": b"3"}


def test_a_lying_etag_costs_a_download_and_no_digest(
    place: Place, gate: Gate, tmp_path: Path
) -> None:
    _put(place, a="one")
    mirror = _mirror(place, tmp_path)
    gate.always = lying
    mirror.refresh()
    gate.forget()
    _put(place, a="two")
    mirror.refresh()
    assert _here(tmp_path) == {"a.md": b"two"}


def _listing(*keys: str) -> Fault:
    """A list that also has these keys, as a store or somebody in between may write it."""

    def fault(forward: Forward) -> Answer:
        answer = forward()
        added = "".join(
            f"<Contents><Key>{key}</Key><Size>1</Size><ETag>&quot;1&quot;</ETag>"
            "<LastModified>2024-01-01T00:00:00Z</LastModified></Contents>"
            for key in keys
        )
        if b"</ListBucketResult>" in answer.body:
            answer.body = answer.body.replace(
                b"</ListBucketResult>", f"{added}</ListBucketResult>".encode()
            )
        return answer

    return fault


@pytest.mark.parametrize(
    "key",
    [
        *("../up.md", "../../up.md", "x/../../up.md", "./up.md", "a//b.md", "/etc/up.md"),
        *("..\\up.md", "C:\\up.md", "up&#10;.md", "up.md/", "x" * 300 + ".md", "a.md/b.md"),
    ],
)
def test_odd_keys_never_leave_the_folder(
    place: Place, gate: Gate, tmp_path: Path, key: str
) -> None:
    _put(place, a="one")
    inner = tmp_path / "inner"
    mirror = _mirror(place, inner)
    gate.always = _listing(f"{place.prefix}/{key}")
    try:
        mirror.refresh()
    except FolderError as error:
        told = str(error)
        assert "has a name that can't be used" in told, told
    else:
        assert _here(inner) == {"a.md": b"one"}
    assert {path.name for path in tmp_path.iterdir()} == {"inner"}
    assert {path.name for path in inner.iterdir()} <= {"digests", "digests.json", "digests.new"}


@given(
    st.lists(
        st.text(st.sampled_from("aA./\\ü\0 \n"), max_size=8).map(lambda key: key + ".md"),
        unique=True,
    )
)
@example(["../a.md", "a/../../a.md", "/a.md", "a//a.md", "./a.md", "a\\..\\a.md"])
@example(["a.md", "A.md", "a.md/a.md", "a.MD/b.md"])
def test_usable_keys_are_paths_inside_the_folder_and_in_nobodys_way(keys: list[str]) -> None:
    usable, left_out = sort_keys(keys, ENDINGS, ())
    root = Path("/root/of/all")
    files = [Path(os.path.normpath(root / key)) for key in usable]
    assert all(file.is_relative_to(root) for file in files)
    folded = [str(file).casefold() for file in files]
    assert len({*folded}) == len(folded)
    folders = {str(parent).casefold() for file in files for parent in file.parents}
    assert not folders & {*folded}
    assert not {*usable} & left_out.keys()


def _days(server: Server) -> str:
    return server.get("/feed.json")[2].decode()


@pytest.mark.slow(reason="starts servers")
def test_servers_on_several_machines_show_one_bucket_also_while_it_is_away(
    place: Place, gate: Gate, tmp_path: Path
) -> None:
    _put(place, a=digest("2024-01-02", [paper(1)]))
    servers = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        servers.append(_server(place, tmp_path / name, "--workers", "2"))
    try:
        assert all("Paper 1" in _days(server) for server in servers)
        _put(place, b=digest("2024-01-03", [paper(2)]))
        assert all(until(lambda each=each: "Paper 2" in _days(each)) for each in servers)
        gate.always = refused(403, "AccessDenied")
        assert all(until(lambda each=each: _status(each) == "stale") for each in servers)
        assert all("Paper 2" in _days(server) for server in servers)
        servers.append(_server(place, tmp_path / "one", index="again.sqlite3"))
        assert "Paper 2" in _days(servers[-1])
        assert until(lambda: _status(servers[-1]) == "stale")
        gate.forget()
        _put(place, c=digest("2024-01-04", [paper(3)]))
        assert all(until(lambda each=each: "Paper 3" in _days(each)) for each in servers)
        assert until(lambda: _status(servers[-1]) == "ok")
    finally:
        for server in servers:
            server.stop()
    log = servers[-1].log.read_text()
    assert log.count("the store answered 403 AccessDenied") == 2  # at the start, and by its worker
    assert log.count("can be read again") == 1
    assert SECRET not in log


def _server(place: Place, folder: Path, *flags: str, index: str = "served.sqlite3") -> Server:
    return Server(
        place.address,  # type: ignore[arg-type]
        folder,
        *flags,
        FEEDSVC_INDEX=str(folder / index),
    )


def _status(server: Server) -> str:
    return str(json.loads(server.get("/healthz")[2])["status"])


def _feedsvc(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "feedsvc", *words],
        env=environment(FEEDSVC_INDEX=str(folder / "index.sqlite3"), FEEDSVC_BASE_URL="https://x/"),
        capture_output=True,
        text=True,
        check=False,
    )


def test_commands_read_digests_from_a_bucket(place: Place, gate: Gate, tmp_path: Path) -> None:
    _put(place, a=digest("2024-01-02", [paper(1)]), b=digest("2024-01-03", [paper(2)]))
    site = Place(place.store)
    flags = ("--digests", str(place.address))
    checked = _feedsvc(tmp_path, "check", *flags)
    assert "2 days, 2 papers, 0 errors, 0 warnings" in checked.stdout
    assert "Paper 2" in _feedsvc(tmp_path, "show", *flags, "/2024-01-03/feed.json").stdout
    built = _feedsvc(tmp_path, "build", *flags, "--out", str(site.address))
    assert "objects uploaded, 0 unchanged" in built.stdout, built.stderr
    assert "2024-01-03/index.html" in site.tree()
    refusal = _feedsvc(tmp_path, "new", *flags)
    assert "a digest is begun in a folder" in refusal.stderr
    gate.always = refused(403, "AccessDenied")
    for command in ("check", "build"):
        failed = _feedsvc(tmp_path, command, *flags)
        assert failed.returncode == 1
        assert "403 AccessDenied" in failed.stderr
        assert "The digests stay as they were at" in failed.stderr
