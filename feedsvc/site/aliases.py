"""Names that feed readers try by themselves, and the document that each of them means.

A server redirects them in every place. A static site has copies of them in its root, as most hosts
of files can't redirect.
"""

from __future__ import annotations

ALIASES = {
    **dict.fromkeys(
        ("atom", "atom.xml", "feed", "feed.atom", "index.atom", "index.xml"), "feed.xml"
    ),
    **dict.fromkeys(("rss", "feed.rss", "index.rss"), "rss.xml"),
    **dict.fromkeys(("index.json",), "feed.json"),
}
"""The name of a document by its other name, in lower case."""
