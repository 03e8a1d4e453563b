"""Conditional requests, encodings, methods, redirects and errors of the Flask app."""

from __future__ import annotations

import gzip
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from urllib.parse import urljoin

import brotli
import pytest
import zstandard
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families
from werkzeug.http import http_date

from feedsvc import __version__
from feedsvc.config import Config
from feedsvc.model import Document
from feedsvc.site.site import Site
from feedsvc.web.app import create_app
from feedsvc.web.responses import PreparedDocument
from tests.support.archive import digest, paper, write_archive
from tests.support.client import get
from tests.support.project import BASE_URL, Configure
from tests.support.waiting import until


@pytest.mark.parametrize(
    "form",
    [
        '"{tag}"',
        'W/"{tag}"',
        '"other", W/"{tag}"',
        "*",
        '"{tag}-gzip"',
        'W/"{tag}-gzip"',
        '"{tag};gzip"',
        '"{tag}.gz"',
    ],
)
def test_a_known_tag_is_answered_with_304(client: FlaskClient, form: str) -> None:
    tag = get(client).headers["ETag"].strip('"')
    response = get(client, If_None_Match=form.format(tag=tag))
    assert response.status_code == 304
    assert response.data == b""


def test_a_304_to_a_proxy_names_the_tag_that_the_proxy_knows(client: FlaskClient) -> None:
    tag = get(client).headers["ETag"]
    proxied = tag[:-1] + '-gzip"'
    response = get(client, If_None_Match=proxied, Accept_Encoding="gzip")
    assert (response.status_code, response.headers["ETag"]) == (304, tag)


@pytest.mark.parametrize("form", ['"other"', "", "{tag}x", '"', '"{tag}x"', 'W/"x-gzip"', "\x07"])
def test_other_tags_are_answered_whole(client: FlaskClient, form: str) -> None:
    response = get(client)
    tag = response.headers["ETag"].strip('"')
    modified = response.headers["Last-Modified"]
    # The tag decides, even where the time would not (RFC 9110 section 13.2.2).
    again = get(client, If_None_Match=form.format(tag=tag), If_Modified_Since=modified)
    assert again.status_code == 200


@pytest.mark.parametrize(
    ("since", "status"),
    [
        ("Mon, 01 Jan 2001 00:00:00 GMT", 200),
        ("Mon, 01 Jan 2091 00:00:00 GMT", 304),
        ("rubbish", 200),
        ("0", 200),
    ],
)
def test_a_time_is_compared_by_age(client: FlaskClient, since: str, status: int) -> None:
    assert get(client, If_Modified_Since=since).status_code == status


def test_a_clock_that_was_ahead_leaves_no_time_to_come(tmp_path: Path) -> None:
    digests = write_archive(tmp_path / "digests", days=1, papers=1)
    config = Config(digests=digests, index=tmp_path / "index.sqlite3", base_url=BASE_URL)
    Site(config).refresh()
    tomorrow = time.time() + 86_400
    with closing(sqlite3.connect(tmp_path / "index.sqlite3")) as index, index:
        index.execute("UPDATE state SET changed = ?", (int(tomorrow),))
    client = create_app(config).test_client()
    modified = get(client).last_modified
    assert modified is not None
    assert modified.timestamp() <= time.time()
    # Nor does the client that was told so miss what changes before that time.
    since = http_date(modified)
    assert get(client, If_Modified_Since=since).status_code == 200


def test_a_time_that_was_still_to_come_is_told_when_it_has_come() -> None:
    """As of an archive that changes twice within a second."""
    changed = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=1)
    prepared = PreparedDocument(Document("/x", "text/plain", (b"x",), "x", changed), changed.date())
    assert dict(prepared.response({}).headers)["Last-Modified"] != http_date(changed)
    assert until(lambda: datetime.now(UTC) > changed)
    assert dict(prepared.response({}).headers)["Last-Modified"] == http_date(changed)
    known = {"HTTP_IF_MODIFIED_SINCE": http_date(changed)}
    assert prepared.response(known).status == "304 Not Modified"


