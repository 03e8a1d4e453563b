"""The document at each path of one snapshot."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache, partial

from msgspec.structs import replace

from feedsvc.errors import NotFoundError
from feedsvc.feeds.editions import edition_entry
from feedsvc.feeds.formats import FORMATS, Format
from feedsvc.feeds.json_feed import JSON_NAME
from feedsvc.model import Document, Link
from feedsvc.pages.article import first_picture, heading, with_eager_picture
from feedsvc.pages.page import HTML_TYPE, PageContents, page_frame
from feedsvc.pages.search_page import SearchPage
from feedsvc.pages.words import words_in
from feedsvc.site.calendar import DAYS_OF_A_WEEK
from feedsvc.site.choices import choice_at, choices_of, member_links
from feedsvc.site.editions import Edition
from feedsvc.site.extras import EXTRAS, Facts, extra_document
from feedsvc.site.kinds import HOME, PAGE, SEARCH, Place, Role, address, url_of
from feedsvc.site.language import words_of
from feedsvc.site.metadata import feed_metadata, feed_url, newest_time, page_metadata
from feedsvc.site.opml import OPML_NAME, OPML_TYPE, Outline, opml
from feedsvc.site.places import all_places, place_paths
from feedsvc.site.renderings import renderings
from feedsvc.site.searches import page_of
from feedsvc.site.sections import Section, sections_of
from feedsvc.site.snapshot import Snapshot

LONGEST_KEPT = 2000
"""Papers; a document with more is streamed, as it may not fit into memory."""


def paths(snapshot: Snapshot) -> list[str]:
    """The path of every document without a query, as files have it: pages end in `index.html`."""
    places = all_places(snapshot.scope())
    return [*EXTRAS, *(place.path + name for place in places for name in place.names)]


def document(snapshot: Snapshot, path: str, query: str = "") -> Document:
    """The document at a path, with a canonical query; a place's path is its page's.

    Raises NotFoundError.
    """
    if path in EXTRAS:
        return extra_document(path, facts_for_extras(snapshot))
    place, name = place_and_name(snapshot, path, query)
    if name == PAGE:
        return _page(snapshot, place)
    if name in place.kind.lists:
        return _members(snapshot, place)
    return feed(snapshot, place, FORMATS[name], _items(snapshot, place, name))


def place_and_name(snapshot: Snapshot, path: str, query: str = "") -> tuple[Place, str]:
    """The place of a document and the document's name. Raises NotFoundError."""
    folder, slash, name = path.rpartition("/")
    place = snapshot.place(folder + slash, query)
    if place and (name or PAGE) in place.names:
        return place, name or PAGE
    raise NotFoundError(f"There is no document at {path}.")


def feed_at(snapshot: Snapshot, path: str) -> str:
    """The address of the feed at a path. Raises NotFoundError where there is no feed."""
    place, name = place_and_name(snapshot, path)
    if name not in FORMATS:
        raise NotFoundError(f"There is no feed at {path}, but a page.")
    return feed_url(snapshot.config, place, name)


def feed(
    snapshot: Snapshot,
    place: Place,
    format_: Format,
    items: Iterable[bytes],
    older: Iterable[bytes] = (),
    starts: Mapping[date, int] | None = None,
) -> Document:
    """A place's feed in one format around finished items; for `older` see `Frame.around`.

    With `starts` it is a delta: the items are those of its days, of each day from that position on.
    """
    is_delta = starts is not None
    metadata = feed_metadata(snapshot.translations, place, format_, is_whole=not is_delta)
    links = (
        Link("self", metadata.self_url, format_.type),
        Link("alternate", metadata.page_url, HTML_TYPE),
        *([Link("hub", metadata.hub)] if metadata.hub else ()),
        *(Link(relation, url, format_.type) for relation, url in metadata.archive_links.items()),
        *metadata.translations,
    )
    pieces = format_.frame(metadata).around(items, older)
    made = _document(snapshot, place, format_.name, format_.content_type, pieces, links)
    return replace(
        made,
        is_streamed=_count(snapshot, place, starts) > LONGEST_KEPT,
        has_deltas=place.role.grows,
        is_delta=is_delta,
    )


def facts_for_extras(snapshot: Snapshot) -> Facts:
    """What the documents of no place tell of."""
    home = snapshot.place(HOME)
    assert home
    return Facts(
        config=snapshot.config,
        fingerprint=snapshot.etags.fingerprint,
        places=lambda: place_paths(snapshot.scope()),
        updated=newest_time(snapshot.config, home),
        changed=snapshot.changed,
        translations=snapshot.translations,
    )


def has_built_feeds(snapshot: Snapshot, place: Place) -> bool:
    """Whether a build writes the feeds of a place, and its page links to them.

    A feed of everything grows with the archive, so it needs a limit.
    """
    is_small = snapshot.catalogue.papers <= snapshot.config.all_size
    return place.role is not Role.COMPLETE or is_small


