"""Looks for changed digests at intervals in a thread, so that requests don't wait for that."""

from __future__ import annotations

import logging
import math
import os
import threading
import time
import weakref
from collections.abc import Callable

from feedsvc.errors import FolderError, StaleError

PATIENCE = 5
"""After this many intervals without a look, a request looks itself.

Some hosts stop the threads of a process between requests.
"""

_log = logging.getLogger(__name__)


class Refresher:
    """Calls a function now and every `interval` seconds, in each process that serves requests."""

    def __init__(
        self,
        refresh: Callable[[], object],
        interval: float,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self._refresh = refresh
        self._clock = clock
        self._sleep = sleep
        self._interval = max(interval, 0.05)
        self._trouble = ""
        self._thread: threading.Thread | None
        self._reset()
        reset = weakref.WeakMethod(self._reset)
        os.register_at_fork(after_in_child=lambda: (again := reset()) and again())

    def ensure_fresh(self) -> None:
        """Returns at once if the thread is at work; else looks itself.

        Raises FolderError if the very first look fails and there is nothing to show then.
        """
        if self.is_at_work():
            return
        with self._lock:
            if not self._thread:
                try:
                    self._refresh()
                except StaleError as error:
                    self._tell(error)
                self._trust()
                self._thread = threading.Thread(target=self._run, name="refresher", daemon=True)
                self._thread.start()
            elif not self.is_at_work():
                self._look()

    def begin(self) -> None:
        """Looks from now on, also where no request comes; returns at once."""
        threading.Thread(target=self._begin_alone, name="first look", daemon=True).start()

    def is_at_work(self) -> bool:
        """Whether the thread lives in this process and is looking, or has looked lately."""
        return self._clock() < self._trusted_until

    def is_in_trouble(self) -> bool:
        """Whether the last look failed."""
        return bool(self._trouble)

    def _begin_alone(self) -> None:
        while True:
            try:
                self.ensure_fresh()
            except FolderError as error:
                self._tell(error)
            except Exception:  # noqa: BLE001 - it may succeed next time
                _log.exception("The folder of digests could not be read.")
            else:
                return
            self._sleep(self._interval)

    def _reset(self) -> None:
        """The state of a process that hasn't looked yet: a new one, or one that was forked."""
        self._lock = threading.Lock()
        self._thread = None
        self._trusted_until = 0.0

    def _trust(self) -> None:
        self._trusted_until = self._clock() + PATIENCE * max(self._interval, 1.0)

    def _look(self) -> None:
        """Looks; if that fails, the last state stays. The same trouble is logged once."""
        self._trusted_until = math.inf
        try:
            self._refresh()
        except FolderError as error:
            self._tell(error)
        except Exception as error:  # noqa: BLE001 - the thread must go on, and may succeed next time
            _log.exception("The folder of digests could not be read.")
            self._trouble = repr(error)
        else:
            if self._trouble:
                _log.info("The folder of digests can be read again.")
            self._trouble = ""
        finally:
            self._trust()

    def _tell(self, error: FolderError) -> None:
        if str(error) != self._trouble:
            _log.warning("%s", error)
        self._trouble = str(error)

    def _run(self) -> None:
        while True:
            self._sleep(self._interval)
            self._look()