@pytest.mark.parametrize(
    ("accepted", "coding", "decode"),
    [
        ("gzip", "gzip", gzip.decompress),
        ("br", "br", brotli.decompress),
        ("zstd", "zstd", lambda body: zstandard.ZstdDecompressor().decompress(body)),
        ("gzip, deflate, br, zstd", "br", brotli.decompress),
        ("br;q=0.1, gzip;q=0.9", "gzip", gzip.decompress),
        ("*", "br", brotli.decompress),
        ("", None, bytes),
        ("identity", None, bytes),
        ("br;q=0, gzip;q=0", None, bytes),
        ("identity;q=1, gzip;q=0.5", None, bytes),
        ("rubbish;;q=x,,", None, bytes),
    ],
)
def test_a_client_gets_the_encoding_it_likes_best(
    client: FlaskClient, accepted: str, coding: str | None, decode: Callable[[bytes], bytes]
) -> None:
    response = get(client, Accept_Encoding=accepted)
    assert response.headers.get("Content-Encoding") == coding
    assert decode(response.data) == get(client).data
    assert response.headers["Vary"] == "Accept-Encoding, A-IM"


def test_each_encoding_has_a_tag_of_its_own(client: FlaskClient) -> None:
    tags = {
        get(client, Accept_Encoding=coding).headers["ETag"]
        for coding in ("identity", "gzip", "br", "zstd")
    }
    assert len(tags) == 4


@pytest.mark.parametrize("path", ["/feed.xml", "/", "/2024-11-18/", "/nowhere", "/atom.xml"])
def test_head_has_the_headers_ofget(client: FlaskClient, path: str) -> None:
    get, head = client.get(path), client.head(path)
    assert head.data == b""
    assert (head.status_code, dict(head.headers)) == (get.status_code, dict(get.headers))


@pytest.mark.parametrize(
    ("path", "location"),
    [
        ("/atom.xml", "feed.xml"),
        ("/index.xml", "feed.xml"),
        ("/feed", "feed.xml"),
        ("/feed/", "../feed.xml"),
        ("/rss", "rss.xml"),
        ("/RSS", "rss.xml"),
        ("/2024-11-18", "2024-11-18/"),
        ("/2024-W47", "2024-W47/"),
        ("/all", "all/"),
        ("/2024-11-18/feed/", "../feed.xml"),
    ],
)
def test_what_readers_try_leads_to_the_document(
    client: FlaskClient, path: str, location: str
) -> None:
    response = client.get(path)
    assert (response.status_code, response.headers["Location"]) == (301, location)
    assert client.get(urljoin(path, location)).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        *("/nowhere", "/2024-02-30/", "/2024-11-19/", "/2023-W47/", "/20241118/", "/2024-W47-1/"),
        *(
            "/..%2fetc",
            "/%00",
            "/%ff",
            "/a//b",
            "/2024-11-18//",
            "/.//evil.example/",
            "/feed.xml/x",
        ),
        *("/evil.example%2f..", "/" + "a" * 5000, "/2024-11-19", "/nowhere/feed"),
    ],
)
def test_nothing_else_is_there(client: FlaskClient, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 404
    assert response.content_type.startswith("text/html")
    assert b"Traceback" not in response.data
    assert len(response.data) < 2000


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "TRACE", "BREW"])
def test_other_methods_are_refused(client: FlaskClient, method: str) -> None:
    response = client.open("/feed.xml", method=method)
    assert response.status_code == 405
    assert response.headers["Allow"] == "GET, HEAD, OPTIONS"


def test_who_gets_no_document_is_told_in_a_sentence(
    client: FlaskClient, tmp_path: Path, configure: Configure
) -> None:
    nowhere = create_app(configure(digests=tmp_path / "nowhere")).test_client()
    for response, sentence in (
        (client.get("/atom.xml"), "It is at another address now."),
        (client.post("/feed.xml"), "Method Not Allowed."),
        (nowhere.get("/feed.xml"), "The papers can't be read just now."),
    ):
        assert response.text == f"{sentence}\n"
        assert response.content_type == "text/plain; charset=utf-8"


