"""The Flask app: finds the document for a request, and its response. Makes no content itself."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, suppress
from datetime import UTC, date, datetime
from functools import partial
from http import HTTPStatus
from itertools import islice
from typing import TYPE_CHECKING
from urllib.parse import quote

from flask import Flask, Response, jsonify, request
from msgspec import Struct
from msgspec.structs import asdict
from werkzeug.datastructures import Headers
from werkzeug.exceptions import HTTPException

from feedsvc.compression import ENCODINGS, IDENTITY
from feedsvc.config import Config, without_base_url
from feedsvc.errors import FeedsvcError, IndexLostError, NotFoundError, QueryError, StaleError
from feedsvc.index.refresh import ProblemNews
from feedsvc.index.search_table import WITHOUT_SEARCH, can_search
from feedsvc.index.stages import Searching
from feedsvc.logs import configure_logs
from feedsvc.model import Document, Severity
from feedsvc.pages.page import HTML_TYPE
from feedsvc.parser.vocabulary.problems import problem_line
from feedsvc.search.query import values_of
from feedsvc.site.aliases import ALIASES
from feedsvc.site.deltas import delta
from feedsvc.site.documents import document, search_fault
from feedsvc.site.extras import NOT_FOUND
from feedsvc.site.feed_version import FeedVersion, parse_version
from feedsvc.site.freshness import LIVE_SECONDS
from feedsvc.site.kinds import PAGE
from feedsvc.site.language import words_of
from feedsvc.site.places import canonical_query, takes_query
from feedsvc.site.site import Site
from feedsvc.site.sites import Sites
from feedsvc.site.snapshot import Snapshot
from feedsvc.storage.digests import mirror_of
from feedsvc.web.access_log import AccessLog
from feedsvc.web.by_language import ByLanguage
from feedsvc.web.cache import DocumentCache
from feedsvc.web.fast_lane import FastLane
from feedsvc.web.health import METRICS_TYPE, Health, as_metrics, health_of, together
from feedsvc.web.negotiation import own_etags
from feedsvc.web.refresher import Refresher
from feedsvc.web.responses import (
    COMMON_HEADERS,
    OPEN_HEADERS,
    PreparedDocument,
    PreparedResponse,
)
from feedsvc.web.traffic import Kind, Traffic, is_shared, kind_of

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

    from feedsvc.push.announcer import Announcer
    from feedsvc.storage.mirror import Mirror

METHODS = ["GET", "HEAD", "OPTIONS"]

SERVICE = "feedsvc"
"""The key of an app's `Service` among its extensions."""

NOT_FOUND_SECONDS = 60
"""Seconds that a 404 may be cached; not long, as a digest may come at any time."""

MOST_VERSIONS = 4
"""How many versions in one If-None-Match are looked at; a client rarely has more copies."""

CAPACITY_OF_ANSWERS = 1 << 20
"""Bytes that one process keeps of what searches found."""

CHUNK = 1 << 16
"""Minimum bytes of a piece of a streamed body."""

PREFLIGHT_HEADERS = {
    "Access-Control-Allow-Methods": ", ".join(METHODS),
    "Access-Control-Allow-Headers": "If-None-Match, If-Modified-Since, Cache-Control, A-IM",
    "Access-Control-Max-Age": "86400",
}

_LEVELS = {Severity.ERROR: logging.ERROR, Severity.WARNING: logging.WARNING}

_log = logging.getLogger(__name__)


def create_app(
    config: Config | None = None, finish: Callable[[Flask, Service], object] | None = None
) -> Flask:
    """The WSGI app of a site; without `config`, the settings come from file and environment.

    Raises ConfigError. Reads no digest before the first request, unless a hub is to be told.
    `finish` may add to the app of each language.
    """
    is_told = config is not None
    config = config or Config.load()
    configure_logs(config.log_format)
    if not is_told and (warning := without_base_url(config)):
        _log.warning("%s", warning)
    if not can_search():
        _log.warning("%s", WITHOUT_SEARCH)
    services = services_of(config)
    apps = [_app_of(service) for service in services]
    for service, each in zip(services, apps, strict=True):
        if finish:
            finish(each, service)
    app, *others = apps
    if others:
        folders = [service.site.config.folder.strip("/") for service in services[1:]]
        by_folder = {folder: each.wsgi_app for folder, each in zip(folders, others, strict=True)}
        app.wsgi_app = ByLanguage(  # type: ignore[method-assign]
            app.wsgi_app, by_folder, config.base_path
        )
    services[0].begin()
    if config.access_log:
        app.wsgi_app = AccessLog(app.wsgi_app)  # type: ignore[method-assign]
    return app


