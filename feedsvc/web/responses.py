"""Makes the responses of a document: status, headers and body. Knows no framework.

What is the same for many requests is made once.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime
from http import HTTPStatus

from msgspec import Struct
from werkzeug.http import http_date, quote_etag

from feedsvc.compression import ENCODINGS, IDENTITY, is_worth_encoding
from feedsvc.model import Document, Link
from feedsvc.site.freshness import cache_control
from feedsvc.web.negotiation import (
    choose_encoding,
    is_unmodified,
    matching_etag,
    takes_deltas,
    wants_delta,
)
from feedsvc.web.traffic import kind_of

OPEN_HEADERS = {
    # Feed readers that run in a browser may read everything here: nothing is private.
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Last-Modified, Link, IM",
}
"""Headers by which pages of other sites may read a response, a 304 too."""

COMMON_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; "
        "img-src 'self' https: http:; media-src https: http:; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    ),
    **OPEN_HEADERS,
}
"""Headers of every response but a 304: to this the client adds those that it has."""

KNOWN_HEADERS = 16
"""Values of Accept-Encoding that are kept; clients send hardly a dozen different ones."""

LONGEST_KNOWN_HEADER = 200
"""Characters; longer values are not kept."""

OVERHEAD = 8192
"""Bytes of memory that a document takes in addition to its bodies."""


class PreparedResponse(Struct, frozen=True):
    """A response without anything that depends on the single request."""

    status: str
    """With its reason, as WSGI requires: `200 OK`."""
    headers: tuple[tuple[str, str], ...]
    body: bytes | None
    """None if the document is streamed."""


class _Representation(Struct, frozen=True):
    """A document in one encoding."""

    etag: str
    quoted_etag: str
    whole: PreparedResponse
    unmodified: PreparedResponse


class PreparedDocument:
    """A document and its responses, each made when it is first needed. Threads may share it."""

    def __init__(self, document: Document, today: date, grown: Callable[[], object] = int) -> None:
        """`today` decides how long responses are fresh; `grown` is called when `size` grows."""
        self.document = document
        self.kind = kind_of(document.path)
        """What it is counted as."""
        self._fresh = cache_control(document.last_day, today)
        self._body = None if document.is_streamed else document.content
        self.size = OVERHEAD + len(self._body or b"")
        """Bytes of memory that it takes."""
        self.is_wanted = False
        """Set by each request and cleared by the cache: its second chance before it is evicted."""
        self._is_encodable = self._body is None or is_worth_encoding(document.type, len(self._body))
        self._made: dict[str, _Representation] = {}
        """By encoding."""
        self._by_header: dict[object, _Representation] = {}
        """By the value of Accept-Encoding that chose it, None for requests without one."""
        self._making = threading.Lock()
        self._grown = grown

    def encoding(self, environ: Mapping[str, object]) -> str:
        """The encoding that a request's headers (with WSGI's names) ask for."""
        accepted = environ.get("HTTP_ACCEPT_ENCODING")
        return choose_encoding(str(accepted)) if accepted and self._is_encodable else IDENTITY

    def response(self, environ: Mapping[str, object]) -> PreparedResponse:
        """The response to a GET with these headers: the document or a 304 (RFC 9110 section 13)."""
        header = environ.get("HTTP_ACCEPT_ENCODING")
        representation = self._by_header.get(header) or self._choose(environ)
        if (given := environ.get("HTTP_IF_NONE_MATCH")) is not None:
            if given == representation.quoted_etag:
                return representation.unmodified
            tag = matching_etag(str(given), self.document.etag, representation.etag)
            if tag is not None:
                return self._unmodified(quote_etag(tag))
        elif (since := environ.get("HTTP_IF_MODIFIED_SINCE")) and is_unmodified(
            str(since), self.document.modified
        ):
            return representation.unmodified
        return representation.whole

    def may_have_delta(self, environ: Mapping[str, object]) -> bool:
        """Whether a request that would get the whole document may get only what is new in it."""
        return (
            self.document.has_deltas
            and "HTTP_IF_NONE_MATCH" in environ
            and wants_delta(str(environ.get("HTTP_A_IM", "")))
            and takes_deltas(
                str(environ.get("HTTP_USER_AGENT", "")), str(environ.get("HTTP_ACCEPT", ""))
            )
        )

    def _choose(self, environ: Mapping[str, object]) -> _Representation:
        header, encoding = environ.get("HTTP_ACCEPT_ENCODING"), self.encoding(environ)
        representation = self._made.get(encoding) or self._make(encoding)
        if encoding in self._made and len(str(header)) <= LONGEST_KNOWN_HEADER:
            if len(self._by_header) >= KNOWN_HEADERS:
                self._by_header.clear()
            self._by_header[header] = representation
        return representation

    def _make(self, encoding: str) -> _Representation:
        with self._making:
            if known := self._made.get(encoding):
                return known
            body = self._body
            if body is not None and encoding != IDENTITY:
                body = ENCODINGS[encoding].encode_whole(body)
            etag = self._etag(encoding)
            quoted = quote_etag(etag)
            status = HTTPStatus.IM_USED if self.document.is_delta else HTTPStatus.OK
            whole = PreparedResponse(
                _line(status), tuple(self._headers(quoted, encoding, body)), body
            )
            made = _Representation(etag, quoted, whole, self._unmodified(quoted))
            if self.document.modified > datetime.now(UTC):
                return made  # with another Last-Modified the next time, see `_headers`
            self._made[encoding] = made
            if encoding != IDENTITY:
                self.size += len(body or b"")
        self._grown()
        return made

    def _unmodified(self, etag: str) -> PreparedResponse:
        headers = (*self._validators(etag), *OPEN_HEADERS.items())
        return PreparedResponse(_line(HTTPStatus.NOT_MODIFIED), headers, b"")

    def _etag(self, encoding: str) -> str:
        """The ETag of an encoding: other bytes need another strong ETag."""
        suffix = "" if encoding == IDENTITY else ENCODINGS[encoding].suffix
        return self.document.etag + suffix

    def _validators(self, etag: str) -> Iterator[tuple[str, str]]:
        """All that a 304 must say (RFC 9110 section 15.4.5).

        Nine polls in ten are answered so, and most bytes of such an answer would be the others.
        """
        document = self.document
        yield "ETag", etag
        # If a clock was ahead, the change is in the future (RFC 9110 section 8.8.2.1).
        yield "Last-Modified", http_date(min(document.modified, datetime.now(UTC)))
        # A cache that doesn't know status 226 must not keep it (RFC 3229 section 10.8.1).
        yield "Cache-Control", "no-store, im" if document.is_delta else self._fresh
        if varies := ", ".join(self._varies_by()):
            yield "Vary", varies

    def _headers(self, etag: str, encoding: str, body: bytes | None) -> Iterator[tuple[str, str]]:
        """The headers of the whole document."""
        yield from self._validators(etag)
        if self.document.links:
            yield "Link", ", ".join(map(_link, self.document.links))
        yield from COMMON_HEADERS.items()
        yield "Content-Type", self.document.type
        if self.document.is_delta:
            yield "IM", "feed"
        if encoding != IDENTITY:
            yield "Content-Encoding", encoding
        if body is not None:
            yield "Content-Length", str(len(body))

    def _varies_by(self) -> Iterator[str]:
        if self._is_encodable:
            yield "Accept-Encoding"
        if self.document.has_deltas:
            yield "A-IM"
        if self.document.is_delta:
            # No cache that keeps it may give it to a client that is refused one.
            yield from ("If-None-Match", "User-Agent", "Accept")


def _link(link: Link) -> str:
    """As RFC 8288 writes it."""
    more = {"type": link.type, "hreflang": link.language}
    told = "".join(f'; {name}="{value}"' for name, value in more.items() if value)
    return f'<{link.url}>; rel="{link.relation}"{told}'


def _line(status: HTTPStatus) -> str:
    return f"{status.value} {status.phrase}"
