"""Rules for Atom 1.0 (RFC 4287), beyond those of `xml`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from lxml import etree

from tests.readers.rules.common import (
    LANGUAGE,
    MEDIA_TYPE,
    NAMESPACES,
    Feed,
    repeated,
    rfc_3339_time,
    words,
    words_of_html,
)

SCHEMA = etree.RelaxNG(etree.parse(Path(__file__).parents[1] / "atom.rng"))


def follows_the_schema(feed: Feed) -> Iterator[str]:
    if not SCHEMA.validate(feed.root):
        yield str(SCHEMA.error_log.last_error)


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
    yield from (f"{id_} stands twice" for id_ in repeated(ids))
    if feed.find("string(atom:id)") in ids:
        yield "an entry has the feed's id"


def has_one_alternate_of_a_kind(feed: Feed) -> Iterator[str]:
    """RFC 4287 sections 4.1.1 and 4.1.2; a link without `rel` is one, too."""
    for owner in feed.find(". | atom:entry"):
        links = owner.xpath("atom:link[not(@rel) or @rel='alternate']", namespaces=NAMESPACES)
        if len(links) != 1:
            yield f"{len(links)} alternate links"


def has_valid_times(feed: Feed) -> Iterator[str]:
    texts = feed.find("//atom:updated/text() | //atom:published/text()")
    times = {text: rfc_3339_time(text) for text in texts}
    if invalid := [text for text, time in times.items() if not time]:
        yield f"{invalid} aren't of RFC 3339"
        return
    updated = feed.find("atom:entry/atom:updated/text()")
    yield from (f"{text} is the time of two entries" for text in repeated(updated))
    if updated and max(times[text] for text in updated) != times[feed.find("string(atom:updated)")]:
        yield "the feed isn't updated when its newest entry is"
    for entry in feed.find("atom:entry[atom:published]"):
        first, last = (entry.findtext(f"{{*}}{name}") for name in ("published", "updated"))
        if times[first] > times[last]:
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
        elif summary is not None and words(summary.text) == words_of_html(content.text):
            yield f"a summary that is the content: {summary.text}"


def has_whole_enclosures(feed: Feed) -> Iterator[str]:
    for link in feed.find("//atom:link[@rel='enclosure']"):
        if not link.get("href") or not MEDIA_TYPE.fullmatch(link.get("type", "")):
            yield f"enclosure with {dict(link.attrib)}"
    if feed.find("atom:link[@rel='enclosure']"):
        yield "the feed has an enclosure"


def names_its_language(feed: Feed) -> Iterator[str]:
    if not feed.find("@xml:lang"):
        yield "no language"
    languages = feed.find("//@xml:lang")
    yield from (f"language {tag}" for tag in languages if not LANGUAGE.fullmatch(tag))
