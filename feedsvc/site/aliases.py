"""Names that readers try where a site says nothing, and the document that each is another name of.

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
