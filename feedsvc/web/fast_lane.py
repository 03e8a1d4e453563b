"""Answers requests for documents that are in the cache, without Flask; it gets all others.

Routing takes Flask ten times as long as all the rest of such a request. The fast lane has no rules
of its own: it sends the same prepared responses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from time import perf_counter
from typing import TYPE_CHECKING, Any

from feedsvc.web.responses import PreparedDocument
from feedsvc.web.traffic import Kind, Traffic

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class FastLane:
    """A WSGI app in front of another."""

    def __init__(
        self,
        app: WSGIApplication,
        ready: Callable[[WSGIEnvironment], PreparedDocument | None],
        traffic: Traffic,
        kind: Callable[[WSGIEnvironment], Kind],
    ) -> None:
        """`ready` gives the document that a request is for; None where Flask must have a look.

        `traffic` is told of each request, of Flask's with the `kind` it is of.
        """
        self.app = app
        self._ready = ready
        self._traffic = traffic
        self._kind = kind

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """The same response as the app behind gives, byte for byte."""
        begun = perf_counter()
        method = environ["REQUEST_METHOD"]
        if method in {"GET", "HEAD"} and (prepared := self._ready(environ)):
            response = prepared.response(environ)
            is_all = not response.body or not prepared.may_have_delta(environ)
            if response.body is not None and is_all:
                start_response(response.status, list(response.headers))
                self._traffic.add(prepared.kind, response.status, begun)
                return [response.body] if method == "GET" else []
        path = environ["PATH_INFO"]
        if not path.startswith("/") and (path or not environ.get("SCRIPT_NAME")):
            # Werkzeug would send such a client to the host that it names itself.
            environ["PATH_INFO"] = f"/{path}"
        kind = self._kind(environ)

        def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:  # noqa: ANN401
            self._traffic.add(kind, status, begun)
            return start_response(status, headers, *more)

        return self.app(environ, start)
