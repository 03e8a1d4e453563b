"""A real hub and a real subscriber (WebSub), on sockets of their own.

The hub is Flask-WebSub's: it verifies subscribers, fetches a feed when it is told of it, and sends
it on with a signature. It wants Celery for what it does beside requests; `_Tasks` stands in with
threads. What it was told, and what came of it, can be asked.
"""

from __future__ import annotations

import hashlib
import hmac
import http.client
import threading
import time
import urllib.parse
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import Flask, Response, request
from flask_websub.hub import Hub, SQLite3HubStorage
from werkzeug.serving import make_server

from tests.support.waiting import until

SECRET = "between hub and subscriber only"  # noqa: S105 - of tests


class RunningHub:
    """A hub at `url`."""

    def __init__(self, app: Flask, url: str) -> None:
        self.url = url
        self.forms: list[dict[str, str]] = []
        """What it was told, in order."""
        self.answers: Iterator[int] = iter(())
        """Statuses with which it refuses the next pings."""
        self.hangs_after: int | None = None
        """The number of pings that it answers."""
        self.hanging = threading.Event()
        app.before_request(self._note)

    @property
    def pings(self) -> Counter[str]:
        """How often it was told of each feed."""
        return Counter(form["hub.topic"] for form in self.forms if form["hub.mode"] == "publish")

    def _note(self) -> Response | None:
        form = request.form.to_dict()
        if form["hub.mode"] == "publish" and (status := next(self.answers, None)):
            return Response("not now\n", status, content_type="text/plain")
        if self.hangs_after is not None and len(self.forms) >= self.hangs_after:
            self.hanging.set()
            time.sleep(5)
            return Response(status=503)
        self.forms.append(form)
        return None


class _Tasks:
    """What Flask-WebSub asks of Celery. A task that asks to be tried again is given up."""

    def __init__(self, pool: ThreadPoolExecutor) -> None:
        self._pool = pool

    def task(self, *, bind: bool = False, **_: object) -> Callable[[Any], Any]:
        return lambda function: _Task(self._pool, function, is_bound=bind)


class _Task:
    class request:  # noqa: N801 - as Celery calls it
        retries = 0

    def __init__(
        self, pool: ThreadPoolExecutor, call: Callable[..., Any], *, is_bound: bool
    ) -> None:
        self._pool = pool
        self._call = call
        self._own = (self,) if is_bound else ()

    def delay(self, *arguments: object) -> None:
        self._pool.submit(self._call, *self._own, *arguments)

    def retry(self, countdown: float) -> None:
        """Ends here."""


@contextmanager
def running_hub(folder: Path) -> Iterator[RunningHub]:
    """A hub, for as long as it is needed."""
    with ThreadPoolExecutor(4) as pool:
        hub = Hub(SQLite3HubStorage(str(folder / "hub.sqlite3")), _Tasks(pool))
        app = Flask("hub")
        app.config["PUBLISH_SUPPORTED"] = True
        app.register_blueprint(hub.build_blueprint("/hub"))
        with _serving(app) as port:
            yield RunningHub(app, f"http://127.0.0.1:{port}/hub")


class Subscriber:
    """A subscriber; a callback for each subscription."""

    def __init__(self, app: Flask, url: str) -> None:
        self._url = url
        self._verified: set[str] = set()
        self.received: list[tuple[str, bytes]] = []
        """The address of the feed and its content, of what the hub signed."""
        self.refused: list[str] = []
        app.add_url_rule("/<number>", view_func=self._verify, methods=["GET"])
        app.add_url_rule("/<number>", "receive", self._receive, methods=["POST"])
        self._topics: dict[str, str] = {}

    def subscribe(self, page: str) -> None:
        """Finds hub and address of a feed by the headers of its answer, and subscribes there."""
        status, headers, _ = _request(page, "GET")
        assert status == 200
        links = _links(headers["Link"])
        number = str(len(self._topics))
        self._topics[number] = links["self"]
        form = {
            "hub.mode": "subscribe",
            "hub.topic": links["self"],
            "hub.callback": f"{self._url}/{number}",
            "hub.secret": SECRET,
        }
        status, _, said = _request(links["hub"], "POST", urllib.parse.urlencode(form))
        assert status == 202, said
        assert until(lambda: number in self._verified)

    def contents(self, feed: str) -> list[bytes]:
        """What came of a feed, in order."""
        return [content for address, content in self.received if address == feed]

    def _verify(self, number: str) -> str:
        assert request.args["hub.mode"] == "subscribe"
        assert request.args["hub.topic"] == self._topics[number]
        self._verified.add(number)
        return request.args["hub.challenge"]

    def _receive(self, number: str) -> Response:
        body = request.get_data()
        method, _, signature = request.headers["X-Hub-Signature"].partition("=")
        expected = hmac.new(SECRET.encode(), body, getattr(hashlib, method)).hexdigest()
        links = _links(request.headers["Link"])
        if hmac.compare_digest(signature, expected) and links["self"] == self._topics[number]:
            self.received.append((self._topics[number], body))
        else:
            self.refused.append(number)
        return Response(status=204)


@contextmanager
def running_subscriber() -> Iterator[Subscriber]:
    """A subscriber, for as long as it is needed."""
    app = Flask("subscriber")
    with _serving(app) as port:
        yield Subscriber(app, f"http://127.0.0.1:{port}")


@contextmanager
def _serving(app: Flask) -> Iterator[int]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _links(header: str) -> dict[str, str]:
    """Addresses by relation."""
    found = {}
    for link in header.split(", "):
        address, *parameters = link.split("; ")
        relation = next(each for each in parameters if each.startswith("rel="))
        found.setdefault(relation[5:-1], address[1:-1])
    return found


def _request(url: str, method: str, body: str = "") -> tuple[int, http.client.HTTPMessage, bytes]:
    parts = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=20)
    try:
        headers = {"Content-Type": "application/x-www-form-urlencoded"} if body else {}
        connection.request(method, parts.path, body or None, headers)
        response = connection.getresponse()
        return response.status, response.headers, response.read()
    finally:
        connection.close()
