"""The document at each path, of one state of the archive. Knows no HTTP."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache

from msgspec.structs import replace

from feedsvc import chain, files, pages
from feedsvc.config import Config
from feedsvc.errors import NotFoundError
from feedsvc.formats import FEED_FORMATS, NAMES, PAGE, FeedFormat
from feedsvc.heads import feed_head, newest_time, page_head
from feedsvc.index import Day, State, Store
from feedsvc.marks import Mark, marked, parse_mark
from feedsvc.model import Document, Link, Problem
from feedsvc.places import EVERYTHING, HOME, Kind, Place, all_places, find_place, place_paths
from feedsvc.weeks import Calendar

_ALL_TIME = {Kind.HOME, Kind.EVERYTHING}
"""The places to which new papers come for ever, so that a client may ask for these only."""

_FEEDS_OF_EVERYTHING = {EVERYTHING + name: format_ for name, format_ in FEED_FORMATS.items()}
"""By path."""

LARGEST_KEPT = 2000
"""Papers; what holds more is streamed, as it may outgrow any memory."""


class Archive:
    """One state of the archive in outline: small, and read once for all its documents."""

    def __init__(self, state: State, days: Sequence[Day]) -> None:
        self.state = state
        self.days = days
        self.calendar = Calendar([day.day for day in days], [day.papers for day in days])
        self.papers = sum(day.new_papers for day in days)
        """Each counted once, in however many days it stands."""
        self.by_day = {day.day: day for day in days}

    def with_first_days(self, papers: int) -> Archive | None:
        """The archive as it was when it had so many papers; None where no day ended with them."""
        totals = itertools.accumulate(day.papers for day in self.days)
        for number, total in enumerate(totals, 1):
            if total == papers:
                return Archive(self.state, self.days[:number])
        return None


class Snapshot:
    """All documents of one state of the archive."""

    def __init__(self, config: Config, store: Store, archive: Archive) -> None:
        self.config = config
        self.store = store
        self.archive = archive
        self.calendar = archive.calendar
        self._renderings_of_day = store.renderings
        self._marks: dict[str, Mark] = {}
        self._files: dict[str, Document] = {}

    def remember(self, days: int) -> None:
        """Unpacks each of the last so many days once: for who wants the documents of a week."""
        self._renderings_of_day = lru_cache(days * len(NAMES))(self.store.renderings)

    def problems(self) -> list[Problem]:
        """What is odd about the digests, by path and line."""
        return self.store.problems()

    def places(self) -> Iterator[Place]:
        """Every place."""
        return all_places(self.calendar, self.config.feed_size)

    def paths(self) -> list[str]:
        """The path of every document, as a file's: a page ends in `index.html`."""
        places = place_paths(self.calendar)
        return [*files.FILES, *(place + name for place in places for name in NAMES)]

    def document(self, path: str) -> Document:
        """The document at a path; a place's path is its page's. Raises NotFoundError."""
        if path in files.FILES:
            return self.file(path)
        place, name = self._place_and_name(path)
        if name == PAGE:
            return self._page(place)
        return self._feed(place, FEED_FORMATS[name], self._renderings(place.days, name, {}))

    def delta(self, path: str, mark: Mark) -> Document:
        """What is new in the feed at a path since the version that had the mark.

        Raises NotFoundError where that is not all that changed, where it is not all in the feed
        any more, and where it is the whole of it.
        """
        place, name = self._place_and_name(path)
        has_deltas = name != PAGE and place.kind in _ALL_TIME
        new = self._new_since(mark) if has_deltas else {}
        if not new or min(new.items()) <= (place.days[-1], 0):
            raise NotFoundError(f"There are not just new papers at {path} since {mark}.")
        items = self._renderings(sorted(new, reverse=True), name, new)
        return self._feed(place, FEED_FORMATS[name], items, new)

    def continued(
        self, path: str, etag: str, part: Callable[[int, int], Iterable[bytes]]
    ) -> Document | None:
        """The feed of everything at a path, as what is new around the items of an older version.

        `etag` is the older one's; `part` gives its bytes, but for so many at its start and at its
        end. None where not just new papers of new days came, and where another document is at the
        path: to copy shorter ones is no less work than to make them.
        """
        format_, mark = _FEEDS_OF_EVERYTHING.get(path), parse_mark(etag)
        if not format_ or not mark:
            return None
        archive = self.archive.with_first_days(mark.papers)
        if not archive:
            return None
        older = Snapshot(self.config, self.store, archive)
        place, old_place = self._place(EVERYTHING), older._place(EVERYTHING)
        assert place
        assert old_place
        new = self.archive.days[len(archive.days) :]
        old = older._feed(old_place, format_, ())
        if not new or old.etag != etag or any(day.new_papers < day.papers for day in new):
            return None
        new_items = self._renderings([day.day for day in reversed(new)], format_.name, {})
        # The last item stands for the older ones: formats have separators.
        document = self._feed(place, format_, (*new_items, b""))
        old_start, old_end = old.pieces
        *start, _, end = document.pieces
        pieces = itertools.chain(start, part(len(old_start), len(old_end)), [end])
        return replace(document, pieces=pieces)

    def tag(self, place: Place) -> bytes:
        """Stands for all that the documents of a place are made of."""
        older = place.older.name if place.older else ""
        newer = place.newer.name if place.newer else ""
        facts = f"{self.archive.state.fingerprint} {place.path} {older} {newer}"
        return chain.extend(chain.START, facts.encode(), self._versions(place))

    def etag(self, place: Place, name: str) -> str:
        """The ETag of one of NAMES, of a place: from all that its content is made of.

        That is less work than to make the content. Deterministic, the same on every machine with
        the same settings and versions.
        """
        is_feed = name != PAGE
        facts = [self.archive.state.fingerprint, place.path, name]
        if not (is_feed and place.kind is Kind.DAY):
            facts += [near.path if near else "" for near in (place.older, place.newer)]
        versions = self._versions(place)
        etag = chain.extend(chain.START, " ".join(facts).encode(), versions).hex()
        if is_feed and place.days and place.kind in _ALL_TIME:
            if place.path not in self._marks:  # all formats have the same
                self._marks[place.path] = self._mark(place)
            return marked(etag, self._marks[place.path])
        return etag

    def file(self, path: str) -> Document:
        """One of the documents that belong to no place, made once."""
        if path in self._files:
            return self._files[path]
        type_, make = files.FILES[path]
        home = self._place(HOME)
        assert home
        places = place_paths(self.calendar)
        facts = files.Facts(self.config, places, newest_time(self.config, home))
        content = make(facts)
        etag = hashlib.sha256(content).hexdigest()[:32]
        document = Document(path, type_, (content,), etag, self.archive.state.changed)
        self._files[path] = document
        return document

    def _place(self, path: str) -> Place | None:
        return find_place(path, self.calendar, self.config.feed_size)

    def _place_and_name(self, path: str) -> tuple[Place, str]:
        folder, slash, name = path.rpartition("/")
        place = self._place(folder + slash)
        if place and (name or PAGE) in NAMES:
            return place, name or PAGE
        raise NotFoundError(f"There is no document at {path}.")

    def _feed(
        self,
        place: Place,
        format_: FeedFormat,
        items: Iterable[bytes],
        new: Mapping[date, int] | None = None,
    ) -> Document:
        """A place's feed in one format; with `new`, its items are only those of these days."""
        head = feed_head(self.config, place, format_, is_whole=new is None)
        pieces = format_.compose(head, items)
        links = (
            Link("self", head.self_url, format_.type),
            Link("alternate", head.page_url, pages.HTML_TYPE),
            *(Link(relation, url, format_.type) for relation, url in head.links.items()),
        )
        document = self._document(place, format_.name, format_.type, pieces, links)
        return replace(
            document,
            is_streamed=self._is_long(place.days if new is None else new, new or {}),
            has_deltas=place.kind in _ALL_TIME,
            is_delta=new is not None,
        )

    def _page(self, place: Place) -> Document:
        is_index = place.kind is Kind.EVERYTHING
        is_small = self.archive.papers <= self.config.all_size
        head = page_head(self.config, place, has_feeds=is_small or not is_index)
        if is_index:
            titles = self.store.titles() if is_small else {}
            pieces = iter([pages.index_page(head, place.days, titles)])
        else:
            pieces = pages.page(head, place.days, self._renderings(place.days, PAGE, {}))
        links = (*head.site_feeds.values(), *head.place_feeds.values())
        document = self._document(place, PAGE, pages.HTML_TYPE, pieces, links)
        return replace(document, is_streamed=self._is_long(place.days, {}) and not is_index)

    def _document(
        self, place: Place, name: str, type_: str, pieces: Iterable[bytes], links: tuple[Link, ...]
    ) -> Document:
        etag, changed = self.etag(place, name), self.archive.state.changed
        return Document(place.path + name, type_, pieces, etag, changed, links, place.last_day)

    def _is_long(self, days: Iterable[date], starts: Mapping[date, int]) -> bool:
        papers = sum(self.archive.by_day[day].papers - starts.get(day, 0) for day in days)
        return papers > LARGEST_KEPT

    def _renderings(
        self, days: Sequence[date], format_: str, starts: Mapping[date, int]
    ) -> Iterator[bytes]:
        """The days' items, newest day first; of a paper in several days only the newest.

        Of a day in `starts` only those from there on.
        """
        seen: set[str] = set()
        by_day = self.archive.by_day
        may_repeat = len(days) > 1 and any(
            by_day[day].new_papers < by_day[day].papers for day in days
        )
        for day in days:
            start = starts.get(day, 0)
            contents = self._renderings_of_day(format_, day)[start:]
            if not may_repeat:
                yield from contents
                continue
            for id_, content in zip(self.store.ids(day)[start:], contents, strict=True):
                if id_ not in seen:
                    seen.add(id_)
                    yield content

    def _versions(self, place: Place) -> bytes:
        return b"".join([self.archive.by_day[day].version for day in place.days])

    def _mark(self, place: Place) -> Mark:
        days = [self.archive.by_day[day] for day in reversed(place.days)]
        link = chain.START
        for day in days:
            link = chain.extend(link, day.version)
        return Mark(days[0].day, sum(day.papers for day in days), link)

    def _new_since(self, mark: Mark) -> dict[date, int]:
        """The days with papers after the mark, and how many of each were there before.

        Empty where the papers up to the mark are not what they were.
        """
        link, left = chain.START, mark.papers
        new: dict[date, int] = {}
        for name in self.calendar.days_since(mark.first):
            day = self.archive.by_day[name]
            known = min(left, day.papers)
            left -= known
            if known == day.papers:
                link = chain.extend(link, day.version)
                continue
            if known:
                link = chain.extend(link, self.store.links(name)[known - 1])
            new[name] = known
        return new if not left and link == mark.link else {}
