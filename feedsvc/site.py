"""The site that a folder of digests makes, in one state after another. Knows no HTTP."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import TypeVar

from msgspec.structs import replace

from feedsvc.config import Config
from feedsvc.errors import IndexLostError
from feedsvc.index import BuiltPlace, Index, Spread, Store, in_turn
from feedsvc.marks import Mark
from feedsvc.model import Document
from feedsvc.recipe import recipe
from feedsvc.snapshot import Archive, Snapshot

_Result = TypeVar("_Result")


class Site:
    """One site; threads may share it."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._index = Index(config.digests, recipe(config), config.index)
        self._archive: Archive | None = None

    def refresh(self, spread: Spread = in_turn) -> None:
        """Looks at the folder of digests. Raises FolderError."""
        self._index.refresh(spread)

    @contextmanager
    def snapshot(self, *, long: bool = False) -> Iterator[Snapshot]:
        """One state of the site, which stays while others refresh the index.

        A `long` one keeps no other waiting, however long it is open. Raises FolderError where
        the folder was never readable, and IndexLostError where the index breaks meanwhile.
        """
        with self._index.reading(long=long) as store:
            yield Snapshot(self._config, store, self._archive_of(store))

    def document(self, path: str) -> Document:
        """The document at a path, whole. Raises NotFoundError and FolderError."""
        return self.read(lambda snapshot: _whole(snapshot.document(path)))

    def outline(self, path: str) -> Document:
        """The same, but one to be streamed has no content: for who asks only for its tag."""
        return self.read(lambda snapshot: _outline(snapshot.document(path)))

    def delta(self, path: str, mark: Mark) -> Document:
        """What is new at a path, as `Snapshot.delta` has it, and without content if streamed."""
        return self.read(lambda snapshot: _outline(snapshot.delta(path, mark)))

    def is_on_disk(self) -> bool:
        """Whether other processes can read the state that this one sees."""
        return self._index.is_on_disk()

    def remember_built(
        self, folder: str, places: Mapping[str, BuiltPlace], gone: Collection[str]
    ) -> None:
        """Notes what a build left in places, and which are gone."""
        self._index.remember_built(folder, places, gone)

    def read(self, read: Callable[[Snapshot], _Result]) -> _Result:
        """What is read of the newest state; once more where the index breaks meanwhile."""
        try:
            with self.snapshot() as snapshot:
                return read(snapshot)
        except IndexLostError:
            with self.snapshot() as snapshot:
                return read(snapshot)

    def _archive_of(self, store: Store) -> Archive:
        """The state that the store shows, read once for each."""
        state = store.state()
        archive = self._archive
        if not archive or archive.state != state:
            archive = self._archive = Archive(state, store.days())
        return archive


def _whole(document: Document) -> Document:
    return replace(document, pieces=(document.content,))


def _outline(document: Document) -> Document:
    return replace(document, pieces=()) if document.is_streamed else _whole(document)
