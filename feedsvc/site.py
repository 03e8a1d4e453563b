"""Makes the document at each path of the site from the index. Knows no HTTP."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime

from feedsvc import feeds, files, pages
from feedsvc.config import Config
from feedsvc.errors import IndexLostError, NotFoundError
from feedsvc.feeds import Head
from feedsvc.index import Index, Progress, Store, silently
from feedsvc.model import Document, Link, Problem
from feedsvc.places import HOME, Kind, Place, find_place, place_paths
from feedsvc.recipe import recipe
from feedsvc.weeks import Calendar

PAGE = "index.html"


@dataclass(frozen=True, slots=True)
class FeedFormat:
    """A representation that every place has beside its page."""

    name: str
    """Of the file inside the place."""
    type: str
    label: str
    """What people call it."""
    compose: Callable[[Head, Iterable[bytes]], bytes]
    """The document around finished items."""


FEED_FORMATS = {
    format_.name: format_
    for format_ in (
        FeedFormat("feed.xml", feeds.ATOM_TYPE, "Atom", feeds.atom_document),
        FeedFormat("rss.xml", feeds.RSS_TYPE, "RSS", feeds.rss_document),
        FeedFormat("feed.json", feeds.JSON_TYPE, "JSON", feeds.json_document),
    )
}


@dataclass(frozen=True, slots=True)
class Counts:
    """How much there is."""

    days: int
    papers: int
    """Each counted once, in however many days it stands."""
    newest_day: date | None


class Site:
    """The site as the folder of digests makes it, in one state after another."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._index = Index(config.digests, recipe(config), config.index)
        self._calendar = ("", Calendar((), ()))

    def refresh(self, progress: Progress = silently) -> None:
        """Looks at the folder of digests. Raises FolderError."""
        self._index.refresh(progress)

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """One state of the site, which stays while others refresh the index.

        Raises FolderError where the folder was never readable.
        """
        with self._index.reading() as store:
            yield Snapshot(self._config, store, self._calendar_of(store))

    def document(self, path: str) -> Document:
        """The document at a path, as `Snapshot.document` of the newest state."""
        try:
            with self.snapshot() as snapshot:
                return snapshot.document(path)
        except IndexLostError:
            with self.snapshot() as snapshot:
                return snapshot.document(path)

    def _calendar_of(self, store: Store) -> Calendar:
        """The calendar of the state that the store shows, read once for each."""
        known, calendar = self._calendar
        revision = store.state().revision
        if known != revision:
            days = store.days()
            calendar = Calendar([day.day for day in days], [day.papers for day in days])
            self._calendar = (revision, calendar)
        return calendar


