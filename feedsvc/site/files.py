"""What is known of a file of a built site by its path alone."""

from __future__ import annotations

from datetime import date

from msgspec import Struct

from feedsvc.feeds.formats import FORMATS
from feedsvc.pages.page import HTML_TYPE
from feedsvc.site.aliases import ALIASES
from feedsvc.site.extras import EXTRAS
from feedsvc.site.kinds import HOME, PAGE, PlaceKind
from feedsvc.site.opml import OPML_NAME, OPML_TYPE
from feedsvc.site.places import key_and_kind
from feedsvc.site.turns import Turn

_TYPES = {
    PAGE: HTML_TYPE,
    OPML_NAME: OPML_TYPE,
    **{name: format_.content_type for name, format_ in FORMATS.items()},
}
"""The types of the documents of places, by their names."""


class SiteFile(Struct, frozen=True):
    """A file that a build may have written."""

    site: str
    """The path of the folder of its site: `/`, or another where several are in one folder."""
    type: str
    """The value of Content-Type."""
    turn: Turn
    last_day: date | None
    """The last day whose papers can be in it; None if papers are added for ever."""


def site_file(path: str) -> SiteFile | None:
    """The file at a path, which begins with a slash; None if no build writes such a file.

    A site may be in a folder inside another one's: `/en/2024-11-18/index.html`.
    """
    folder, slash, name = path.rpartition("/")
    folder += slash
    site, inside, key, kind = _place(folder)
    if inside == HOME and inside + name in EXTRAS:
        extra = EXTRAS[inside + name]
        return SiteFile(site, extra.type, extra.turn, None)
    target = ALIASES.get(name, name) if inside == HOME else name
    if target not in kind.names:
        return None
    return SiteFile(site, _TYPES[target], kind.turn, kind.last_day(key))


def _place(folder: str) -> tuple[str, str, object, PlaceKind]:
    """The path of a folder's site, that of its place in there, and the key and kind of that."""
    at = 0
    while not (found := key_and_kind(folder[at:])):
        at = folder.index("/", at + 1)
    return folder[: at + 1], folder[at:], *found
