"""Counts requests by document and status, and how long they took, for Prometheus.

A request costs an addition here; the library that knows Prometheus's ways is told of many at once.
"""

from __future__ import annotations

import os
import threading
from time import perf_counter
from typing import TYPE_CHECKING

from feedsvc.site.extras import EXTRAS
from feedsvc.site.kinds import PAGE
from feedsvc.site.places import kind_at

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry, Counter

SHARED_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""The environment variable by which several processes count together (prometheus_client)."""

WATCHED = {"/healthz", "/metrics"}
"""The paths for whoever watches the service."""

Kind = tuple[str, str]
"""The role of a place, in lower case and empty where there is none, and a document's name."""

OTHER: Kind = ("", "other")
"""Of whatever is at no path of a document: one kind, as a client may make up any number."""


def kind_of(path: str) -> Kind:
    """The kind of document that may be at a path inside the site."""
    folder, slash, name = path.rpartition("/")
    place = kind_at(folder + slash)
    if place and (name or PAGE) in place.names:
        return place.role.name.lower(), name or PAGE
    return ("", path[1:]) if path in EXTRAS or path in WATCHED else OTHER


def is_shared() -> bool:
    """Whether several processes count together."""
    return bool(os.environ.get(SHARED_FOLDER))


class Traffic:
    """The requests of this process. Threads may share it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._telling = threading.Lock()
        self._seen: dict[tuple[Kind, str], list[float]] = {}
        self._registry: CollectorRegistry | None = None
        self._requests: Counter
        self._seconds: Counter

    def add(self, kind: Kind, status: str, begun: float) -> None:
        """A request that began at that time of `perf_counter` has its status line."""
        seconds = perf_counter() - begun
        with self._lock:
            seen = self._seen.get((kind, status))
            if seen is None:
                seen = self._seen[kind, status] = [0, 0.0]
            seen[0] += 1
            seen[1] += seconds

    def share(self) -> None:
        """Lets other processes count what this one has seen, where they count together."""
        if self._seen and is_shared():
            self.registry()

    def registry(self) -> CollectorRegistry:
        """For Prometheus: what this process has seen, or all those that count together."""
        from prometheus_client import CollectorRegistry  # noqa: PLC0415 - slow to load
        from prometheus_client.multiprocess import MultiProcessCollector  # noqa: PLC0415

        with self._telling:
            own = self._tell()
        if not is_shared():
            return own
        everybody = CollectorRegistry()
        MultiProcessCollector(everybody)  # type: ignore[no-untyped-call]
        return everybody

    def _tell(self) -> CollectorRegistry:
        with self._lock:
            seen, self._seen = self._seen, {}
        registry = self._registry or self._make_counters()
        for ((place, document), status), (count, seconds) in seen.items():
            labels = place, document, status[:3]
            self._requests.labels(*labels).inc(count)
            self._seconds.labels(*labels).inc(seconds)
        return registry

    def _make_counters(self) -> CollectorRegistry:
        from prometheus_client import CollectorRegistry, Counter  # noqa: PLC0415 - slow to load

        labels = ["place", "document", "status"]
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "feedsvc_requests", "Requests that were answered.", labels, registry=self._registry
        )
        self._seconds = Counter(
            "feedsvc_request_seconds",
            "What they took until the answer began to be sent.",
            labels,
            registry=self._registry,
        )
        return self._registry
