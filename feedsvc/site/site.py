"""The site that a folder of digests makes, in one state after another."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from functools import lru_cache, partial
from typing import TypeVar

from msgspec.structs import replace

from feedsvc.config import Config
from feedsvc.errors import IndexLostError
from feedsvc.index.index import Index
from feedsvc.index.refresh import ProblemNews
from feedsvc.index.stages import Searching
from feedsvc.index.store import BuiltPlace, Store
from feedsvc.model import Document
from feedsvc.parallel.mapping import ParallelMap, serial_map
from feedsvc.site.catalogue import Catalogue
from feedsvc.site.deltas import delta
from feedsvc.site.documents import document
from feedsvc.site.etags import ETags
from feedsvc.site.feed_version import FeedVersion
from feedsvc.site.kinds import Scope
from feedsvc.site.pipeline import make_pipeline
from feedsvc.site.places import place_paths
from feedsvc.site.snapshot import Snapshot
from feedsvc.site.translations import Shown, Translations

_Result = TypeVar("_Result")


class Site:
    """One site; threads may share it."""

    def __init__(self, config: Config, searching: Searching | None = None) -> None:
        """Without `searching` it is searched in only if there are saved searches, then wholly."""
        usual = Searching.WHOLLY if config.saved else Searching.NONE
        pipeline = make_pipeline(config, searching or usual)
        self.config = config
        self.others: Sequence[Site] = ()
        """The site in other languages, in the order of the settings."""
        self._fingerprints = pipeline.fingerprints
        self._index = Index(config.digests_folder, pipeline, config.index)
        self._catalogue: Catalogue | None = None
        self._shown: Shown | None = None

    def refresh(self, parallel_map: ParallelMap = serial_map) -> ProblemNews:
        """Takes up what changed in the folder, as `Index.refresh` tells it. Raises FolderError."""
        return self._index.refresh(parallel_map)

    @contextmanager
    def snapshot(
        self, *, long: bool = False, searchable: bool = False, unpacked: int = 0
    ) -> Iterator[Snapshot]:
        """One state of the site, which stays while others refresh the index.

        A `long` one keeps no other waiting, however long it is open; nobody can search in it unless
        it is `searchable`, if the index is in memory. The last `unpacked` lists of
        renderings are remembered, for a caller who wants several documents of the same days.
        Inside one that is not `long` none of another language may be opened.
        Raises FolderError where the folder was never readable, and IndexLostError where the index
        breaks meanwhile.
        """
        # Before this one is read, as two that wait for each other would wait for ever.
        translations = Translations(self.config, [other.shown() for other in self.others])
        with self._index.reading(long=long, searchable=searchable) as store:
            catalogue = self._catalogue_of(store)
            etags = ETags(catalogue, self._fingerprints.documents, translations)
            unpack, pick = store.renderings, store.some_renderings
            if unpacked:
                unpack = lru_cache(unpacked)(store.renderings)
                pick = partial(_pick, unpack)
            yield Snapshot(self.config, store, catalogue, etags, unpack, pick, translations)

    def shown(self) -> Shown:
        """What the site in other languages needs to know of the newest state. Raises as above."""
        with self._index.reading() as store:
            catalogue = self._catalogue_of(store)
            revision = f"{catalogue.state.revision} {store.search.exists()}"
            shown = self._shown
            if not shown or shown.revision != revision:
                scope = Scope(catalogue, store, self.config)
                paths = frozenset(place_paths(scope)) if catalogue.papers else frozenset[str]()
                changed = catalogue.state.changed
                shown = Shown(self.config, revision, paths, catalogue.papers, changed)
                self._shown = shown
            return shown

    def document(self, path: str, query: str = "") -> Document:
        """The document at a path, whole. Raises NotFoundError and FolderError."""
        return self.read(lambda snapshot: _whole(document(snapshot, path, query)))

    def outline(self, path: str, query: str = "") -> Document:
        """The same, but without content if it is streamed: for callers that need only its ETag."""
        return self.read(lambda snapshot: _outline(document(snapshot, path, query)))

    def delta(self, path: str, version: FeedVersion) -> Document:
        """What is new at a path since a version, without content if it is streamed.

        Raises NotFoundError if something else changed, too.
        """
        return self.read(lambda snapshot: _outline(delta(snapshot, path, version)))

    def is_on_disk(self) -> bool:
        """Whether other processes can read the state that this one sees."""
        return self._index.is_on_disk()

    def update_manifest(
        self, folder: str, places: Mapping[str, BuiltPlace], gone: Collection[str]
    ) -> None:
        """Notes which files a build left in places, and which places are gone."""
        self._index.update_manifest(folder, places, gone)

    @contextmanager
    def noting(self) -> Iterator[Store]:
        """The newest state, for whoever notes what a hub was told; all inside is one transaction.

        Raises IndexLostError where nothing can be noted now.
        """
        with self._index.noting() as store:
            yield store

    @property
    def made_with(self) -> str:
        """The fingerprint that papers are rendered with."""
        return self._fingerprints.items

    def read(self, read: Callable[[Snapshot], _Result]) -> _Result:
        """What `read` makes of the newest state; tries once more if the index breaks meanwhile."""
        try:
            with self.snapshot() as snapshot:
                return read(snapshot)
        except IndexLostError:
            with self.snapshot() as snapshot:
                return read(snapshot)

    def _catalogue_of(self, store: Store) -> Catalogue:
        """The catalogue of the state that the store shows, read once for each state."""
        state = store.state()
        catalogue = self._catalogue
        if not catalogue or catalogue.state != state:
            catalogue = self._catalogue = Catalogue(state, store.days())
        return catalogue


def _whole(made: Document) -> Document:
    return replace(made, pieces=(made.content,))


def _pick(
    unpack: Callable[[str, date], Sequence[bytes]], name: str, day: date, positions: Sequence[int]
) -> list[bytes]:
    contents = unpack(name, day)
    return [contents[position] for position in positions]


def _outline(made: Document) -> Document:
    return replace(made, pieces=()) if made.is_streamed else _whole(made)