def test_readers_in_a_browser_may_read_every_answer(client: FlaskClient) -> None:
    tag = get(client).headers["ETag"]
    responses = [
        get(client),
        get(client, If_None_Match=tag),
        client.get("/nowhere"),
        client.get("/atom.xml"),
        client.post("/feed.xml"),
        client.options("/feed.xml"),
    ]
    assert [response.status_code for response in responses] == [200, 304, 404, 301, 405, 204]
    for response in responses:
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        assert (response.headers.get("X-Content-Type-Options") == "nosniff") == (
            response.status_code != 304
        )


def test_a_304_says_nothing_that_its_client_has(client: FlaskClient) -> None:
    whole = get(client, Accept_Encoding="gzip").headers
    response = get(client, If_None_Match=whole["ETag"], Accept_Encoding="gzip")
    assert sorted(response.headers.keys()) == [
        "Access-Control-Allow-Origin",
        "Access-Control-Expose-Headers",
        "Cache-Control",
        "ETag",
        "Last-Modified",
        "Vary",
    ]
    assert all(whole[name] == value for name, value in response.headers.items())


def test_the_past_is_fresh_for_a_day_and_the_rest_for_minutes(client: FlaskClient) -> None:
    assert get(client, "/2024-11-18/feed.xml").headers["Cache-Control"] == "public, max-age=86400"
    for path in ("/feed.xml", "/", "/all/feed.xml", "/opml.xml"):
        assert get(client, path).headers["Cache-Control"] == "public, max-age=300"


@pytest.mark.parametrize(
    ("last_day", "seconds"),
    [
        (date(2024, 11, 16), 86_400),
        (date(2024, 11, 17), 300),
        (date(2024, 11, 18), 300),
        (date(2024, 11, 19), 300),
        (None, 300),
    ],
)
def test_a_day_is_settled_when_two_days_have_passed(last_day: date | None, seconds: int) -> None:
    changed = datetime(2024, 11, 18, tzinfo=UTC)
    document = Document("/x", "text/plain", (b"x",), "x", changed, last_day=last_day)
    response = PreparedDocument(document, date(2024, 11, 18)).response({})
    assert dict(response.headers)["Cache-Control"] == f"public, max-age={seconds}"


def test_a_feed_says_its_relations_in_the_headers_too(client: FlaskClient) -> None:
    link = get(client, "/2024-W47/feed.xml").headers["Link"]
    assert '<https://papers.example.org/2024-W47/feed.xml>; rel="self"' in link
    assert '<https://papers.example.org/feed.xml>; rel="current"' in link
    assert 'rel="prev-archive"' in link


def test_a_query_changes_nothing(client: FlaskClient) -> None:
    plain, asked = get(client), get(client, "/feed.xml?utm_source=reader&x=%ff")
    assert (asked.data, asked.headers["ETag"]) == (plain.data, plain.headers["ETag"])


@pytest.mark.parametrize(
    "path", ["/papers/feed.xml", "/feed.xml", "/papers/2024-11-18/", "/papers/"]
)
def test_a_path_prefix_works_whether_or_not_the_proxy_takes_it_off(
    configure: Configure, path: str
) -> None:
    config = configure(base_url="https://example.org/papers/")
    response = create_app(config).test_client().get(path)
    assert response.status_code == 200
    assert b"https://example.org/papers/feed.xml" in response.data


def test_a_proxy_that_keeps_the_prefix_reaches_everything(configure: Configure) -> None:
    client = create_app(configure(base_url="https://example.org/papers/")).test_client()
    response = client.get("/papers")
    assert (response.status_code, response.headers["Location"]) == (301, "papers/")
    assert client.get("/papers/healthz").status_code == client.get("/healthz").status_code == 200
    assert client.get("/papers/2024-11-18").headers["Location"] == "2024-11-18/"
    assert client.options("/papers/healthz").status_code == 204