def _items(snapshot: Snapshot, place: Place, name: str) -> Iterator[bytes]:
    if place.editions is None:
        return renderings(snapshot, place.days, name, picks=place.picks)
    return (_edition(snapshot, edition, FORMATS[name]) for edition in place.editions)


def _edition(snapshot: Snapshot, edition: Edition, format_: Format) -> bytes:
    items = [snapshot.unpack(JSON_NAME, day)[position] for day, position in edition.papers]
    introductions = map(snapshot.store.introduction, edition.days)
    introduction = "".join(introductions) if edition.has_introduction else ""
    return format_.item(edition_entry(edition.head, introduction, items))


def _page(snapshot: Snapshot, place: Place) -> Document:
    has_feeds = has_built_feeds(snapshot, place)
    metadata = page_metadata(snapshot.translations, place, has_feeds=has_feeds)
    say = words_in(metadata.language)
    sections = sections_of(snapshot, place, say)
    of_day = lru_cache(DAYS_OF_A_WEEK)(partial(snapshot.unpack, PAGE))
    contents = PageContents(
        days=place.days,
        counts=lambda days: sum(snapshot.catalogue.by_day[day].papers for day in days),
        titles=lambda days: snapshot.store.titles(days[-1], days[0]) if days else {},
        introduction=snapshot.store.introduction,
        picture=lambda: first_picture(_articles(of_day, sections[:1])),
        editions=[edition.name for edition in place.editions or ()],
        members=lambda: member_links(snapshot, place),
        choices=lambda: [*choices_of(snapshot, say)],
        search=_search_page(snapshot, place, metadata.language),
        choice=lambda: choice_at(snapshot, say, place),
    )
    frame = page_frame(place.kind.template, metadata, contents)
    articles = with_eager_picture(_articles(of_day, sections, metadata.root))
    links = (*metadata.site_feeds.values(), *metadata.place_feeds.values())
    made = _document(
        snapshot, place, PAGE, HTML_TYPE, frame.around(articles if frame.takes_items else ()), links
    )
    count = sum(len(section.papers) for section in sections)
    return replace(made, is_streamed=frame.takes_items and count > LONGEST_KEPT)


def _articles(
    of_day: Callable[[date], Sequence[bytes]], sections: Iterable[Section], root: str = ""
) -> Iterator[bytes]:
    """The papers of sections as a page shows them, with their headings."""
    for section in sections:
        if section.heading:
            yield heading(section.heading, section.path and root + address(section.path)[1:])
        for day, position in section.papers:
            yield of_day(day)[position]


def _members(snapshot: Snapshot, place: Place) -> Document:
    """The feeds of the places that a place lists."""
    config = snapshot.config
    assert place.kind.members
    urls = (
        (member.title, url_of(config, address(f"/{member.key}/")))
        for member in place.kind.members(snapshot.scope())
    )
    outlines = [Outline(title, f"{url}feed.xml", url) for title, url in urls]
    title = f"{config.title} · {words_of(config).place(place.title)}"
    content = opml(config, title, outlines, newest_time(config, place))
    return _document(snapshot, place, OPML_NAME, OPML_TYPE, [content], ())


def search_fault(snapshot: Snapshot, values: Mapping[str, str], fault: str) -> bytes:
    """The page of a search that is not understood: its form, filled in, and what is wrong."""
    place = snapshot.place(SEARCH)
    assert place
    metadata = page_metadata(snapshot.translations, place, has_feeds=False)
    contents = PageContents(search=SearchPage(values, fault))
    return page_frame(place.kind.template, metadata, contents).start


def _search_page(snapshot: Snapshot, place: Place, language: str) -> SearchPage:
    if not place.found or place.path != SEARCH:
        return SearchPage()
    items = list(renderings(snapshot, place.days, JSON_NAME, picks=place.picks))
    return page_of(place.found, items, language, snapshot.config.mark)


def _document(
    snapshot: Snapshot,
    place: Place,
    name: str,
    type_: str,
    pieces: Iterable[bytes],
    links: tuple[Link, ...],
) -> Document:
    etag, changed = snapshot.etags.etag(place, name), snapshot.changed
    return Document(place.path + name, type_, pieces, etag, changed, links, place.last_day)


def _count(snapshot: Snapshot, place: Place, starts: Mapping[date, int] | None = None) -> int:
    """How many papers a document of a place has; with `starts` a delta, as `feed` takes them."""
    by_day = snapshot.catalogue.by_day
    if starts is not None:
        return sum(by_day[day].papers - start for day, start in starts.items())
    if place.picks is not None:
        return sum(map(len, place.picks.values()))
    return sum(by_day[day].papers for day in place.days)
