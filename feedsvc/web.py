"""The Flask app: requests to documents, documents to responses. Makes no content itself."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Flask, Response, jsonify, request
from werkzeug.datastructures import Headers
from werkzeug.exceptions import HTTPException
from werkzeug.http import http_date, quote_etag

from feedsvc.cache import DocumentCache, Prepared
from feedsvc.config import Config, load_config
from feedsvc.errors import FeedsvcError, NotFoundError
from feedsvc.files import NOT_FOUND
from feedsvc.model import Document, Severity
from feedsvc.negotiation import (
    ENCODINGS,
    IDENTITY,
    choose_encoding,
    is_unmodified,
    matching_tag,
)
from feedsvc.refresher import Refresher
from feedsvc.site import Site, Snapshot

ALIASES = {
    **dict.fromkeys(
        ("atom", "atom.xml", "feed", "feed.atom", "index.atom", "index.xml"), "feed.xml"
    ),
    **dict.fromkeys(("rss", "feed.rss", "index.rss"), "rss.xml"),
    **dict.fromkeys(("index.json",), "feed.json"),
}
"""Names that readers try where a site says nothing, and the name each stands for."""

METHODS = ["GET", "HEAD", "OPTIONS"]

LIVE_SECONDS = 300
"""How long a document that may grow any day is fresh (Cache-Control)."""

SETTLED_SECONDS = 86_400
"""How long one of the past is."""

SETTLED_AFTER = timedelta(days=2)
"""When a day counts as past: it ends late in some places, and slips are mended the day after."""

NOT_FOUND_SECONDS = 60
"""How long the answer holds that there is nothing: a digest may be about to come."""

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_log = logging.getLogger(__name__)

COMMON_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self' https: http:; "
        "media-src https: http:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    # Readers that run in a browser may read everything here: nothing of it is private.
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Last-Modified, Link",
}
PREFLIGHT_HEADERS = {
    "Access-Control-Allow-Methods": ", ".join(METHODS),
    "Access-Control-Allow-Headers": "If-None-Match, If-Modified-Since, Cache-Control, A-IM",
    "Access-Control-Max-Age": "86400",
}


def create_app(config: Config | None = None) -> Flask:
    """The WSGI app of one site; without `config`, of the one that file and environment describe.

    Raises ConfigError. Reads no digest before the first request.
    """
    service = _Service(config or load_config())
    app = Flask("feedsvc", static_folder=None)
    # Werkzeug would redirect `//host/x` to `/host/x`; here it is a path like any other.
    app.url_map.merge_slashes = False
    app.before_request(service.before_request)
    for prefix in {"/", service.base_path}:
        app.add_url_rule(f"{prefix}healthz", "healthz", service.healthz, methods=METHODS)
    app.add_url_rule("/", "home", service.document, defaults={"path": ""}, methods=METHODS)
    app.add_url_rule("/<path:path>", "document", service.document, methods=METHODS)
    app.register_error_handler(FeedsvcError, service.failure)
    app.register_error_handler(HTTPException, _refusal)
    app.after_request(_with_common_headers)
    return app


class _Service:
    """The views of one site."""

    def __init__(self, config: Config) -> None:
        self.base_path = config.base_path
        self._site = Site(config)
        self._cache = DocumentCache(self._site.document)
        self._refresher = Refresher(self._refresh, config.refresh)

    def before_request(self) -> Response | None:
        """Answers a preflight. Raises FolderError where there is nothing to show yet."""
        if request.method == "OPTIONS":
            return Response(status=HTTPStatus.NO_CONTENT, headers=PREFLIGHT_HEADERS)
        self._refresher.ensure_fresh()
        return None

    def healthz(self) -> Response:
        """For whoever watches the service."""
        with self._site.snapshot() as snapshot:
            response = jsonify(_health(snapshot))
        response.headers["Cache-Control"] = "no-store"
        return response

    def document(self, path: str) -> Response:
        """The document at a path, or the way to the one that is meant."""
        path = _below_base(f"/{path}", self.base_path)
        try:
            return _respond(self._cache.get(path))
        except NotFoundError:
            if location := self._redirection(path):
                return _redirect(location)
            raise

    def failure(self, error: FeedsvcError) -> Response:
        """What our own errors look like: the one place where they become a status."""
        if not isinstance(error, NotFoundError):
            _log.error("%s", error)
            return _message(HTTPStatus.SERVICE_UNAVAILABLE, "The papers can't be read just now.")
        page = self._cache.get(NOT_FOUND).document
        response = Response(page.content, HTTPStatus.NOT_FOUND, content_type=page.type)
        response.headers["Cache-Control"] = f"public, max-age={NOT_FOUND_SECONDS}"
        return response

    def _refresh(self) -> None:
        self._site.refresh()
        with self._site.snapshot() as snapshot:
            self._cache.keep_revision(snapshot.revision)

    def _redirection(self, path: str) -> str | None:
        """Where the document is that a path nearly names, relative to the path; None if nowhere.

        Relative, so that it holds behind any host and prefix.
        """
        if f"{path}/" == self.base_path:
            return self.base_path.split("/")[-2] + "/"
        folder, _, name = path.rstrip("/").rpartition("/")
        target = ALIASES.get(name.lower(), f"{name}/")
        is_itself = target.endswith("/") and path.endswith("/")
        if is_itself or not self._exists(f"{folder}/{target}"):
            return None
        return f"../{target}" if path.endswith("/") else target

    def _exists(self, path: str) -> bool:
        try:
            self._cache.get(path)
        except NotFoundError:
            return False
        return True


class _NotModified(Response):
    """A 304 with the Last-Modified of its 200: Werkzeug drops it, nginx and Apache send it."""

    def get_wsgi_headers(self, environ: WSGIEnvironment) -> Headers:
        """The headers as they are sent."""
        headers = super().get_wsgi_headers(environ)
        headers["Last-Modified"] = self.headers["Last-Modified"]
        return headers


def _respond(prepared: Prepared) -> Response:
    """200 or 304 (RFC 9110 section 13); HEAD has the headers of GET."""
    document = prepared.document
    encoding = choose_encoding(request.accept_encodings) if prepared.is_encodable else IDENTITY
    etag = document.etag + ENCODINGS[encoding].suffix
    headers = {
        "ETag": quote_etag(etag),
        "Last-Modified": http_date(document.modified),
        "Cache-Control": f"public, max-age={_fresh_seconds(document)}",
    }
    if prepared.is_encodable:
        headers["Vary"] = "Accept-Encoding"
    if document.links:
        headers["Link"] = ", ".join(
            f'<{link.url}>; rel="{link.relation}"; type="{link.type}"' for link in document.links
        )
    if request.headers.get("If-None-Match") is not None:
        given = matching_tag(request.if_none_match, document.etag, etag)
        if given is not None:
            headers["ETag"] = quote_etag(given)
            return _NotModified(status=HTTPStatus.NOT_MODIFIED, headers=headers)
    elif is_unmodified(request.if_modified_since, document.modified):
        return _NotModified(status=HTTPStatus.NOT_MODIFIED, headers=headers)
    if encoding != IDENTITY:
        headers["Content-Encoding"] = encoding
    return Response(prepared.body(encoding), headers=headers, content_type=document.type)


def _fresh_seconds(document: Document) -> int:
    today = datetime.now(UTC).date()
    is_settled = document.last_day is not None and document.last_day + SETTLED_AFTER <= today
    return SETTLED_SECONDS if is_settled else LIVE_SECONDS


def _below_base(path: str, base: str) -> str:
    """The path inside the site, whether or not a proxy in front has taken the base's path off."""
    return path[len(base) - 1 :] if path.startswith(base) else path