def test_a_change_of_the_folder_shows_by_itself(tmp_path: Path, configure: Configure) -> None:
    folder = write_archive(tmp_path / "digests", days=2, papers=1)
    client = create_app(configure(digests=folder, refresh=0.05)).test_client()
    tag = get(client).headers["ETag"]
    (folder / "2024-01-03.md").write_text(digest("2024-01-03", [paper(77)]))
    assert until(lambda: b"2411.00077" in get(client, If_None_Match=tag).data)
    (folder / "2024-01-03.md").unlink()
    assert until(lambda: get(client, If_None_Match=tag).status_code == 304)


def test_the_last_good_state_stays_while_the_folder_is_gone(
    tmp_path: Path, configure: Configure
) -> None:
    folder = write_archive(tmp_path / "digests", days=2, papers=1)
    client = create_app(configure(digests=folder, refresh=0.05)).test_client()
    tag = get(client).headers["ETag"]
    folder.rename(tmp_path / "elsewhere")
    for _ in range(5):
        time.sleep(0.1)
        assert get(client).headers["ETag"] == tag


def test_a_folder_that_never_was_is_503(tmp_path: Path, configure: Configure) -> None:
    response = create_app(configure(digests=tmp_path / "nowhere")).test_client().get("/feed.xml")
    assert response.status_code == 503
    assert str(tmp_path).encode() not in response.data


def test_healthz_tells_how_it_is(client: FlaskClient) -> None:
    response = client.get("/healthz")
    assert response.headers["Cache-Control"] == "no-store"
    health = response.get_json()
    assert health["status"] == "ok"
    assert health["newest_day"] == "2025-02-25"
    assert health["days"] == 12
    assert health["errors"] == 0


def test_healthz_says_that_an_old_state_is_shown(tmp_path: Path, configure: Configure) -> None:
    folder = write_archive(tmp_path / "digests", days=2, papers=1)
    client = create_app(configure(digests=folder, refresh=0.05)).test_client()
    assert client.get("/healthz").get_json()["status"] == "ok"
    folder.rename(tmp_path / "away")
    assert until(lambda: client.get("/healthz").get_json()["status"] == "stale")
    assert get(client).status_code == 200
    assert _metrics(client)["feedsvc_stale"] == 1
    (tmp_path / "away").rename(folder)
    assert until(lambda: client.get("/healthz").get_json()["status"] == "ok")


def _metrics(client: FlaskClient) -> dict[str, float]:
    response = client.get("/metrics")
    assert response.status_code == 200
    assert response.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    families = text_string_to_metric_families(response.get_data(as_text=True))
    samples = [sample for family in families for sample in family.samples]
    return {
        sample.name + "".join(f" {value}" for value in sample.labels.values()): sample.value
        for sample in samples
    }


def test_metrics_are_for_prometheus(tmp_path: Path, configure: Configure) -> None:
    folder = write_archive(tmp_path / "digests", days=3, papers=2)
    (folder / "2024-01-04.md").write_text(
        "## 2024-01-04\n\n### [A](ftp://a.example)\n\n- x\n\n<<<<<<< a\n>>>>>>> b\n"
    )
    client = create_app(configure(digests=folder)).test_client()
    metrics = _metrics(client)
    assert metrics["feedsvc_days"] == 4
    assert metrics["feedsvc_papers"] == 7
    assert metrics["feedsvc_stale"] == 0
    assert metrics["feedsvc_problems error"] == 2
    assert metrics["feedsvc_problems warning"] == 1
    assert metrics["feedsvc_newest_day_timestamp_seconds"] == 1704326400
    assert metrics["process_resident_memory_bytes"] > 1_000_000
    assert metrics[f"feedsvc_build_info {__version__}"] == 1
