"""What all documents of one state of the archive are made of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime

from msgspec import Struct

from feedsvc.config import Config
from feedsvc.index.store import Store
from feedsvc.site.catalogue import Catalogue
from feedsvc.site.etags import ETags
from feedsvc.site.kinds import Place, Scope
from feedsvc.site.places import all_places, find_place
from feedsvc.site.translations import Translations


class Snapshot(Struct):
    """One state of the archive, which stays while others refresh the index."""

    config: Config
    store: Store
    catalogue: Catalogue
    etags: ETags
    unpack: Callable[[str, date], Sequence[bytes]]
    """A day's renderings under a name; `Store.renderings`, which may remember some."""
    pick: Callable[[str, date, Sequence[int]], Sequence[bytes]]
    """Those at some positions of a day."""
    translations: Translations
    """What the site in other languages had just before."""
    _places: dict[tuple[str, str], Place | None] = {}

    @property
    def identity(self) -> str:
        """Never the same for two of which a document differs."""
        return f"{self.catalogue.state.revision} {self.translations.revision}".strip()

    @property
    def changed(self) -> datetime:
        """When anything last changed that documents tell of, in UTC."""
        others = [other.changed for other in self.translations.others]
        return max([self.catalogue.state.changed, *others])

    def scope(self, query: str = "") -> Scope:
        """What kinds of places decide by."""
        return Scope(self.catalogue, self.store, self.config, query)

    def place(self, path: str, query: str = "") -> Place | None:
        """The place at a path, with a canonical query; None if there is none."""
        key = path, query
        if key not in self._places:  # each of the documents of a place asks for it
            self._places[key] = find_place(path, self.scope(query))
        return self._places[key]

    def places(self) -> list[Place]:
        """Every place of the site; `place` finds them without looking again."""
        found = [*all_places(self.scope())]
        self._places.update({(place.path, ""): place for place in found})
        return found
