"""The app with pages for authors: a WSGI app in front of that of the site, which changes pages."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import Flask, Response

from feedsvc.config import Config
from feedsvc.pages.page import HTML_TYPE
from feedsvc.watch.page import page_for_authors
from feedsvc.watch.placing import place_problems
from feedsvc.web.app import Service
from feedsvc.web.app import create_app as create_site_app

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

REFRESH_SECONDS = 0.3
"""Between two looks at the folder of digests, where the settings don't say: an author waits."""

STATE = "_watch/state"

ASSETS = {
    "_watch/watch.js": "text/javascript; charset=utf-8",
    "_watch/watch.css": "text/css; charset=utf-8",
}
"""What pages for authors load, by path inside the site, with its type."""

_STATIC = Path(__file__).parent / "static"
_OF_OTHER_BYTES = {"etag", "last-modified", "content-length", "cache-control", "vary"}
_CONDITIONS = ("HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE", "HTTP_ACCEPT_ENCODING")


def create_app(config: Config) -> Flask:
    """The app of a site, for its authors."""
    return create_site_app(config, _for_authors)


def _for_authors(app: Flask, service: Service) -> None:
    """Adds to the app of a language what pages for authors need."""
    config = service.site.config
    views = {path: _asset(path, type_) for path, type_ in ASSETS.items()}
    views[STATE] = lambda: _unstored(service.revision, "text/plain")
    for path, view in views.items():
        for prefix in {"/", config.base_path}:
            app.add_url_rule(f"{prefix}{path}", path, view)
    app.wsgi_app = _PagesForAuthors(app.wsgi_app, service, config)  # type: ignore[method-assign]


def _asset(path: str, type_: str) -> Callable[[], Response]:
    return lambda: _unstored((_STATIC / path.rpartition("/")[2]).read_text(), type_)


def _unstored(text: str, type_: str) -> Response:
    return Response(text, content_type=type_, headers={"Cache-Control": "no-store"})


class _PagesForAuthors:
    """A WSGI app that passes all on but pages, which get a script and the problems."""

    def __init__(self, app: WSGIApplication, service: Service, config: Config) -> None:
        self._app = app
        self._service = service
        self._config = config

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """What the app behind responds; a page is changed, and never taken from a cache."""
        path = environ.get("PATH_INFO", "").encode("latin-1").decode(errors="replace")
        if environ.get("REQUEST_METHOD") != "GET" or not _is_of_page(path):
            return self._app(environ, start_response)
        environ = {name: value for name, value in environ.items() if name not in _CONDITIONS}
        responses: list[tuple[str, list[tuple[str, str]]]] = []

        def start(status: str, headers: list[tuple[str, str]], *_: Any) -> Any:  # noqa: ANN401
            responses.append((status, headers))
            return bytes  # nobody here writes in WSGI's old way

        # Of the time before: after a change meanwhile the page is loaded once more.
        state = self._service.revision
        body = self._app(environ, start)
        ((status, headers),) = responses
        if dict(headers).get("Content-Type") != HTML_TYPE:
            start_response(status, headers)
            return body
        try:
            page = b"".join(body).decode()
        finally:
            getattr(body, "close", bool)()
        inside = _inside(path, self._config.base_path)
        placed = self._service.site.read(lambda each: place_problems(each, inside, page))
        state = state or self._service.revision
        content = page_for_authors(page, placed, self._config.digests_folder, state).encode()
        start_response(status, [*_headers(headers), ("Content-Length", str(len(content)))])
        return [content]


def _headers(headers: list[tuple[str, str]]) -> Iterable[tuple[str, str]]:
    for name, value in headers:
        if name.lower() not in _OF_OTHER_BYTES:
            yield name, value
    yield "Cache-Control", "no-store"


def _is_of_page(path: str) -> bool:
    name = path.rpartition("/")[2]
    return "." not in name or name.endswith(".html")


def _inside(path: str, base: str) -> str:
    return path[len(base) - 1 :] if path.startswith(base) else path
