"""The sites of a folder of digests: one a language, which know of each other; usually one."""

from __future__ import annotations

from collections.abc import Iterator

from feedsvc.config import Config
from feedsvc.index.stages import Searching
from feedsvc.parallel.mapping import ParallelMap, serial_map
from feedsvc.site.site import Site


class Sites:
    """Those of all languages, that of the root first. Threads may share them."""

    def __init__(self, config: Config, searching: Searching | None = None) -> None:
        """`searching` as of Site."""
        self._all = [Site(each, searching) for each in config.in_each_language()]
        for site in self._all:
            site.others = [other for other in self._all if other is not site]

    def __iter__(self) -> Iterator[Site]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)

    @property
    def first(self) -> Site:
        """That of the root."""
        return self._all[0]

    def refresh(self, parallel_map: ParallelMap = serial_map) -> None:
        """Takes up what changed in the folder. Raises FolderError."""
        for site in self._all:
            site.refresh(parallel_map)

    def at(self, path: str) -> tuple[Site, str]:
        """The site that a path leads into, and the path inside it."""
        folder, slash, rest = path.removeprefix("/").partition("/")
        for site in self._all[1:]:
            if slash and f"{folder}/" == site.config.folder:
                return site, f"/{rest}"
        return self.first, path
