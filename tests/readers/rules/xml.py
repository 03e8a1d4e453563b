"""Rules for Atom and RSS alike."""

from __future__ import annotations

from collections.abc import Iterator

import lxml.html

from tests.readers.rules.common import Feed, addresses_in, is_absolute


def has_one_self_link(feed: Feed) -> Iterator[str]:
    addresses = feed.find("atom:link[@rel='self']/@href")
    if addresses != [feed.url]:
        yield f"self links are {addresses}"


def has_absolute_addresses(feed: Feed) -> Iterator[str]:
    attributes = feed.find("//@href | //@url | //@src | //@uri")
    texts = feed.find("//link/text() | //url/text() | //atom:icon/text() | //atom:logo/text()")
    identifiers = feed.find("//atom:id/text()")
    in_content = (address for html in _contents(feed) for address in addresses_in(html))
    for address in (*attributes, *texts, *identifiers, *in_content):
        if not is_absolute(address):
            yield f"{address} isn't absolute"


def has_media_attributes(feed: Feed) -> Iterator[str]:
    for thumbnail in feed.find("//media:thumbnail"):
        if set(thumbnail.attrib) - {"height", "width"} != {"url"}:
            yield f"thumbnail with {dict(thumbnail.attrib)}"
    for media in feed.find("//media:content"):
        kind = media.get("medium")
        known = set(media.attrib) == {"url", "type", "medium"}
        if not known or not media.get("type").startswith(f"{kind}/"):
            yield f"media:content with {dict(media.attrib)}"
    if feed.find("//media:group"):
        yield "media:group hides the picture"


def is_either_complete_or_paged(feed: Feed) -> Iterator[str]:
    relations = set(feed.find("atom:link/@rel"))
    archived = relations & {"prev-archive", "next-archive", "current"}
    if feed.find("fh:complete") and (archived or feed.find("fh:archive")):
        yield f"complete, and has {archived or 'fh:archive'}"
    if feed.find("fh:archive") and "current" not in relations:
        yield "an archive document without its current one"
    inside = set(feed.find("(atom:entry | item)/atom:link/@rel")) & {"prev-archive", "next-archive"}
    if inside or feed.find("(atom:entry | item)/fh:*"):
        yield "archive marks inside an entry"


def has_safe_content(feed: Feed) -> Iterator[str]:
    for html in _contents(feed):
        for element in lxml.html.fragment_fromstring(html, create_parent="div").iter():
            if element.tag in {"script", "style", "iframe", "object", "embed", "form", "meta"}:
                yield f"content with <{element.tag}>"
            if active := [
                name for name in element.attrib if name in {"style", "id"} or name[:2] == "on"
            ]:
                yield f"content with {active}"


def _contents(feed: Feed) -> list[str]:
    return feed.find("atom:entry/atom:content[@type='html']/text() | item/content:encoded/text()")
