"""WebSub: feeds name their hub."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from lxml import etree

from feedsvc.config import Config
from feedsvc.errors import ConfigError
from feedsvc.feeds.formats import FORMATS
from feedsvc.site.site import Site
from feedsvc.web.app import create_app
from tests.support.archive import write_archive
from tests.support.feeds import NAMESPACES
from tests.support.project import BASE_URL, Configure

HUB = "https://hub.example.org/?a=1&b=2"


@pytest.fixture
def digests(tmp_path: Path) -> Path:
    return write_archive(tmp_path / "digests", days=9, papers=2)


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
    response = create_app(configure(digests=digests, hub=HUB)).test_client().get(place + name)
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