def _app_of(service: Service) -> Flask:
    """The app of the site in one language."""
    app = Flask("feedsvc", static_folder=None)
    app.extensions[SERVICE] = service
    # Werkzeug would redirect `/x//y` to `/x/y`, which here is another path.
    app.url_map.merge_slashes = False
    app.before_request(service.before_request)
    # For whoever runs the service, who asks at its root; there are no more doors to be closed.
    for prefix in {"/", service.base_path} if not service.site.config.folder else ():
        app.add_url_rule(f"{prefix}healthz", "healthz", service.healthz, methods=METHODS)
        app.add_url_rule(f"{prefix}metrics", "metrics", service.metrics, methods=METHODS)
    app.add_url_rule("/", "home", service.document, defaults={"path": ""}, methods=METHODS)
    app.add_url_rule("/<path:path>", "document", service.document, methods=METHODS)
    app.register_error_handler(FeedsvcError, service.failure)
    app.register_error_handler(HTTPException, _refusal)
    app.after_request(_with_common_headers)
    lane = FastLane(app.wsgi_app, service.ready, service.traffic, service.kind)
    app.wsgi_app = lane  # type: ignore[method-assign]
    return app


def services_of(config: Config) -> Sequence[Service]:
    """The service of the site in each language, the root's first; they look for changes as one."""
    services: list[Service] = []
    traffic, mirror = Traffic(), mirror_of(config)

    def refresh() -> None:
        trouble = _fetch(mirror, config.refresh)
        for service in services:
            service.look()
        for service in services:  # when each can know of its translations
            service.take_up()
        traffic.share()
        if trouble:
            raise trouble

    refresher = Refresher(refresh, config.refresh)
    sites = Sites(config, Searching.GRADUALLY)
    services += [Service(site, refresher, traffic) for site in sites]
    services[0].others = services[1:]
    return services


def _fetch(mirror: Mirror | None, interval: float) -> StaleError | None:
    """Fetches digests from where they are; gives the trouble if older ones can be shown.

    Raises FolderError if there are none.
    """
    try:
        if mirror:
            mirror.refresh(interval)
    except StaleError as error:
        return error
    return None