def _health(snapshot: Snapshot) -> dict[str, object]:
    counts, problems = snapshot.counts(), snapshot.problems()
    newest = counts.newest_day
    return {
        "status": "ok",
        "newest_day": str(newest) if newest else None,
        "age_days": (datetime.now(UTC).date() - newest).days if newest else None,
        "days": counts.days,
        "papers": counts.papers,
        "errors": sum(problem.severity is Severity.ERROR for problem in problems),
        "warnings": sum(problem.severity is Severity.WARNING for problem in problems),
    }


def _redirect(location: str) -> Response:
    response = _message(HTTPStatus.MOVED_PERMANENTLY, "It is at another address now.")
    response.headers["Location"] = location
    response.headers["Cache-Control"] = f"public, max-age={LIVE_SECONDS}"
    return response


def _refusal(error: HTTPException) -> Response:
    status = HTTPStatus(error.code or HTTPStatus.INTERNAL_SERVER_ERROR)
    response = _message(status, f"{status.phrase}.")
    if status is HTTPStatus.METHOD_NOT_ALLOWED:
        response.headers["Allow"] = ", ".join(METHODS)
    return response


def _with_common_headers(response: Response) -> Response:
    response.headers.extend(COMMON_HEADERS)
    return response


def _message(status: HTTPStatus, text: str) -> Response:
    return Response(f"{text}\n", status, content_type="text/plain; charset=utf-8")
