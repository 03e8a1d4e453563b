"""One ping to a hub: a POST over one connection that is kept. Knows no site."""

from __future__ import annotations

import http.client
import socket
import threading
from contextlib import suppress
from http import HTTPStatus
from types import TracebackType
from typing import Self
from urllib.parse import urlencode, urlsplit

from feedsvc.errors import HubError

ANSWER_SECONDS = 10
"""How long a hub may keep silent."""

LONGEST_ANSWER = 1 << 16
"""Bytes of an answer that are read, to keep the connection."""

SHOWN = 200
"""Characters of what a hub says that an error has."""

_HEADERS = {
    "Content-Type": "application/x-www-form-urlencoded",
    "User-Agent": "feedsvc (WebSub publisher)",
    "Accept": "*/*",
}

_MAY_PASS = {
    HTTPStatus.REQUEST_TIMEOUT,
    HTTPStatus.TOO_EARLY,
    HTTPStatus.TOO_MANY_REQUESTS,
}
"""Refusals that don't mean the request itself."""

_CLOSED = (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError)
"""What a connection that the other side has closed meanwhile says."""


class Hub:
    """A hub, over one connection at a time; closed at the end of a `with`."""

    def __init__(self, url: str, seconds: float = ANSWER_SECONDS) -> None:
        """`seconds` is how long it may keep silent."""
        self.url = url
        parts = urlsplit(url)
        assert parts.hostname
        self._target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        is_tls = parts.scheme == "https"
        make = http.client.HTTPSConnection if is_tls else http.client.HTTPConnection
        self._connection = make(parts.hostname, parts.port, timeout=seconds)
        self._ended = threading.Event()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._connection.close()

    def end(self) -> None:
        """Called by another thread: the ping under way fails."""
        self._ended.set()
        if connected := self._connection.sock:
            with suppress(OSError):
                connected.shutdown(socket.SHUT_RDWR)

    @property
    def is_ended(self) -> bool:
        """Whether there are to be no more pings."""
        return self._ended.is_set()

    def ping(self, feed: str) -> None:
        """Tells the hub that the feed at an address changed. Raises HubError."""
        form = {"hub.mode": "publish", "hub.url": feed, "hub.topic": feed}
        body = urlencode(form).encode()
        try:
            status, reason = self._post(body)
            if self.is_ended:  # what looks like an answer may be half of one
                raise TimeoutError("it took too long")
        except (OSError, http.client.HTTPException) as error:
            self._connection.close()
            raise self._error(feed, _text(error), may_pass=True) from error
        if not HTTPStatus(200) <= status < HTTPStatus.MULTIPLE_CHOICES:
            may_pass = status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in _MAY_PASS
            raise self._error(feed, f"it answered {status} {reason}", may_pass=may_pass)

    def _post(self, body: bytes) -> tuple[int, str]:
        was_connected = self._connection.sock is not None
        try:
            return self._post_once(body)
        except _CLOSED:
            if not was_connected:
                raise
            self._connection.close()
            return self._post_once(body)

    def _post_once(self, body: bytes) -> tuple[int, str]:
        """The status, and what the hub says to it."""
        self._connection.request("POST", self._target, body, _HEADERS)
        response = self._connection.getresponse()
        said = response.read(LONGEST_ANSWER)
        if not response.isclosed():
            self._connection.close()
        if location := response.headers.get("Location"):
            return response.status, f"and leads to {_printable(location)}"
        is_text = response.headers.get_content_type() == "text/plain"
        text = said.decode(errors="replace") if is_text else ""
        return response.status, _printable(text or response.reason)

    def _error(self, feed: str, why: str, *, may_pass: bool) -> HubError:
        return HubError(f"{self.url}: the hub was not told of {feed}: {why}.", may_pass=may_pass)


def _text(error: Exception) -> str:
    """Why a connection failed."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return _printable(str(error)) or type(error).__name__


def _printable(text: str) -> str:
    """What somebody else says, safe to be shown on a line."""
    shown = " ".join(text.split())[:SHOWN].rstrip(".")
    return "".join(sign if sign.isprintable() else "?" for sign in shown)
