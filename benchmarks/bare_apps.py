"""The least that can answer the same: a WSGI app that returns bytes from memory, and a Flask route.

`BENCH_ANSWERS` names a file with what to return: ETag, headers of a 200 and of a 304, and body.
"""

from __future__ import annotations

import os
import pickle
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Flask, Response, request

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

ETAG, HEADERS, UNMODIFIED_HEADERS, BODY = pickle.loads(
    Path(os.environ["BENCH_ANSWERS"]).read_bytes()
)


def bare(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Answers without looking at the path."""
    if environ.get("HTTP_IF_NONE_MATCH") == ETAG:
        start_response("304 Not Modified", UNMODIFIED_HEADERS)
        return []
    start_response("200 OK", HEADERS)
    return [BODY]


flask_app = Flask(__name__)


@flask_app.route("/<path:path>")
def flask_route(path: str) -> Response:  # noqa: ARG001 - any
    """The same as a Flask view."""
    if request.headers.get("If-None-Match") == ETAG:
        return Response(status=304, headers=UNMODIFIED_HEADERS)
    return Response(BODY, headers=HEADERS)
