"""What an address written in a digest leads to, before it is resolved."""

from __future__ import annotations

import re

_ABSOLUTE = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:|//|(?:[\w-]+\.)+[a-z]+/")
_PAGES = (".md", ".markdown", ".html", ".htm", "/")


def is_relative(address: str) -> bool:
    """Whether an address leads to something beside the digest."""
    return not _ABSOLUTE.match(address)


def is_page(address: str) -> bool:
    """Whether a relative address leads to a page in or below the digest's folder."""
    path = address.partition("#")[0].partition("?")[0].lower()
    if not path or path.startswith(("../", "/")):
        return False
    return path.endswith(_PAGES) or "." not in path.rpartition("/")[2]
