"""Looks at the folder of digests from time to time, so that requests don't wait for it."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable

from feedsvc.errors import FolderError

PATIENCE = 5
"""How many intervals without a look make a request look itself.

Some hosts stop the threads of a process between requests.
"""

_log = logging.getLogger(__name__)


class Refresher:
    """Calls a function now and every `interval` seconds, in each process that serves requests."""

    def __init__(self, refresh: Callable[[], object], interval: float) -> None:
        self._refresh = refresh
        self._interval = max(interval, 0.05)
        self._lock = threading.Lock()
        self._process = 0
        self._last_look = 0.0
        self._is_looking = False
        self._trouble = ""

    def ensure_fresh(self) -> None:
        """Returns at once where the thread is at work; looks itself where it isn't.

        Raises FolderError where the very first look fails: then there is nothing to show.
        """
        if self.is_at_work():
            return
        with self._lock:
            if self._process != os.getpid():
                self._look()
                self._process = os.getpid()
                threading.Thread(target=self._run, name="refresher", daemon=True).start()
            elif self._is_overdue():
                self._look_again()

    def is_at_work(self) -> bool:
        """Whether the thread lives in this process and has looked lately."""
        return self._process == os.getpid() and not self._is_overdue()

    def _is_overdue(self) -> bool:
        waited = time.monotonic() - self._last_look
        return not self._is_looking and waited > PATIENCE * max(self._interval, 1.0)

    def _look(self) -> None:
        self._is_looking = True
        try:
            self._refresh()
        finally:
            self._is_looking = False
            self._last_look = time.monotonic()

    def _look_again(self) -> None:
        """A look that may fail: the last state that was seen stays. Trouble is told of once."""
        try:
            self._look()
        except FolderError as error:
            if str(error) != self._trouble:
                _log.warning("%s", error)
            self._trouble = str(error)
        except Exception:  # noqa: BLE001 - the thread must live on, the next look may succeed
            _log.exception("The folder of digests could not be looked at.")
        else:
            self._trouble = ""

    def _run(self) -> None:
        while True:
            time.sleep(self._interval)
            self._look_again()
