"""Requests to the app without a socket."""

from __future__ import annotations

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.support.server import header_fields


def get(client: FlaskClient, path: str = "/feed.xml", **headers: str) -> TestResponse:
    """What the app answers; `_` in names of headers stands for a dash."""
    return client.get(path, headers=header_fields(headers))
