"""Addresses and ids of papers: which are usable, and which paper each one names."""

from __future__ import annotations

import hashlib
import re
from datetime import date
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

from feedsvc.parser.source.text import decode_references
from feedsvc.parser.vocabulary.homes import arxiv_id, paper_at
from feedsvc.patterns import compile_later

__all__ = ["arxiv_id", "canonical", "tag_uri", "web_address"]

_PLAIN_ADDRESS = re.compile(r"https?://[a-z0-9-]+(?:\.[a-z0-9-]+)+/[\w.~/-]*", re.ASCII)
"""What needs no second look: most addresses of digests."""

_TRACKING = compile_later(r"utm_.*|fbclid|gclid|dclid|msclkid|mc_cid|mc_eid|igshid|_hsenc|_hsmi")
_DEFAULT_PORTS = {"http": 80, "https": 443}
_RESERVED = "!#$%&'()*+,/:;=?@[]~"


def web_address(text: str, base: str = "") -> str | None:
    """`text` as an absolute http or https URL in ASCII; None where it can't be one.

    What RFC 3986 doesn't allow in a URL is percent-encoded. A relative address is resolved
    against `base`, if there is one. An address with a user name is refused: it deceives.
    """
    if _PLAIN_ADDRESS.fullmatch(text):
        return text
    address = decode_references(text).strip()
    if address.startswith("//"):
        address = "https:" + address
    try:
        if base and not re.match(r"[a-zA-Z][a-zA-Z0-9+.-]*:", address):
            address = urljoin(base, address)
        parts = urlsplit(address)
        host = _ascii_host(parts.hostname or "")
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not host or "@" in parts.netloc:
        return None
    if port is not None and port != _DEFAULT_PORTS[parts.scheme]:
        host = f"{host}:{port}"
    rest = (quote(part, safe=_RESERVED) for part in (parts.path, parts.query, parts.fragment))
    return _with_whole_escapes(urlunsplit((parts.scheme, host, *rest)))


def canonical(address: str) -> str:
    """The one address of the paper that `address` names, for an address from `web_address`.

    All addresses of a paper at one of the homes of papers become one, as arXiv's abstract page
    without version. Elsewhere the fragment and tracking parameters go.
    """
    if paper := paper_at(address):
        return paper
    parts = urlsplit(address)
    pairs = parts.query.split("&")
    kept = [pair for pair in pairs if not _TRACKING.fullmatch(pair.partition("=")[0])]
    return urlunsplit((parts.scheme, parts.netloc, parts.path or "/", "&".join(kept), ""))


def tag_uri(day: date, title: str) -> str:
    """An id (RFC 4151) for a paper that has no address of its own."""
    return f"tag:feedsvc,{day}:{hashlib.sha256(title.encode()).hexdigest()[:16]}"


def _ascii_host(host: str) -> str:
    """The host as DNS knows it. Raises ValueError where it can't be one."""
    ascii_host = host.encode("idna").decode() if not host.isascii() else host
    if not re.fullmatch(r"[a-z0-9_.-]+|[0-9a-f:.]+", ascii_host):
        raise ValueError(host)
    return f"[{ascii_host}]" if ":" in ascii_host else ascii_host


def _with_whole_escapes(address: str) -> str:
    return re.sub(r"%(?![0-9a-fA-F]{2})", "%25", address)
