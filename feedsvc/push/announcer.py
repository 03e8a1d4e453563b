"""Has the hub told beside a server: in a thread, some time after a change was taken up."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from functools import partial

from feedsvc.config import Config
from feedsvc.errors import FeedsvcError
from feedsvc.push.round import BESIDE_A_SERVER, Pace, note_feeds, tell_hub
from feedsvc.site.site import Site

INTERVALS = 2
"""Looks at the folder, after which every process has taken up what one has.

The hub fetches a feed as soon as it is told of it, from whichever process.
"""

MARGIN = 0.5
"""Seconds more than that."""

LONGEST_CALM = 60.0
"""Seconds after which a hub is told although digests go on changing."""

SOON = 5.0
"""Seconds until an attempt that failed without the hub's fault is made again."""

_log = logging.getLogger(__name__)


class Announcer:
    """Is shown each state of a site, and has the hub told in a thread of its own."""

    def __init__(
        self,
        site: Site,
        config: Config,
        pace: Pace = BESIDE_A_SERVER,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._site = site
        self._config = config
        self._pace = pace
        self._clock = clock
        self._calm = INTERVALS * config.refresh + MARGIN
        self._told = ""
        """The revision of which nothing is left to tell."""
        self._seen = ""
        self._seen_since = self._waiting_since = self._not_before = clock()
        self._thread: threading.Thread | None = None

    def look(self, revision: str) -> None:
        """Called after each look at the folder with the newest state; returns at once."""
        now = self._clock()
        is_new = revision != self._seen
        if is_new:
            if self._seen == self._told:
                self._waiting_since = now
            self._seen, self._seen_since, self._not_before = revision, now, 0.0
        if self._is_telling():
            return
        if self._is_due(now):
            self._waiting_since = now
            self._start(partial(self._tell, revision))
        elif is_new:
            self._start(self._note)

    def _is_due(self, now: float) -> bool:
        if self._seen == self._told or now < self._not_before:
            return False
        is_calm = now - self._seen_since >= self._calm
        return is_calm or now - self._waiting_since >= LONGEST_CALM

    def _start(self, target: Callable[[], None]) -> None:
        def run() -> None:
            try:
                target()
            except FeedsvcError as error:
                _log.warning("%s: the hub was not told: %s", self._config.hub, error)
                self._not_before = self._clock() + SOON
            except Exception:  # noqa: BLE001 - else nobody would learn of it
                _log.exception("%s: the hub was not told.", self._config.hub)
                self._not_before = self._clock() + SOON

        self._thread = threading.Thread(target=run, name="announcer", daemon=True)
        self._thread.start()

    def _is_telling(self) -> bool:
        """Whether the thread lives in this process; none does after a fork."""
        return self._thread is not None and self._thread.is_alive()

    def _note(self) -> None:
        """At once where the index is new: what changes before there is calm is to be told, too."""
        note_feeds(self._site, self._config)

    def _tell(self, revision: str) -> None:
        report = tell_hub(self._site, self._config, self._pace)
        if report.told:
            _log.info("%s: the hub was told of %d feeds.", self._config.hub, report.told)
        if not report.again:
            self._told = revision
        elif self._seen == revision:  # another one waits for nothing but calm
            self._not_before = self._clock() + report.again
