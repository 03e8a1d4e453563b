"""Items as Atom entries (RFC 4287 section 4.1.2) and as RSS 2.0 items.

The documents around them declare the namespaces. These are most of a feed's bytes and of the work
for it, so they are written as text, each once; feedgen makes the documents (`feedsvc.feeds.xml`).
"""

from __future__ import annotations

from html import escape

from feedsvc.feeds.content import Content, item_address, rfc822, rfc3339
from feedsvc.model import Item, Paper

UNKNOWN_LENGTH = 0
"""Bytes. RSS wants an enclosure's length, and 0 says that it isn't known (RSS Best Practices)."""


def atom_entry(item: Item, content: Content, base_url: str) -> bytes:
    """An item as an `entry`, which ends its line."""
    paper = item.paper
    language = f' xml:lang="{escape(paper.language)}"' if paper.language else ""
    parts = [
        f"<entry{language}><id>{_text(paper.id)}</id><title>{_text(paper.title)}</title>"
        f"<updated>{item.updated.isoformat()}</updated>",
        *(f"<author><name>{_text(name)}</name></author>" for name in paper.authors),
    ]
    if content.html:
        parts.append(f'<content type="html">{content.html_as_text}</content>')
    if content.summary:
        parts.append(f"<summary>{_text(content.summary)}</summary>")
    parts += [f'<category term="{escape(category)}"/>' for category in content.categories]
    parts.append(
        f"<published>{item.published.isoformat()}</published>"
        f'<link rel="alternate" type="text/html" href="{escape(item_address(paper, base_url))}"/>'
    )
    parts += [
        f'<link rel="enclosure" type="{escape(media.type)}" href="{escape(media.url)}"/>'
        for media in paper.media
    ]
    return f"{''.join(parts)}{_extensions(paper, content)}</entry>\n".encode()


def rss_item(item: Item, content: Content, base_url: str) -> bytes:
    """An item as an `item`, which ends its line. Readers take its description for HTML."""
    paper = item.paper
    parts = [
        f"<item><title>{_text(paper.title)}</title>"
        f"<link>{_text(item_address(paper, base_url))}</link>"
    ]
    if content.summary:
        parts.append(
            f"<description>{_text(_text(content.summary))}</description>"
            f"<content:encoded>{content.html_as_text}</content:encoded>"
        )
    elif content.html:
        parts.append(f"<description>{content.html_as_text}</description>")
    parts.append(f'<guid isPermaLink="false">{_text(paper.id)}</guid>')
    parts += [f"<category>{_text(category)}</category>" for category in content.categories]
    parts += [
        f'<enclosure url="{escape(media.url)}" length="{UNKNOWN_LENGTH}"'
        f' type="{escape(media.type)}"/>'
        for media in paper.media[:1]  # there is room for one; Media RSS has them all
    ]
    parts.append(f"<pubDate>{rfc822(item.published)}</pubDate>")
    if paper.authors:
        # One element for all: of several, readers show only the first or the last.
        parts.append(f"<dc:creator>{_text(', '.join(paper.authors))}</dc:creator>")
    if paper.language:
        parts.append(f"<dc:language>{_text(paper.language)}</dc:language>")
    parts.append(f"<atom:updated>{rfc3339(item.updated)}</atom:updated>")
    return f"{''.join(parts)}{_extensions(paper, content)}</item>\n".encode()


def _extensions(paper: Paper, content: Content) -> str:
    """Media RSS, and the votes."""
    parts = []
    if content.thumbnail:
        parts.append(f'<media:thumbnail url="{escape(content.thumbnail)}"/>')
    parts += [
        f'<media:content url="{escape(media.url)}" type="{escape(media.type)}"'
        f' medium="{media.medium.value}"/>'
        for media in paper.media
    ]
    if paper.votes is not None:
        parts.append(f"<paper:votes>{paper.votes}</paper:votes>")
    return "".join(parts)


def _text(text: str) -> str:
    return escape(text, quote=False)
