"""What the refresher promises: requests don't wait for a look at the folder, in any process."""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from feedsvc.errors import FolderError
from feedsvc.web.refresher import PATIENCE, Refresher
from tests.support.waiting import until

INTERVAL = 2.0


class Clock:
    """A clock that is set by hand, and the sleep of who lives by it."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []
        """The length of each sleep that was begun."""
        self._ended = threading.Semaphore(0)

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self._ended.acquire()  # at the end of the tests for ever: the thread is a daemon

    def wake(self) -> None:
        """Ends one sleep, and waits for the next to begin."""
        begun = len(self.slept)
        self._ended.release()
        assert until(lambda: len(self.slept) > begun)


class Looks:
    """Looks at a folder that may be in trouble."""

    def __init__(self) -> None:
        self.count = 0
        self.trouble: Exception | None = None
        self.may_end = threading.Event()
        self.may_end.set()

    def __call__(self) -> None:
        self.count += 1
        assert self.may_end.wait(20)
        if self.trouble:
            raise self.trouble


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def looks() -> Looks:
    return Looks()


@pytest.fixture
def refresher(looks: Looks, clock: Clock) -> Refresher:
    return Refresher(looks, INTERVAL, clock, clock.sleep)


def test_only_the_first_request_looks_itself(
    refresher: Refresher, looks: Looks, clock: Clock
) -> None:
    assert not refresher.is_at_work()
    for _ in range(3):
        refresher.ensure_fresh()
        assert refresher.is_at_work()
    assert looks.count == 1
    assert until(lambda: clock.slept == [INTERVAL])


def test_the_thread_looks_after_each_interval_without_a_request(
    refresher: Refresher, looks: Looks, clock: Clock
) -> None:
    refresher.ensure_fresh()
    assert until(lambda: clock.slept)
    for count in (2, 3):
        clock.wake()
        assert looks.count == count
    assert clock.slept == [INTERVAL] * 3


def test_however_many_ask_at_once_one_looks_and_one_thread_is_started(
    refresher: Refresher, looks: Looks, clock: Clock
) -> None:
    looks.may_end.clear()
    with ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(refresher.ensure_fresh) for _ in range(8)]
        assert until(lambda: looks.count == 1)
        looks.may_end.set()
        for each in asked:
            each.result()
    assert looks.count == 1
    assert until(lambda: clock.slept)
    assert len(clock.slept) == 1


def test_requests_do_not_wait_while_the_thread_looks_however_long(
    refresher: Refresher, looks: Looks, clock: Clock
) -> None:
    refresher.ensure_fresh()
    assert until(lambda: clock.slept)
    looks.may_end.clear()
    waking = threading.Thread(target=clock.wake)
    waking.start()
    assert until(lambda: looks.count == 2)
    clock.now += 1e6
    refresher.ensure_fresh()
    assert refresher.is_at_work()
    looks.may_end.set()
    waking.join()
    assert looks.count == 2


@pytest.mark.parametrize(("interval", "patience"), [(INTERVAL, PATIENCE * INTERVAL), (0.2, 5.0)])
def test_a_request_looks_itself_where_the_thread_has_stood_still_too_long(
    looks: Looks, clock: Clock, interval: float, patience: float
) -> None:
    refresher = Refresher(looks, interval, clock, clock.sleep)
    refresher.ensure_fresh()
    clock.now += patience - 0.01
    refresher.ensure_fresh()
    assert (looks.count, refresher.is_at_work()) == (1, True)
    clock.now += 0.02
    assert not refresher.is_at_work()
    for _ in range(2):
        refresher.ensure_fresh()
    assert (looks.count, refresher.is_at_work()) == (2, True)
    assert until(lambda: clock.slept)
    assert len(clock.slept) == 1, "another thread was started"


def test_where_the_first_look_fails_requests_fail_until_one_succeeds(
    refresher: Refresher, looks: Looks, clock: Clock
) -> None:
    looks.trouble = FolderError("gone")
    for count in (1, 2):
        with pytest.raises(FolderError, match="gone"):
            refresher.ensure_fresh()
        assert (looks.count, clock.slept, refresher.is_at_work()) == (count, [], False)
    looks.trouble = None
    refresher.ensure_fresh()
    assert refresher.is_at_work()
    assert until(lambda: clock.slept)


@pytest.mark.parametrize("trouble", [FolderError("gone"), RuntimeError("a mistake")])
def test_a_later_look_that_fails_costs_no_request_and_the_thread_lives_on(
    refresher: Refresher, looks: Looks, clock: Clock, trouble: Exception
) -> None:
    refresher.ensure_fresh()
    assert until(lambda: clock.slept)
    assert not refresher.is_in_trouble()
    looks.trouble = trouble
    clock.wake()
    assert refresher.is_in_trouble()
    assert refresher.is_at_work()
    refresher.ensure_fresh()
    looks.trouble = None
    clock.wake()
    assert not refresher.is_in_trouble()
    assert looks.count == 3


def test_trouble_is_told_once_until_it_is_another(
    refresher: Refresher, looks: Looks, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    refresher.ensure_fresh()
    assert until(lambda: clock.slept)
    for trouble in ("gone", "gone", "no rights"):
        looks.trouble = FolderError(trouble)
        clock.wake()
    told = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    assert told == ["gone", "no rights"]


def test_there_is_always_a_pause_between_two_looks(looks: Looks, clock: Clock) -> None:
    Refresher(looks, 0, clock, clock.sleep).ensure_fresh()
    assert until(lambda: clock.slept == [0.05])


FORKED = """
import os, sys, time
from feedsvc.web.refresher import Refresher
looks = []
refresher = Refresher(lambda: looks.append(os.getpid()), 0.05)
refresher.ensure_fresh()
child = os.fork()
if not child:
    assert not refresher.is_at_work(), "there is no thread here yet"
    before = len(looks)
    refresher.ensure_fresh()
    assert looks[before:] == [os.getpid()], "a request has looked itself"
    assert refresher.is_at_work()
    while len(looks) < before + 3:  # the thread looks
        time.sleep(0.01)
    assert set(looks[before:]) == {os.getpid()}
    os._exit(0)
status = os.waitpid(child, 0)[1]
before = len(looks)
while len(looks) < before + 2:
    time.sleep(0.01)
sys.exit(status)
"""


def test_a_process_that_was_forked_has_a_thread_of_its_own() -> None:
    """As where a server loads the app and then starts its workers."""
    command = [sys.executable, "-W", "ignore", "-c", FORKED]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)
    assert (done.returncode, done.stderr) == (0, "")