class Service:
    """The views of the site in one language."""

    def __init__(self, site: Site, refresher: Refresher, traffic: Traffic) -> None:
        config = site.config
        self.base_path = config.base_path
        self._digests = config.digests_folder
        self._say = words_of(config)
        self.traffic = traffic
        self.site = site
        self.others: Sequence[Service] = ()
        """Those of other languages, of which the root's tells how they are."""
        self.revision = ""
        """The state of the site that is shown, or a later one; empty before there is any."""
        self._cache = DocumentCache()
        # Apart, so that no number of searches pushes a page out of the other.
        self._answers = DocumentCache(CAPACITY_OF_ANSWERS)
        self._refresher = refresher
        self._announcer: Announcer | None = None
        if config.hub and config.ping:
            from feedsvc.push.announcer import Announcer  # noqa: PLC0415 - loads a client

            self._announcer = Announcer(self.site, config)

    def begin(self) -> None:
        """Looks for changes also where nobody asks, if somebody is to be told of them."""
        if self._announcer:
            self._refresher.begin()

    def ready(self, environ: WSGIEnvironment) -> PreparedDocument | None:
        """The document that a request is for, if it is ready in the cache."""
        if not self._refresher.is_at_work():
            return None
        path = _below_base(environ["PATH_INFO"], self.base_path)
        if environ.get("QUERY_STRING") and takes_query(path):
            return None
        return self._cache.ready(path)

    def kind(self, environ: WSGIEnvironment) -> Kind:
        """What a request is counted as."""
        return kind_of(_below_base(_path_of(environ), self.base_path))

    def before_request(self) -> Response | None:
        """Answers a preflight, and what is asked for without the slash of the site's own path.

        Raises FolderError where there is nothing to show yet.
        """
        if request.method == "OPTIONS":
            return Response(status=HTTPStatus.NO_CONTENT, headers=PREFLIGHT_HEADERS)
        if not request.environ["PATH_INFO"]:
            mount: str = request.environ["SCRIPT_NAME"]
            return _redirect(quote(mount.rpartition("/")[2].encode("latin-1"), safe="") + "/")
        self._refresher.ensure_fresh()
        return None

    def healthz(self) -> Response:
        """The health of the service as JSON."""
        healths = self._healths()
        told = _as_json(together([*healths.values()]))
        if self.others:
            told["languages"] = {code: _as_json(each) for code, each in healths.items()}
        return _unstored(jsonify(told))

    def metrics(self) -> Response:
        """The same for Prometheus."""
        is_alone = _is_alone(request.environ)
        text = as_metrics(self._healths(), self.traffic, shows_process=is_alone)
        return _unstored(Response(text, content_type=METRICS_TYPE))

    def _healths(self) -> dict[str, Health]:
        """By language; that of the site alone below an empty text where there are no others."""
        if not self.others:
            return {"": self.health()}
        return {each.site.config.language: each.health() for each in (self, *self.others)}

    def health(self) -> Health:
        """How the site in this language is."""
        is_stale = self._refresher.is_in_trouble()
        return self.site.read(lambda snapshot: health_of(snapshot, _today(), is_stale=is_stale))

    def document(self, path: str) -> Response:
        """The document at a path, or a redirect to the one that is meant."""
        path = _below_base(_path_of(request.environ), self.base_path)
        try:
            return self._respond(path)
        except NotFoundError:
            if location := self._redirection(path):
                return _redirect(location)
            raise

    def failure(self, error: FeedsvcError) -> Response:
        """The response to our own errors: the one place where they become a status."""
        if isinstance(error, QueryError):
            return self._query_fault(error)
        if not isinstance(error, NotFoundError):
            _log.error("%s", error)
            return _message(HTTPStatus.SERVICE_UNAVAILABLE, "The papers can't be read just now.")
        page = self._prepared(NOT_FOUND).document
        response = Response(page.content, HTTPStatus.NOT_FOUND, content_type=page.type)
        response.headers["Cache-Control"] = f"public, max-age={NOT_FOUND_SECONDS}"
        return response

    def _query_fault(self, error: QueryError) -> Response:
        """What is said of a search that is not understood; in a page, for people, with its form."""
        path, fault = _below_base(_path_of(request.environ), self.base_path), self._say.fault(error)
        if path.rpartition("/")[2] not in {"", PAGE}:
            return _message(HTTPStatus.BAD_REQUEST, fault)
        values = values_of(_query_of(request.environ))
        page = self.site.read(lambda snapshot: search_fault(snapshot, values, fault))
        return Response(page, HTTPStatus.BAD_REQUEST, content_type=HTML_TYPE)

    def look(self) -> None:
        """Looks for changes in the folder of digests. Raises FolderError."""
        self._tell(self.site.refresh())

    def take_up(self) -> None:
        """Drops what is no longer so, and has a hub told."""
        identity, revision, searchable = self.site.read(
            lambda snapshot: (
                snapshot.identity,
                snapshot.catalogue.state.revision,
                snapshot.store.search.extent(),
            )
        )
        # Saved searches find more, too, as the index is being filled.
        for cache in (self._cache, self._answers):
            cache.keep(f"{identity} {searchable}", _today())
        self.revision = identity
        if self._announcer:
            self._announcer.look(revision)

    def _tell(self, news: ProblemNews) -> None:
        """Logs what is new of problems, as `check` writes it."""
        for problem in news.new:
            _log.log(
                _LEVELS[problem.severity],
                "%s",
                problem_line(problem, self._digests),
                extra={"fields": {"problem": asdict(problem)}},
            )
        for problem in news.gone:
            _log.info(
                "no longer so: %s",
                problem_line(problem, self._digests),
                extra={"fields": {"recovered": asdict(problem)}},
            )

    def _prepared(self, path: str) -> PreparedDocument:
        """The document at a path, for the request's query. Raises NotFoundError."""
        key = _key(path, request.environ)
        cache = self._cache if isinstance(key, str) else self._answers
        return cache.get(key, partial(self.site.outline, *_path_and_query(key)))

    def _respond(self, path: str) -> Response:
        prepared, base = self._prepared(path), None
        response = prepared.response(request.environ)
        if response.body != b"" and prepared.may_have_delta(request.environ):
            prepared, base = self._delta(path) or (prepared, None)
            response = prepared.response(request.environ)
        if response.body is not None:
            return _with_base(_response(response, response.body), base)
        try:
            return _with_base(self._stream(path, base), base)
        except IndexLostError:
            return _with_base(self._stream(path, base), base)

    def _delta(self, path: str) -> tuple[PreparedDocument, _Base] | None:
        """What is new since a version that the client has, and that version."""
        for base in islice(_bases(request.headers["If-None-Match"]), MOST_VERSIONS):
            with suppress(NotFoundError):
                make = partial(self.site.delta, path, base.version)
                return self._cache.get((path, base.version), make), base
        return None

    def _stream(self, path: str, base: _Base | None) -> Response:
        """The document at a path, or what is new in it, made while it is sent."""
        with ExitStack() as stack:
            snapshot = stack.enter_context(self.site.snapshot(long=True))
            version = base.version if base else None
            made = _delta_or_whole(snapshot, _key(path, request.environ), version)
            prepared = PreparedDocument(made, _today())
            response = prepared.response(request.environ)
            if response.body is not None:  # the archive has changed meanwhile
                return _response(response, response.body)
            pieces, encoding = made.pieces, prepared.encoding(request.environ)
            if encoding != IDENTITY:
                pieces = ENCODINGS[encoding].encode(pieces, fast=True)
            streamed = _response(response, _in_chunks(pieces))
            streamed.call_on_close(stack.pop_all().close)
            return streamed

    def _redirection(self, path: str) -> str | None:
        """Where the document is that a path nearly names, relative to the path; None if nowhere.

        A relative address is right behind any host and prefix, and can't lead off the site.
        """
        if f"{path}/" == self.base_path:
            return self.base_path.split("/")[-2] + "/"
        folder, _, name = path.rstrip("/").rpartition("/")
        target = ALIASES.get(name.lower(), f"{name}/")
        is_itself = target.endswith("/") and path.endswith("/")
        found = f"{folder}/{target}"
        if is_itself or not self._exists(found):
            return None
        if takes_query(found) and (query := canonical_query(found, _query_of(request.environ))):
            target = f"{target}?{query}"
        return f"../{target}" if path.endswith("/") else target

    def _exists(self, path: str) -> bool:
        try:
            self._prepared(path)
        except NotFoundError:
            return False
        return True


