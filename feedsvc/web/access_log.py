"""The log of requests, in the combined format of nginx and Apache."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from feedsvc.logs import ACCESS

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_UNPRINTABLE = re.compile(r"[^ !#-\[\]-~]")

_log = logging.getLogger(ACCESS)


class AccessLog:
    """A WSGI app in front of another, which it tells of each request when that is answered."""

    def __init__(self, app: WSGIApplication) -> None:
        self._app = app

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """What the app behind responds."""
        begun, request, status = time.time(), _request(environ), ""

        def start(line: str, headers: list[tuple[str, str]], *more: Any) -> Any:  # noqa: ANN401
            nonlocal status
            status = line
            return start_response(line, headers, *more)

        body = self._app(environ, start)
        if isinstance(body, list):
            _tell(request, begun, status, sum(map(len, body)))
            return body
        return _Counted(body, lambda size: _tell(request, begun, status, size))


class _Counted:
    """A body that tells how much of it was taken when it is closed."""

    def __init__(self, body: Iterable[bytes], tell: Callable[[int], None]) -> None:
        self._body = body
        self._tell = tell
        self._size = 0

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._body:
            self._size += len(piece)
            yield piece

    def close(self) -> None:
        """As WSGI servers do when all was sent, or the client is gone."""
        try:
            getattr(self._body, "close", bool)()
        finally:
            self._tell(self._size)


def _request(environ: WSGIEnvironment) -> dict[str, str]:
    """What is told of a request, before others change its environment."""
    path = environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")
    query = environ.get("QUERY_STRING", "")
    return {
        "address": environ.get("REMOTE_ADDR") or "-",
        "method": environ.get("REQUEST_METHOD", ""),
        "path": f"{path}?{query}" if query else path,
        "protocol": environ.get("SERVER_PROTOCOL", ""),
        "referrer": environ.get("HTTP_REFERER") or "-",
        "agent": environ.get("HTTP_USER_AGENT") or "-",
    }


def _tell(request: dict[str, str], begun: float, status: str, size: int) -> None:
    at = time.strftime("%d/%b/%Y:%H:%M:%S %z", time.localtime(begun))
    shown = {name: _UNPRINTABLE.sub(_escaped, value) for name, value in request.items()}
    fields = {**request, "status": int(status[:3] or 500), "bytes": size}
    _log.info(
        '%s - - [%s] "%s %s %s" %s %s "%s" "%s"',
        *(shown["address"], at, shown["method"], shown["path"], shown["protocol"]),
        *(fields["status"], size, shown["referrer"], shown["agent"]),
        extra={"fields": {**fields, "seconds": round(time.time() - begun, 4)}},
    )


def _escaped(found: re.Match[str]) -> str:
    """As nginx: no request can end its line or its quotes (each sign is a byte, as in WSGI)."""
    return "".join(f"\\x{byte:02X}" for byte in found[0].encode("latin-1", "replace"))
