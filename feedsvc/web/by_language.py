"""Gives each request to the app of its language: `/en/…` to that of English, others to the root's.

A WSGI app in front of others. Knows neither digests nor documents.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class ByLanguage:
    """The apps of a site in several languages as one."""

    def __init__(
        self, root: WSGIApplication, others: Mapping[str, WSGIApplication], base_path: str
    ) -> None:
        """`others` are by the name of the folder of their language; `base_path` is the root's."""
        self._root = root
        self._others = others
        self._base_path = base_path

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """What the app of the language responds, which knows the path with that of its base URL.

        Also where a proxy has removed the path of the root's.
        """
        path, base = environ["PATH_INFO"], self._base_path
        inside = path[len(base) :] if path.startswith(base) else path.removeprefix("/")
        app = self._others.get(inside.partition("/")[0])
        if not app:
            return self._root(environ, start_response)
        return app({**environ, "PATH_INFO": base + inside}, start_response)