class Snapshot:
    """All documents of one state of the archive."""

    def __init__(self, config: Config, store: Store, calendar: Calendar) -> None:
        self.config = config
        self.store = store
        self.calendar = calendar

    @property
    def revision(self) -> str:
        """Another one for each state."""
        return self.store.state().revision

    def counts(self) -> Counts:
        """How much there is."""
        days = self.calendar.days
        return Counts(len(days), self.store.count_papers(), days[-1] if days else None)

    def problems(self) -> list[Problem]:
        """What is odd about the digests, by path and line."""
        return self.store.problems()

    def paths(self) -> list[str]:
        """The path of every document, as a file's: a page ends in `index.html`."""
        names = (PAGE, *FEED_FORMATS)
        places = place_paths(self.calendar)
        return [*files.FILES, *(place + name for place in places for name in names)]

    def document(self, path: str) -> Document:
        """The document at a path; a place's path is its page's. Raises NotFoundError."""
        folder, slash, name = path.rpartition("/")
        if path in files.FILES:
            return self.file(path)
        place = find_place(folder + slash, self.calendar, self.config.feed_size)
        if place and name in {"", PAGE}:
            return self.page(place)
        if place and name in FEED_FORMATS:
            return self.feed(place, FEED_FORMATS[name])
        raise NotFoundError(f"There is no document at {path}.")

    def feed(self, place: Place, format_: FeedFormat) -> Document:
        """A place's feed in one format."""
        config = self.config
        is_all_time = place.kind in {Kind.HOME, Kind.WEEK}
        head = Head(
            id=self._url(HOME if is_all_time else place.path),
            title=self._title(place),
            subtitle=config.subtitle,
            updated=self._updated(place),
            self_url=self._url(place.path + format_.name),
            page_url=self._url(place.path),
            language=config.language,
            author=config.author or config.title,
            rights=config.rights,
            licence=config.licence,
            icon=config.icon or self._url("/icon.png"),
            logo=config.logo,
            links=self._archive_links(place, format_) if is_all_time else {},
            is_archive=place.kind is Kind.WEEK,
            is_complete=place.kind is Kind.EVERYTHING,
        )
        content = format_.compose(head, self._renderings(place, format_.name))
        links = [
            Link("self", head.self_url, format_.type),
            Link("alternate", head.page_url, pages.HTML_TYPE),
            *(Link(relation, url, format_.type) for relation, url in head.links.items()),
        ]
        return self._document(head.self_url, format_.type, content, links, place.last_day)

    def page(self, place: Place) -> Document:
        """A place's page."""
        config = self.config
        head = pages.Head(
            title=self._title(place),
            site_title=config.title,
            subtitle=config.subtitle,
            language=config.language,
            root="./" if place.kind is Kind.HOME else "../",
            canonical=self._url(place.path),
            site_feeds=self._feed_links(HOME),
            place_feeds=self._feed_links(place.path) if place.kind is not Kind.HOME else {},
            older=place.older,
            newer=place.newer,
            author=config.author,
            rights=config.rights,
            licence=config.licence,
        )
        if place.kind is Kind.EVERYTHING:
            content = pages.index_page(head, {day: self.store.titles(day) for day in place.days})
        else:
            content = pages.page(head, place.days, self._renderings(place, PAGE))
        links = [*head.site_feeds.values(), *head.place_feeds.values()]
        path = self._url(place.path + PAGE)
        return self._document(path, pages.HTML_TYPE, content, links, place.last_day)

    def file(self, path: str) -> Document:
        """One of the documents that belong to no place."""
        type_, make = files.FILES[path]
        home = find_place(HOME, self.calendar, self.config.feed_size)
        assert home
        facts = files.Facts(self.config, list(place_paths(self.calendar)), self._updated(home))
        return self._document(self._url(path), type_, make(facts), (), None)

    def _document(
        self, url: str, type_: str, content: bytes, links: Iterable[Link], last_day: date | None
    ) -> Document:
        path = "/" + url.removeprefix(self.config.base_url)
        etag = hashlib.sha256(content).hexdigest()[:32]
        modified = self.store.state().changed
        return Document(path, type_, content, etag, modified, tuple(links), last_day)

    def _renderings(self, place: Place, format_: str) -> Iterator[bytes]:
        """The place's items, newest day first; of a paper in several days only the newest."""
        seen = set()
        for day in place.days:
            for id_, content in self.store.renderings(format_, day):
                if id_ not in seen:
                    seen.add(id_)
                    yield content

    def _title(self, place: Place) -> str:
        name = "all days" if place.kind is Kind.EVERYTHING else place.name
        return f"{self.config.title} · {name}" if name else self.config.title

    def _updated(self, place: Place) -> datetime:
        """That of the newest item: a day's first."""
        if not place.days:
            return feeds.EMPTY_SINCE
        return datetime.combine(place.days[0], self.config.time_of_day, UTC)

    def _archive_links(self, place: Place, format_: FeedFormat) -> dict[str, str]:
        """RFC 5005 section 4: the chain that leads from the subscription document to the oldest."""
        links = {"current": HOME} if place.kind is Kind.WEEK else {}
        if place.older:
            links["prev-archive"] = place.older.path
        if place.newer:
            links["next-archive"] = place.newer.path
        return {relation: self._url(path + format_.name) for relation, path in links.items()}

    def _feed_links(self, path: str) -> dict[str, Link]:
        """The feeds of a place, by what people call their formats."""
        return {
            format_.label: Link("alternate", self._url(path + format_.name), format_.type)
            for format_ in FEED_FORMATS.values()
        }

    def _url(self, path: str) -> str:
        return self.config.base_url + path.removeprefix("/")
