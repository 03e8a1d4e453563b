"""What the W3C feed validator and the specifications ask of a feed, where a schema can't say it.

A rule takes a Feed and yields a sentence for each violation.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime, parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import lxml.html
from lxml import etree

NAMESPACES = {
    "atom": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "fh": "http://purl.org/syndication/history/1.0",
    "media": "http://search.yahoo.com/mrss/",
}

ATOM_SCHEMA = etree.RelaxNG(etree.parse(Path(__file__).parent / "atom.rng"))

RFC_3339 = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(Z|[+-][0-9]{2}:[0-9]{2})"
)
LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
MEDIA_TYPE = re.compile(r"[a-z]+/[a-z0-9.+-]+")
ABSOLUTE = {"http", "https", "tag"}


@dataclass(frozen=True, slots=True)
class Feed:
    """A parsed feed document."""

    url: str
    """Where it is published."""
    root: Any
    """The feed, the channel or the object of JSON Feed."""

    def find(self, path: str) -> list[Any]:
        """What an XPath finds, from the feed or the channel."""
        return self.root.xpath(path, namespaces=NAMESPACES)


Rule = Callable[[Feed], Iterable[str]]


# --- for Atom and RSS ------------------------------------------------------------------------


def has_one_self_link(feed: Feed) -> Iterator[str]:
    addresses = feed.find("atom:link[@rel='self']/@href")
    if addresses != [feed.url]:
        yield f"self links are {addresses}"


def has_absolute_addresses(feed: Feed) -> Iterator[str]:
    attributes = feed.find("//@href | //@url | //@src | //@uri")
    texts = feed.find("//link/text() | //url/text() | //atom:icon/text() | //atom:logo/text()")
    identifiers = feed.find("//atom:id/text()")
    in_content = (address for html in _contents(feed) for address in _addresses(html))
    for address in (*attributes, *texts, *identifiers, *in_content):
        if not _is_absolute(address):
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


def _addresses(html: str) -> list[str]:
    tree = lxml.html.fragment_fromstring(html, create_parent="div")
    return tree.xpath(".//@src | .//@href | .//@poster")


def _is_absolute(address: str) -> bool:
    parts = urlsplit(address)
    is_whole = bool(parts.hostname) if parts.scheme != "tag" else bool(parts.path)
    return parts.scheme in ABSOLUTE and is_whole and not re.search(r"\s", address)


def _repeated(values: Iterable[str]) -> list[str]:
    return [value for value, count in Counter(values).items() if count > 1]


# --- Atom 1.0 --------------------------------------------------------------------------------


def follows_the_schema(feed: Feed) -> Iterator[str]:
    if not ATOM_SCHEMA.validate(feed.root):
        yield str(ATOM_SCHEMA.error_log.last_error)


def has_authors(feed: Feed) -> Iterator[str]:
    """RFC 4287 section 4.1.1."""
    if not feed.find("atom:author") and feed.find("atom:entry[not(atom:author)]"):
        yield "neither the feed nor each entry has an author"
    yield from (
        "an author without a name"
        for name in feed.find("//atom:name")
        if not (name.text or "").strip()
    )


def has_unique_ids(feed: Feed) -> Iterator[str]:
    """RFC 4287 section 4.1.1: two entries of one id would need different `updated`."""
    ids = feed.find("atom:entry/atom:id/text()")
    yield from (f"{id_} stands twice" for id_ in _repeated(ids))
    if feed.find("string(atom:id)") in ids:
        yield "an entry has the feed's id"


def has_one_alternate_of_a_kind(feed: Feed) -> Iterator[str]:
    """RFC 4287 sections 4.1.1 and 4.1.2; a link without `rel` is one, too."""
    for owner in feed.find(". | atom:entry"):
        links = owner.xpath("atom:link[not(@rel) or @rel='alternate']", namespaces=NAMESPACES)
        if len(links) != 1:
            yield f"{len(links)} alternate links"


def has_valid_times(feed: Feed) -> Iterator[str]:
    times = feed.find("//atom:updated/text() | //atom:published/text()")
    yield from (f"{time} isn't of RFC 3339" for time in times if not _time(time))
    updated = feed.find("atom:entry/atom:updated/text()")
    yield from (f"{time} is the time of two entries" for time in _repeated(updated))
    if updated and max(map(_time, updated)) != _time(feed.find("string(atom:updated)")):
        yield "the feed isn't updated when its newest entry is"
    for entry in feed.find("atom:entry[atom:published]"):
        first, last = (entry.findtext(f"{{*}}{name}") for name in ("published", "updated"))
        if _time(first) > _time(last):
            yield f"updated at {last}, before it was published"


def has_telling_texts(feed: Feed) -> Iterator[str]:
    for entry in feed.find("atom:entry"):
        title, summary, content = (
            entry.find(f"{{*}}{name}") for name in ("title", "summary", "content")
        )
        if not (title.text or "").strip():
            yield "an empty title"
        if summary is not None and not (summary.text or "").strip():
            yield "an empty summary"
        if content is None or content.get("type") != "html":
            yield "no content of type html"
        elif summary is not None and _plain(summary.text) == _plain_html(content.text):
            yield f"a summary that is the content: {summary.text}"


def has_whole_enclosures(feed: Feed) -> Iterator[str]:
    for link in feed.find("//atom:link[@rel='enclosure']"):
        if not link.get("href") or not MEDIA_TYPE.fullmatch(link.get("type", "")):
            yield f"enclosure with {dict(link.attrib)}"
    if feed.find("atom:link[@rel='enclosure']"):
        yield "the feed has an enclosure"


def names_its_language(feed: Feed) -> Iterator[str]:
    for language in [
        feed.root.get("{http://www.w3.org/XML/1998/namespace}lang"),
        *feed.find("//@xml:lang"),
    ]:
        if not LANGUAGE.fullmatch(language or ""):
            yield f"language {language}"


def _time(text: str) -> datetime | None:
    if not RFC_3339.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _plain(text: str | None) -> str:
    return " ".join((text or "").split())


def _plain_html(html: str | None) -> str:
    tree = lxml.html.fragment_fromstring(html or "", create_parent="div")
    has_media = tree.xpath(".//img | .//video")
    return _plain(tree.text_content()) + ("(media)" if has_media else "")


# --- RSS 2.0 ---------------------------------------------------------------------------------

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
    yield from (f"{guid} stands twice" for guid in _repeated(feed.find("item/guid/text()")))
    yield from ("an item without guid" for _ in feed.find("item[not(guid/text())]"))
    for guid in feed.find("item/guid[not(@isPermaLink='false')]"):
        if not guid.text.startswith(feed.url[: feed.url.index("/", 8)]):
            yield f"{guid.text} is said to be a page of this site"


def has_rfc_822_times(feed: Feed) -> Iterator[str]:
    times = feed.find("//pubDate/text() | //lastBuildDate/text()")
    yield from (f"{time} isn't of RFC 822" for time in times if not _mail_time(time))
    yield from (
        f"{time} is the time of two items" for time in _repeated(feed.find("item/pubDate/text()"))
    )
    if len(feed.find("lastBuildDate")) != 1 or feed.find("item[not(pubDate)]"):
        yield "a time is missing"
    updated = feed.find("item/atom:updated/text()")
    yield from (f"{time} isn't of RFC 3339" for time in updated if not _time(time))
    yield from (f"{time} is the update of two items" for time in _repeated(updated))


def has_whole_rss_enclosures(feed: Feed) -> Iterator[str]:
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
        description = _plain_html(item.findtext("description"))
        if not description:
            yield "an empty description"
        if content in names[: names.index("description")]:
            yield "content:encoded before the description"
        if description == _plain_html(item.findtext(content)):
            yield f"a description that is the content: {description}"


def has_creators_and_no_addresses(feed: Feed) -> Iterator[str]:
    """`author` is for e-mail; of several creators readers show one."""
    yield from (f"author {name}" for name in feed.find("//author/text()") if "@" not in name)
    for item in feed.find("item"):
        creators = [name.text for name in item.findall("dc:creator", NAMESPACES)]
        if len(creators) > 1 or not all(creators):
            yield f"creators {creators}"


def names_its_rss_language(feed: Feed) -> Iterator[str]:
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


# --- JSON Feed 1.1 ---------------------------------------------------------------------------


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_address(value: Any) -> bool:
    return _is_text(value) and _is_absolute(value) and not value.startswith("tag:")


def _is_time(value: Any) -> bool:
    return _is_text(value) and _time(value) is not None


def _is_language(value: Any) -> bool:
    return _is_text(value) and bool(LANGUAGE.fullmatch(value))


def _are_texts(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(map(_is_text, value))


def _are_authors(value: Any) -> bool:
    allowed = {"name", "url", "avatar"}
    return isinstance(value, list) and all(
        author and set(author) <= allowed and all(map(_is_text, author.values()))
        for author in value
    )


def _are_attachments(value: Any) -> bool:
    return isinstance(value, list) and all(
        _is_address(one.get("url")) and MEDIA_TYPE.fullmatch(one.get("mime_type", ""))
        for one in value
    )


FEED_FIELDS = {
    "version": lambda value: value == "https://jsonfeed.org/version/1.1",
    "title": _is_text,
    "home_page_url": _is_address,
    "feed_url": _is_address,
    "description": _is_text,
    "user_comment": _is_text,
    "next_url": _is_address,
    "icon": _is_address,
    "favicon": _is_address,
    "authors": _are_authors,
    "language": _is_language,
    "expired": lambda value: isinstance(value, bool),
    "hubs": lambda value: isinstance(value, list),
    "items": lambda value: isinstance(value, list),
}

ITEM_FIELDS = {
    "id": _is_text,
    "url": _is_address,
    "external_url": _is_address,
    "title": _is_text,
    "content_html": lambda value: isinstance(value, str),
    "content_text": lambda value: isinstance(value, str),
    "summary": _is_text,
    "image": _is_address,
    "banner_image": _is_address,
    "date_published": _is_time,
    "date_modified": _is_time,
    "authors": _are_authors,
    "tags": _are_texts,
    "language": _is_language,
    "attachments": _are_attachments,
}


def has_fields_of_the_right_type(feed: Feed) -> Iterator[str]:
    for owner, fields in (
        (feed.root, FEED_FIELDS),
        *((item, ITEM_FIELDS) for item in feed.root["items"]),
    ):
        for name, value in owner.items():
            if name not in fields and not re.fullmatch(r"_[A-Za-z][^.]*", name):
                yield f"there is no field {name}"
            if name in fields and not fields[name](value):
                yield f"{name} is {value!r}"


def has_required_fields(feed: Feed) -> Iterator[str]:
    yield from (f"no {name}" for name in ("version", "title", "items") if name not in feed.root)
    for item in feed.root["items"]:
        if "id" not in item or not {"content_html", "content_text"} & set(item):
            yield f"an item with {list(item)} only"


def has_unique_item_ids(feed: Feed) -> Iterator[str]:
    for name in ("id", "date_modified"):
        values = [item.get(name, "") for item in feed.root["items"]]
        yield from (f"{name} {value} stands twice" for value in _repeated(values))


def knows_its_address(feed: Feed) -> Iterator[str]:
    if feed.root.get("feed_url") != feed.url:
        yield f"feed_url is {feed.root.get('feed_url')}"
    if feed.root.get("next_url") == feed.url:
        yield "next_url is the feed's own"


def has_telling_summaries(feed: Feed) -> Iterator[str]:
    for item in feed.root["items"]:
        if "summary" in item and _plain(item["summary"]) == _plain_html(item["content_html"]):
            yield f"a summary that is the content: {item['summary']}"
        for address in _addresses(item["content_html"]):
            if not _is_absolute(address):
                yield f"{address} isn't absolute"


# --- the table -------------------------------------------------------------------------------

_IN_XML: tuple[Rule, ...] = (
    has_one_self_link,
    has_absolute_addresses,
    has_media_attributes,
    is_either_complete_or_paged,
    has_safe_content,
)

RULES: dict[str, tuple[Rule, ...]] = {
    "feed.xml": (
        *_IN_XML,
        follows_the_schema,
        has_authors,
        has_unique_ids,
        has_one_alternate_of_a_kind,
        has_valid_times,
        has_telling_texts,
        has_whole_enclosures,
        names_its_language,
    ),
    "rss.xml": (
        *_IN_XML,
        has_required_elements,
        has_unique_guids,
        has_rfc_822_times,
        has_whole_rss_enclosures,
        has_telling_descriptions,
        has_creators_and_no_addresses,
        names_its_rss_language,
    ),
    "feed.json": (
        has_fields_of_the_right_type,
        has_required_fields,
        has_unique_item_ids,
        knows_its_address,
        has_telling_summaries,
    ),
}
"""What is asked of each document, by its name."""