class _NotModified(Response):
    """A 304 with the Last-Modified of the 200, which Werkzeug drops; nginx and Apache send it."""

    def get_wsgi_headers(self, environ: WSGIEnvironment) -> Headers:
        """The headers as they are sent."""
        headers = super().get_wsgi_headers(environ)
        headers["Last-Modified"] = self.headers["Last-Modified"]
        return headers


def _response(prepared: PreparedResponse, body: bytes | Iterable[bytes]) -> Response:
    is_whole = not prepared.status.startswith(str(HTTPStatus.NOT_MODIFIED.value))
    return (Response if is_whole else _NotModified)(body, prepared.status, list(prepared.headers))


class _Base(Struct, frozen=True):
    """A version that a client has, to which a delta is put."""

    version: FeedVersion
    tag: str
    """The ETag by which the client named it, in quotes."""


def _bases(header: str) -> Iterator[_Base]:
    """The versions that an If-None-Match names."""
    for etag, tag in own_etags(header).items():
        if version := parse_version(etag):
            yield _Base(version, tag)


def _with_base(response: Response, base: _Base | None) -> Response:
    """Of several tags a delta says which it follows (RFC 3229 section 10.5.1)."""
    if base and response.status_code == HTTPStatus.IM_USED:
        response.headers["Delta-Base"] = base.tag
    return response


_Key = str | tuple[str, str]
"""The key of a document in the cache: its path, or its path and its canonical query."""


def _key(path: str, environ: WSGIEnvironment) -> _Key:
    query = canonical_query(path, _query_of(environ))
    return (path, query) if query else path


def _path_and_query(key: _Key) -> tuple[str, str]:
    return (key, "") if isinstance(key, str) else key


def _delta_or_whole(snapshot: Snapshot, key: _Key, version: FeedVersion | None) -> Document:
    """The delta since a version; the whole document if the archive no longer has that version."""
    path, query = _path_and_query(key)
    if version:
        with suppress(NotFoundError):
            return delta(snapshot, path, version)
    return document(snapshot, path, query)


def _in_chunks(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in fewer pieces."""
    chunk, size = list[bytes](), 0
    for piece in pieces:
        chunk.append(piece)
        size += len(piece)
        if size >= CHUNK:
            yield b"".join(chunk)
            chunk, size = [], 0
    yield b"".join(chunk)


def _as_json(health: Health) -> dict[str, object]:
    days = {"newest_day": health.newest_day and str(health.newest_day)}
    return {**asdict(health), **days, "changed": health.changed.isoformat()}


def _today() -> date:
    return datetime.now(UTC).date()


def _path_of(environ: WSGIEnvironment) -> str:
    """The path of a request, with all its slashes."""
    raw: str = environ["PATH_INFO"]
    return raw.encode("latin-1").decode(errors="replace") or "/"


def _query_of(environ: WSGIEnvironment) -> str:
    """The query of a request, whose bytes may be UTF-8 without escapes."""
    raw: str = environ.get("QUERY_STRING", "")
    return raw.encode("latin-1", errors="replace").decode(errors="replace")


def _below_base(path: str, base: str) -> str:
    """The path inside the site, whether or not a proxy has removed the path of the base URL."""
    return path[len(base) - 1 :] if path.startswith(base) else path


def _is_alone(environ: WSGIEnvironment) -> bool:
    """Whether this process is the only one that answers, so that its figures are the service's."""
    return not environ.get("wsgi.multiprocess") and not is_shared()


def _unstored(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response


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
    is_unmodified = response.status_code == HTTPStatus.NOT_MODIFIED
    for name, value in (OPEN_HEADERS if is_unmodified else COMMON_HEADERS).items():
        response.headers.setdefault(name, value)
    return response


def _message(status: HTTPStatus, text: str) -> Response:
    return Response(f"{text}\n", status, content_type="text/plain; charset=utf-8")
