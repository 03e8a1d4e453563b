"""Whatever goes wrong at whichever call of a publish, readers find the old or the new site.

And the next publisher uploads what is missing, no more.
"""

from __future__ import annotations

import multiprocessing
import re
import signal
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from multiprocessing.process import BaseProcess
from pathlib import Path
from posixpath import dirname, join, normpath

import pytest

from feedsvc.errors import StorageError
from tests.support.folders import Tree, tree
from tests.support.project import BASE_URL
from tests.support.publishing import Place, publish_to
from tests.support.seaweed import (
    SECRET,
    Answer,
    Fault,
    Forward,
    Gate,
    Store,
    lying,
    refused,
    silent,
)

MATRIX = pytest.mark.slow(reason="publishes a site once for each call that publishing takes")

CALLS_TRIED = 6

_LINK = re.compile(
    rb"""(?:href|src)=["']([^"'#?]+)|"(?:url|home_page_url|feed_url)": ?"([^"#?]+)"""
)
_SKIPPED = re.compile(r"^(?:mailto:|data:)|\.png$")


def _links(path: str, content: bytes) -> Iterator[str]:
    """The keys that a document leads to."""
    if not path.endswith((".html", ".xml", ".json")):
        return
    for found in _LINK.finditer(content):
        link = (found[1] or found[2]).decode()
        if link.startswith(BASE_URL):
            target = link.removeprefix(BASE_URL)
        elif "://" in link or _SKIPPED.search(link):
            continue
        else:
            target = normpath(join(dirname(path), link)) + ("/" if link.endswith("/") else "")
        target = target.removeprefix("./").removeprefix("/")
        yield f"{target}index.html" if target.endswith("/") or not target else target


def _dead_ends(bucket: Tree) -> set[str]:
    """The links to what isn't there, in all that a reader finds who begins at the home page."""
    waiting, seen, dead = ["index.html", "feed.xml"], set[str](), set[str]()
    while waiting:
        path = waiting.pop()
        if path in seen or path == ".":
            continue
        seen.add(path)
        if path in bucket:
            waiting += _links(path, bucket[path])
        else:
            dead.add(path)
    return dead - (set() if "index.html" in bucket else {"index.html", "feed.xml"})


def _check(place: Place, before: Tree, after: Path) -> None:
    """The bucket is the old or the new site, and becomes the new one with what is missing."""
    found, wanted = place.tree(), tree(after)
    for path, content in found.items():
        assert content in {before.get(path), wanted.get(path)}, path
    if found.keys() >= {"index.html"}:
        assert not _dead_ends(found)
    missing = {path for path, content in wanted.items() if found.get(path) != content}
    repaired = place.publish(after)
    assert place.tree() == wanted
    assert repaired.uploaded == len(missing)
    assert place.publish(after).uploaded == 0
    assert place.note().objects.keys() == wanted.keys()


def test_the_check_of_links_sees_a_dead_end(old: Path, new: Path) -> None:
    assert not _dead_ends(tree(old))
    assert not _dead_ends(tree(new))
    assert _dead_ends(tree(new) | {"index.html": tree(old)["index.html"]})
    without = {path: body for path, body in tree(new).items() if path != "2024-01-09/index.html"}
    assert _dead_ends(without) == {"2024-01-09/index.html"}


def _said(publish: Callable[[], object]) -> str:
    """What is said where a publish fails."""
    try:
        publish()
    except StorageError as error:
        return str(error)
    return ""


def _calls(place: Place, gate: Gate, before: Path | None, after: Path) -> int:
    """How many calls a publish takes."""
    if before:
        place.publish(before)
    gate.forget()
    place.publish(after)
    return len(gate.calls)


def _chosen(number: int, request: pytest.FixtureRequest) -> list[int]:
    """The calls that are tried: others for each test, or with --every-call each."""
    if request.config.getoption("every_call"):
        return [*range(number)]
    step = number // CALLS_TRIED
    return [*range(zlib.crc32(request.node.name.encode()) % step, number, step)]


FAULTS: dict[str, Callable[[], Fault]] = {
    "503": lambda: refused(503, "SlowDown"),
    "503 although it is done": lambda: refused(503, "SlowDown", is_done=True),
    "403": lambda: refused(403, "AccessDenied"),
    "an expired key": lambda: refused(400, "ExpiredToken"),
    "silence": lambda: silent(1.2),
    "silence although it is done": lambda: silent(1.2, is_done=True),
    "a lying ETag": lambda: lying,
}


@MATRIX
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("is_for_good", [False, True], ids=["once", "from then on"])
@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_at_any_call_leaves_the_old_or_the_new_site(
    store: Store,
    gate: Gate,
    old: Path,
    new: Path,
    name: str,
    is_for_good: bool,
    request: pytest.FixtureRequest,
) -> None:
    number = _calls(Place(store), gate, old, new)
    for at in _chosen(number, request):
        place = Place(store)
        place.publish(old)
        gate.forget()
        for call in range(at, 3 * number) if is_for_good else [at]:
            gate.faults[call] = FAULTS[name]()
        said = _said(partial(place.publish, new))
        assert SECRET not in said
        assert not said or said.startswith(f"{place.address}: ")
        gate.forget()
        gate.settle()
        _check(place, tree(old), new)


@MATRIX
@pytest.mark.timeout(1800)
def test_a_first_publish_that_fails_has_no_home_page_that_leads_nowhere(
    store: Store, gate: Gate, new: Path, request: pytest.FixtureRequest
) -> None:
    number = _calls(Place(store), gate, None, new)
    for at in _chosen(number, request):
        place = Place(store)
        gate.forget()
        for call in range(at, 3 * number):
            gate.faults[call] = refused(403, "AccessDenied")
        said = _said(partial(place.publish, new))
        assert "403 AccessDenied" in said
        gate.forget()
        gate.settle()
        _check(place, {}, new)


@MATRIX
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("is_done", [False, True], ids=["before it is done", "after it is done"])
def test_a_publisher_that_is_killed_at_any_call_leaves_the_old_or_the_new_site(
    store: Store, gate: Gate, old: Path, new: Path, is_done: bool, request: pytest.FixtureRequest
) -> None:
    number = _calls(Place(store), gate, old, new)
    for at in _chosen(number, request):
        place = Place(store)
        place.publish(old)
        gate.forget()
        publisher = multiprocessing.get_context("spawn").Process(
            target=publish_to, args=(place.prefix, new)
        )

        def kill(forward: Forward, publisher: BaseProcess = publisher) -> Answer | None:
            if is_done:
                forward()
            publisher.kill()
            return None

        gate.faults[at] = kill
        publisher.start()
        publisher.join()
        assert publisher.exitcode == -signal.SIGKILL
        gate.forget()
        gate.settle()
        _check(place, tree(old), new)
