"""A browser shows a feed in its own letters: each type that needs a charset says it, everywhere."""

from __future__ import annotations

import gzip
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from feedsvc.feeds.formats import FORMATS
from feedsvc.site.aliases import ALIASES
from tests.test_deploy import DEPLOY, _nginx, _replaced, ask, needs_nginx

TYPES = {
    "feed.xml": "application/atom+xml; charset=utf-8",
    "rss.xml": "application/rss+xml; charset=utf-8",
    "feed.json": "application/feed+json",
}
PLACES = ["/", "/2024-11-18/", "/2024-W47/", "/all/"]


@pytest.mark.parametrize("name", TYPES)
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("encoding", ["identity", "gzip"])
def test_a_feed_says_its_charset(client: FlaskClient, place: str, name: str, encoding: str) -> None:
    for _ in range(2):  # by Flask, then by the fast lane
        response = client.get(place + name, headers={"Accept-Encoding": encoding})
        assert response.headers["Content-Type"] == TYPES[name]


def test_links_to_feeds_name_the_bare_type(client: FlaskClient) -> None:
    assert {format_.type for format_ in FORMATS.values()} == {
        type_.partition(";")[0] for type_ in TYPES.values()
    }
    for place in PLACES:
        page = client.get(place)
        linked = re.findall(r'"alternate" type="(application/[^"]*)"', page.text)
        told = re.findall(r'type="(application/[^"]*)"', page.headers["Link"])
        own = [
            re.findall(
                r'<(?:atom:)?link [^>]*type="(application/[^"]*)"', client.get(place + name).text
            )
            for name in TYPES
        ]
        found = {*linked, *told, *(type_ for each in own for type_ in each)}
        assert found == {type_.partition(";")[0] for type_ in TYPES.values()}


@pytest.fixture(scope="module")
def precompressed(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of nginx with the shipped site, of a folder in which each file has a neighbour."""
    folder = tmp_path_factory.mktemp("precompressed")
    shutil.copytree(built, folder / "site")
    for path in [*(folder / "site").rglob("*")]:
        if path.is_file():
            path.with_name(f"{path.name}.gz").write_bytes(gzip.compress(path.read_bytes(), mtime=0))
    site = (DEPLOY / "nginx-static.conf").read_text()
    with _nginx(_replaced(site, "/srv/feedsvc/site", str(folder / "site")), folder) as port:
        yield port


@needs_nginx
@pytest.mark.parametrize(
    "path",
    [
        *(place + name for place in PLACES for name in TYPES),
        *("/", "/opml.xml", "/sitemap.xml", "/robots.txt", "/style.css", "/script.js", "/icon.png"),
        *("/opensearch.xml", "/search.js", "/search/"),
    ],
)
@pytest.mark.parametrize("encoding", ["identity", "gzip"])
def test_nginx_says_the_charsets_of_the_app_also_of_compressed_neighbours(
    precompressed: int, client: FlaskClient, path: str, encoding: str
) -> None:
    status, headers, _ = ask(precompressed, path, Accept_Encoding=encoding)
    assert (status, headers["content-type"]) == (200, client.get(path).headers["Content-Type"])
    assert headers.get("content-encoding", "identity") == encoding


@needs_nginx
@pytest.mark.parametrize("name", ALIASES)
@pytest.mark.parametrize("encoding", ["identity", "gzip"])
def test_nginx_says_of_a_copy_by_another_name_what_it_says_of_the_feed(
    precompressed: int, name: str, encoding: str
) -> None:
    copy = ask(precompressed, f"/{name}", Accept_Encoding=encoding)
    feed = ask(precompressed, f"/{ALIASES[name]}", Accept_Encoding=encoding)
    assert (copy[0], copy[2]) == (200, feed[2])
    assert copy[1]["content-type"] == feed[1]["content-type"] == TYPES[ALIASES[name]]


def test_the_guide_tells_other_servers_the_types_of_all_names(client: FlaskClient) -> None:
    guide = (DEPLOY / "README.md").read_text()
    rows = re.findall(r"^\| (`[^|]*) \| `([a-z]+/[^`]*)` \|$", guide, re.MULTILINE)
    told = {name: type_ for names, type_ in rows for name in re.findall("`([^`]*)`", names)}
    expected = {**TYPES, **{name: TYPES[target] for name, target in ALIASES.items()}}
    assert told == {**expected, "opml.xml": client.get("/opml.xml").headers["Content-Type"]}
