"""Rules for RSS 2.0, beyond those of `xml`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from email.utils import format_datetime, parsedate_to_datetime

from tests.readers.rules.common import (
    LANGUAGE,
    MEDIA_TYPE,
    NAMESPACES,
    Feed,
    repeated,
    rfc_3339_time,
    words_of_html,
)

ONCE = ["title", "link", "description", "author", "guid", "pubDate", "enclosure", "source"]
"""Elements that an item has at most once."""


def has_required_elements(feed: Feed) -> Iterator[str]:
    if feed.root.getparent().get("version") != "2.0":
        yield "not RSS 2.0"
    for name in ("title", "link", "description"):
        if [bool(text.strip()) for text in feed.find(f"{name}/text()")] != [True]:
            yield f"the channel has no {name}"
    for item in feed.find("item"):
        if not (item.findtext("title") or "").strip():
            yield "an item without title"
        yield from (
            f"{name} stands twice in an item" for name in ONCE if len(item.findall(name)) > 1
        )


def has_unique_guids(feed: Feed) -> Iterator[str]:
    yield from (f"{guid} stands twice" for guid in repeated(feed.find("item/guid/text()")))
    yield from ("an item without guid" for _ in feed.find("item[not(guid/text())]"))
    for guid in feed.find("item/guid[not(@isPermaLink='false')]"):
        if not guid.text.startswith(feed.url[: feed.url.index("/", 8)]):
            yield f"{guid.text} is said to be a page of this site"


def has_rfc_822_times(feed: Feed) -> Iterator[str]:
    times = feed.find("//pubDate/text() | //lastBuildDate/text()")
    yield from (f"{time} isn't of RFC 822" for time in times if not _mail_time(time))
    yield from (
        f"{time} is the time of two items" for time in repeated(feed.find("item/pubDate/text()"))
    )
    if len(feed.find("lastBuildDate")) != 1 or feed.find("item[not(pubDate)]"):
        yield "a time is missing"
    updated = feed.find("item/atom:updated/text()")
    yield from (f"{time} isn't of RFC 3339" for time in updated if not rfc_3339_time(time))
    yield from (f"{time} is the update of two items" for time in repeated(updated))


def has_whole_enclosures(feed: Feed) -> Iterator[str]:
    for enclosure in feed.find("//enclosure"):
        length, type_ = enclosure.get("length", ""), enclosure.get("type", "")
        is_whole = length.isdecimal() and MEDIA_TYPE.fullmatch(type_) and enclosure.get("url")
        if not is_whole or len(enclosure.attrib) != len(("url", "length", "type")):
            yield f"enclosure with {dict(enclosure.attrib)}"


def has_telling_descriptions(feed: Feed) -> Iterator[str]:
    for item in feed.find("item"):
        names = [child.tag for child in item]
        content = f"{{{NAMESPACES['content']}}}encoded"
        if "description" not in names:
            if content in names:
                yield "content:encoded without a description"
            continue
        description = words_of_html(item.findtext("description"))
        if not description:
            yield "an empty description"
        if content in names[: names.index("description")]:
            yield "content:encoded before the description"
        if description == words_of_html(item.findtext(content)):
            yield f"a description that is the content: {description}"


def has_creators_and_no_addresses(feed: Feed) -> Iterator[str]:
    """`author` is for e-mail; of several creators readers show one."""
    yield from (f"author {name}" for name in feed.find("//author/text()") if "@" not in name)
    for item in feed.find("item"):
        creators = [name.text for name in item.findall("dc:creator", NAMESPACES)]
        if len(creators) > 1 or not all(creators):
            yield f"creators {creators}"


def names_its_language(feed: Feed) -> Iterator[str]:
    languages = feed.find("language/text() | //dc:language/text()")
    yield from (f"language {tag}" for tag in languages if not LANGUAGE.fullmatch(tag))
    if len(feed.find("language")) != 1:
        yield "no language"


def _mail_time(text: str) -> datetime | None:
    try:
        time = parsedate_to_datetime(text)
    except ValueError:
        return None
    # Written again it has the right weekday, four digits of the year and a zone.
    return time if time.tzinfo and format_datetime(time) == text else None
