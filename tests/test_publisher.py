"""A site in a bucket, of a real store: what is uploaded, in which order, and what goes wrong."""

from __future__ import annotations

import gzip
import shutil
from datetime import date
from pathlib import Path

import pytest

from feedsvc.errors import BuildError, ConflictError
from feedsvc.publisher.claim import Lease
from feedsvc.publisher.note import NOTE, NOTE_HEADERS, Note, Publisher, note_bytes
from feedsvc.publisher.publish import Published
from feedsvc.storage.bucket import NEW, PATIENT, Headers
from tests.support.archive import digest, paper
from tests.support.folders import tree
from tests.support.publishing import Place, build_site
from tests.support.seaweed import (
    Answer,
    Forward,
    Gate,
)


def test_a_bucket_holds_the_site_and_nothing_is_uploaded_twice(
    place: Place, gate: Gate, old: Path, new: Path
) -> None:
    first = place.publish(old)
    assert place.tree() == tree(old)
    assert first == Published(len(tree(old)), 0, 0)
    gate.forget()
    assert place.publish(old) == Published(0, len(tree(old)), 0)
    assert not [call for call in gate.calls if not call.startswith("GET")]
    after = place.publish(new)
    assert place.tree() == tree(new)
    changed = {path for path, content in tree(new).items() if tree(old).get(path) != content}
    assert (after.uploaded, after.deleted) == (len(changed), len(tree(old).keys() - tree(new)))


def test_objects_have_the_headers_that_a_server_sends(place: Place, old: Path) -> None:
    place.publish(old)
    expected = {
        "index.html": ("text/html; charset=utf-8", 300),
        "2024-01-05/index.html": ("text/html; charset=utf-8", 86400),
        "2024-01-05/feed.xml": ("application/atom+xml; charset=utf-8", 86400),
        "2024-W01/rss.xml": ("application/rss+xml; charset=utf-8", 86400),
        "2024-01/index.html": ("text/html; charset=utf-8", 86400),
        "feed.json": ("application/feed+json", 300),
        "atom": ("application/atom+xml; charset=utf-8", 300),
        "opml.xml": ("text/x-opml; charset=utf-8", 300),
        "style.css": ("text/css; charset=utf-8", 300),
        "icon.png": ("image/png", 300),
    }
    for path, (type_, seconds) in expected.items():
        headers, _ = place.store.get(f"{place.prefix}/{path}")
        assert headers["content-type"] == type_, path
        assert headers["cache-control"] == f"public, max-age={seconds}", path
        assert "content-encoding" not in headers


def test_a_day_that_is_past_gets_its_longer_life_once(place: Place, old: Path) -> None:
    place.publish(old, today=date(2024, 1, 6))
    settled = place.publish(old, today=date(2024, 1, 7))
    assert settled.uploaded == len([path for path in tree(old) if path.startswith("2024-01-05/")])
    assert place.publish(old, today=date(2024, 1, 7)).uploaded == 0


def test_objects_are_compressed_where_that_is_set(place: Place, old: Path) -> None:
    place.publish(old)
    plain = place.tree()
    place.publish(old, gzips=True)
    for path, content in plain.items():
        headers, body = place.store.get(f"{place.prefix}/{path}")
        is_long = len(content) >= 1024 and path != "icon.png"
        assert headers.get("content-encoding") == ("gzip" if is_long else None), path
        assert (gzip.decompress(body) if is_long else body) == content
    assert place.publish(old, gzips=True).uploaded == 0


def test_what_is_new_comes_before_what_leads_to_it_and_deletes_come_last(
    place: Place, gate: Gate, old: Path, new: Path
) -> None:
    place.publish(old)
    gate.forget()
    place.publish(new)
    writes = [call.split(f"{place.prefix}/")[-1] for call in gate.calls if call[:3] == "PUT"]
    order = [path for path in writes if path != NOTE]
    first_changed = next(at for at, path in enumerate(order) if path in tree(old))
    assert not [path for path in order[first_changed:] if path not in tree(old)]
    changed = order[first_changed:]
    turns = [
        0 if path.startswith("2024-01-") else 1 if path.startswith("2024-") else 2
        for path in changed
    ]
    assert turns == sorted(turns)
    assert set(turns) == {0, 1, 2}
    deletes = [at for at, call in enumerate(gate.calls) if call[:4] in {"POST", "DELE"}]
    assert deletes
    assert min(deletes) > max(
        at for at, call in enumerate(gate.calls) if call[:3] == "PUT" and NOTE not in call
    )


def test_a_lost_note_is_made_again_and_old_objects_are_found_without_it(
    place: Place, old: Path, new: Path
) -> None:
    place.publish(old)
    stranger = {"CNAME": b"papers.example.org", "1999-01-01/index.html": b"my own page"}
    for path, content in stranger.items():
        place.bucket().put(path, content, Headers("text/plain", "no-store"), NEW)
    list(place.bucket().delete([NOTE]))
    assert place.publish(old) == Published(0, len(tree(old)), 0)
    assert place.note().objects.keys() == tree(old).keys()
    list(place.bucket().delete([NOTE]))
    assert place.publish(new).deleted == len(tree(old).keys() - tree(new))
    assert place.tree() == tree(new) | stranger


