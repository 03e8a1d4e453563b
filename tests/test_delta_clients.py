"""Who gets a delta: whoever asks and is known not to choke on it."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import feedparser.http
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from feedsvc.config import Config
from feedsvc.web.app import create_app
from tests.support.archive import digest, paper, write_archive

ACCEPT = feedparser.http.ACCEPT_HEADER
OLD = "2024-01-01"


@pytest.fixture
def client(tmp_path: Path, configure: Callable[..., Config]) -> tuple[FlaskClient, str]:
    """A site to which a day came, and the tag of its feed before."""
    folder = write_archive(tmp_path / "digests", days=2, papers=2)
    client = create_app(configure(digests=folder, refresh=0.05)).test_client()
    tag = client.get("/feed.xml").headers["ETag"]
    (folder / "2024-01-03.md").write_text(digest("2024-01-03", [paper(77)]))
    for _ in range(200):
        if b"2411.00077" in client.get("/feed.xml").data:
            break
        time.sleep(0.05)
    return client, tag


def _ask(client: FlaskClient, tags: str, **headers: str) -> TestResponse:
    fields = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.get("/feed.xml", headers={"A-IM": "feed", "If-None-Match": tags, **fields})


@pytest.mark.parametrize(
    ("agent", "accept", "status"),
    [
        ("feedparser/6.0.11 +https://github.com/kurtmckee/feedparser/", ACCEPT, 200),
        ("Feedparser/7", "*/*", 200),
        ("UniversalFeedParser/5.2.1 +https://code.google.com/p/feedparser/", ACCEPT, 200),
        ("planet/1.0", ACCEPT, 200),
        ("python-reader/3.16 (+https://github.com/lemon24/reader)", ACCEPT, 226),
        ("SomeReader/1.0", "*/*", 226),
        ("", "", 226),
    ],
)
def test_who_may_not_understand_a_delta_gets_the_whole_feed(
    client: tuple[FlaskClient, str], agent: str, accept: str, status: int
) -> None:
    app, tag = client
    for _ in range(2):
        response = _ask(app, tag, User_Agent=agent, Accept=accept)
        assert response.status_code == status
        assert response.data.count(b"<entry") == (1 if status == 226 else 5)
    current = response.headers["ETag"]
    assert _ask(app, current, User_Agent=agent, Accept=accept).status_code == 304


def test_a_cache_may_not_give_a_delta_to_a_client_that_is_refused_one(
    client: tuple[FlaskClient, str],
) -> None:
    app, tag = client
    delta = _ask(app, tag)
    assert {"User-Agent", "Accept"} <= set(delta.headers["Vary"].split(", "))
    # What is whole is right for everybody, so that caches keep one copy.
    assert app.get("/feed.xml").headers["Vary"] == "Accept-Encoding, A-IM"


@pytest.mark.parametrize(
    ("tags", "base"),
    [
        ("{tag}", "{tag}"),
        ('"other", {tag}', "{tag}"),
        ('W/{tag}, "other"', "W/{tag}"),
        ('"zz", "{bare}-gzip", "a"', '"{bare}-gzip"'),
        ('"{bare}.br", "a"', '"{bare}.br"'),
    ],
)
def test_a_delta_says_which_of_the_tags_it_follows(
    client: tuple[FlaskClient, str], tags: str, base: str
) -> None:
    app, tag = client
    forms = {"tag": tag, "bare": tag.strip('"')}
    response = _ask(app, tags.format(**forms))
    assert response.status_code == 226
    assert response.headers["Delta-Base"] == base.format(**forms)


def test_a_whole_answer_names_no_base(client: tuple[FlaskClient, str]) -> None:
    app, tag = client
    assert "Delta-Base" not in _ask(app, '"other"').headers
    assert "Delta-Base" not in _ask(app, tag, User_Agent="feedparser/6").headers
