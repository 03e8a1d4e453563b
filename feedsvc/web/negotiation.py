"""Reads the headers by which a request chooses its response. Pure."""

from __future__ import annotations

import re
from datetime import datetime

from werkzeug.datastructures import Accept, ETags
from werkzeug.http import parse_accept_header, parse_date, parse_etags, quote_etag

from feedsvc.compression import ENCODINGS, IDENTITY

_SUFFIXES = "|".join(re.escape(encoding.suffix) for encoding in ENCODINGS.values())
_OWN_SUFFIX = re.compile(f"(?:{_SUFFIXES})$")
_PROXY_SUFFIX = re.compile(r"(?:-|--|;|:)(?:gzip|br|zstd|deflate)$")
_FEED_DELTA = re.compile(r"(?:^|,)\s*feed\s*(?:;\s*q=(?!0(?:\.0*)?\s*(?:,|$))[^,]*)?(?:,|$)")

_FEEDPARSER = re.compile(r"(?:universal)?feedparser/", re.IGNORECASE)
_READER = "python-reader/"
_TYPE_OF_FEEDPARSER = "application/x-netcdf"
"""Feedparser asks for it, whatever the program above it calls itself, and so does reader."""


def choose_encoding(header: str) -> str:
    """The encoding a client likes best, by its Accept-Encoding.

    Identity if it names none or refuses all (RFC 9110 section 12.5.3).
    """
    accepted = parse_accept_header(header, Accept)
    qualities = {name: accepted.quality(name) for name in ENCODINGS}
    best = max(qualities, key=lambda name: qualities[name])
    if not accepted or qualities[best] <= 0 or qualities[best] < _explicit_identity(accepted):
        return IDENTITY
    return best


def matching_etag(header: str, etag: str, selected: str) -> str | None:
    """The ETag in an If-None-Match that is of this content; None if there is none.

    `selected` is the ETag of the encoding that the client would get. Other encodings of the same
    content match, too, and so do the forms into which proxies change our ETags (`"x-gzip"`,
    `W/"x"`): the client has the content.
    """
    given = parse_etags(header)
    if given.star_tag or given.contains_weak(selected):
        return selected
    return next((etag_ for etag_ in _etags(given) if _OWN_SUFFIX.sub("", etag_) == etag), None)


def own_etags(header: str) -> dict[str, str]:
    """The ETags in an If-None-Match as documents have them, without what encodings add.

    Each with the one that was sent, in quotes.
    """
    given = parse_etags(header)
    sent = sorted(filter(None, given.as_set(include_weak=True)))
    return {
        _OWN_SUFFIX.sub("", _PROXY_SUFFIX.sub("", etag)): quote_etag(etag, given.is_weak(etag))
        for etag in sent
    }


def is_unmodified(header: str, modified: datetime) -> bool:
    """Whether a document that changed at `modified` has not changed since the given date.

    False if the If-Modified-Since is not a date.
    """
    try:
        since = parse_date(header)
    except OverflowError:  # for years that datetime can't hold
        return False
    return since is not None and modified <= since


def wants_delta(header: str) -> bool:
    """Whether an A-IM asks for the new entries of a feed only (RFC 3229)."""
    return _FEED_DELTA.search(header) is not None


def takes_deltas(agent: str, accepted: str) -> bool:
    """Whether a client that sends A-IM knows what it asks for, by its User-Agent and Accept.

    feedparser sends A-IM with each request, and a program above it that takes 226 for an error,
    as rss2email does, would never see another paper. Of those above it only reader is known to
    understand. The whole document is always allowed.
    """
    if agent.startswith(_READER):
        return True
    return not _FEEDPARSER.match(agent) and _TYPE_OF_FEEDPARSER not in accepted


def _etags(given: ETags) -> list[str]:
    """The ETags without what proxies add, in a fixed order."""
    etags = filter(None, given.as_set(include_weak=True))  # Werkzeug gives None for an empty one
    return sorted(_PROXY_SUFFIX.sub("", etag) for etag in etags)


def _explicit_identity(accepted: Accept) -> float:
    return next((quality for name, quality in accepted if name.lower() == IDENTITY), 0.0)