@pytest.mark.parametrize("damaged", [b"", b"{", b"[]", b'{"format": 99, "objects": 3}'])
def test_a_damaged_note_is_as_good_as_none(place: Place, old: Path, damaged: bytes) -> None:
    place.publish(old)
    stored = place.bucket().read(NOTE)
    assert stored
    place.bucket().put(NOTE, damaged, NOTE_HEADERS, stored.version)
    assert place.publish(old) == Published(0, len(tree(old)), 0)
    assert place.note().objects.keys() == tree(old).keys()


def test_what_others_change_is_put_right(place: Place, old: Path) -> None:
    place.publish(old)
    page = place.bucket().read("index.html")
    assert page
    place.bucket().put("index.html", b"defaced", Headers("text/html", "no-store"), page.version)
    list(place.bucket().delete(["feed.xml"]))
    assert place.publish(old).uploaded == 2
    assert place.tree() == tree(old)


def test_a_site_of_no_papers_replaces_none_that_has_some(
    place: Place, old: Path, tmp_path: Path
) -> None:
    place.publish(old)
    empty = build_site(tmp_path, {})
    with pytest.raises(BuildError, match="no papers"):
        place.publish(empty)
    assert place.tree() == tree(old)
    place.publish(empty, may_become_empty=True)
    assert place.tree() == tree(empty)


def test_a_store_that_compares_bare_etags_takes_updates(
    place: Place, gate: Gate, old: Path, new: Path
) -> None:
    gate.compares_bare_etags = True
    place.publish(old)
    place.publish(new)
    assert place.tree() == tree(new)


def test_a_store_without_conditions_is_warned_of(
    place: Place, old: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_CONDITIONAL_PUT", "disabled")
    assert not place.publish(old).is_guarded
    assert place.tree() == tree(old)
    assert place.publish(old).uploaded == 0


def test_the_site_of_each_language_is_published(place: Place, tmp_path: Path) -> None:
    site = build_site(
        tmp_path,
        {
            "2024-01-02.ko.md": digest("2024-01-02", [paper(1)]),
            "2024-01-02.en.md": digest("2024-01-02", [paper(1, "A summary.")]),
        },
        languages="ko, en",
    )
    place.publish(site)
    assert place.tree() == tree(site)
    assert "en/2024-01-02/index.html" in place.tree()
    headers, _ = place.store.get(f"{place.prefix}/en/2024-01-02/rss.xml")
    assert headers["content-type"] == "application/rss+xml; charset=utf-8"
    list(place.bucket().delete([NOTE]))
    shutil.rmtree(site / "en" / "2024-01-02")
    assert place.publish(site).deleted
    assert place.tree() == tree(site)


def test_a_second_publisher_is_told_of_the_first(
    place: Place, gate: Gate, old: Path, new: Path
) -> None:
    """The second one begins in the middle of the first one's work, which goes on."""
    place.publish(old)
    gate.forget()
    refusals: list[ConflictError] = []

    def second(forward: Forward) -> Answer:
        with pytest.raises(ConflictError) as refusal:
            place.publish(old, "another", lease=Lease(beat=0.2, silence=5))
        refusals.append(refusal.value)
        return forward()

    gate.faults[10] = second
    place.publish(new, lease=Lease(beat=0.05, silence=5))
    assert place.tree() == tree(new)
    (refusal,) = refusals
    assert "another publisher is at work" in str(refusal)


def test_who_is_silent_for_long_is_taken_for_dead(place: Place, old: Path, new: Path) -> None:
    place.publish(old)
    stored = place.bucket().read(NOTE)
    assert stored
    dead = Note(publisher=Publisher("other", "2024-01-01T00:00:00+00:00"))
    place.bucket().put(NOTE, note_bytes(dead), NOTE_HEADERS, stored.version)
    told: list[str] = []
    place.publish(new, tell=told.append)
    assert "another publisher began at 2024-01-01T00:00:00+00:00" in told[0]
    assert place.tree() == tree(new)
    assert place.note().publisher is None


def test_who_comes_back_from_the_dead_overwrites_nobody(
    place: Place, gate: Gate, old: Path, new: Path, newest: Path
) -> None:
    """A publisher sleeps for longer than it may, in the middle; another one has taken over."""
    place.publish(old)
    gate.forget()

    def sleeps(forward: Forward) -> Answer:
        place.publish(new, "another")
        return forward()

    gate.faults[5] = sleeps
    with pytest.raises(ConflictError):
        place.publish(newest, "sleeper", lease=Lease(beat=60, silence=60), patience=PATIENT)
    assert place.tree() == tree(new)
