"""Tells the hub of the feeds that changed, each once, however many processes see the change.

They agree through the index. Who begins takes the turn, so that the others leave it to them; it
notes each feed that it has told of, and the turn ends by itself where it doesn't go on. So nothing
is told twice, and what a process that was killed has left is told by the next.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from msgspec import Struct
from msgspec.structs import replace

from feedsvc.config import Config
from feedsvc.errors import HubError
from feedsvc.index.pings import Progress
from feedsvc.index.store import Store
from feedsvc.push.changes import MOST, MOST_REMADE, Versions, changes, feed_versions
from feedsvc.push.hub import ANSWER_SECONDS, Hub
from feedsvc.site.site import Site

MOST_FAILURES = 3
"""Failures one after another, after which the hub is left alone for now."""

SOON = 1.0
"""Seconds until another attempt, where this one was overtaken."""

_log = logging.getLogger(__name__)


class Pace(Struct, frozen=True):
    """How long what may take, in seconds."""

    whole: float
    """All pings of one attempt."""
    answer: float = ANSWER_SECONDS
    """A hub's silence."""
    turn: float = 60.0
    """How long the others wait for a sign of who has the turn; longer than a ping takes."""
    look: float = 300.0
    """The same while it looks at all feeds, which of a million papers takes a minute."""
    pauses: Sequence[float] = ()
    """Before each further attempt to tell of the same changes. After the last they are given up."""


BESIDE_A_SERVER = Pace(whole=300.0, pauses=(30.0, 120.0, 600.0, 3600.0))
"""In the background, so there is time."""

AFTER_A_BUILD = Pace(whole=20.0)
"""Somebody waits. The next build tells of what is left."""


class Report(Struct):
    """What an attempt to tell a hub has come to."""

    told: int = 0
    """The number of feeds that the hub was told of."""
    left: int = 0
    """Of those that changed, too, and that it could not be told of now."""
    again: float = 0.0
    """Seconds after which another attempt may do more; 0 where nothing is left to do."""


def note_feeds(site: Site, config: Config) -> None:
    """Notes what there is, where nobody has yet: what changes from now on is told.

    Raises IndexLostError and FolderError.
    """
    attempt = _Attempt(site, config, AFTER_A_BUILD)
    if attempt.take_turn(may_tell=False):
        attempt.make(tells=False)


def tell_hub(site: Site, config: Config, pace: Pace) -> Report:
    """Tells the hub in `config` of each feed that changed since it was last told of it.

    Each failure is a warning in the log. Where nobody has noted yet what the hub knows, all is
    noted and nothing told. Raises IndexLostError and FolderError.
    """
    attempt = _Attempt(site, config, pace)
    if attempt.take_turn():
        attempt.make()
    return attempt.report


class _TurnLostError(Exception):
    """Somebody else has the turn by now, as this process has slept too long."""


class _Attempt:
    """One attempt to tell the hub of the changes of one state."""

    def __init__(self, site: Site, config: Config, pace: Pace) -> None:
        self._site = site
        self._key = config.base_url
        self._hub = config.hub
        self._has_searches = bool(config.saved)
        self._pace = pace
        self._done = Progress("", site.made_with)
        """What is noted when all was told."""
        self._versions: Versions = {}
        self._to_tell: Sequence[str] = ()
        self._has_looked = False
        self._turn = 0.0
        self.report = Report()

    def take_turn(self, *, may_tell: bool = True) -> bool:
        """False where there is nothing to tell, or it is somebody else's turn."""
        with self._site.snapshot(long=True) as snapshot:
            revision = snapshot.catalogue.state.revision
            known = snapshot.store.pings.progress(self._key)
            if known and (known.revision == revision or not may_tell):
                return False
        with self._site.noting() as store:
            known, now = store.pings.progress(self._key), time.time()
            if known and (known.revision == store.state().revision or not may_tell):
                return False
            known = known or Progress("", self._done.made_with)
            # Who looks may be done long before its turn is over.
            turn = min(self._left_of_turn(known, now), self._pace.turn)
            if wait := max(turn, self._left_of_pause(known, store, now)):
                self.report.again = wait
                return False
            self._hold_turn(store, known, self._pace.look)
            return True

    def make(self, *, tells: bool = True) -> None:
        """What there is to do for who has the turn, which ends with it."""
        try:
            self._look()
            if tells:
                self._tell()
        except _TurnLostError:
            self.report.again = SOON
        finally:
            self._end()

    def _look(self) -> None:
        """Finds what there is to tell, and notes what there is not.

        Only with the turn: so what is seen is never older than what others have noted.
        """
        with self._site.snapshot(long=True, searchable=self._has_searches) as snapshot:
            self._done = replace(self._done, revision=snapshot.catalogue.state.revision)
            self._versions = feed_versions(snapshot)
        with self._site.noting() as store:
            known = self._own_progress(store)
            is_remade = known.made_with != self._done.made_with
            most = MOST_REMADE if is_remade else MOST
            todo = changes(self._versions, store.pings.versions(), most)
            store.pings.put_versions(todo.to_note)
            self._hold_turn(store, known, self._pace.turn)
        self._to_tell = todo.to_tell
        self._has_looked = True

    def _tell(self) -> None:
        """Tells of one feed after another, until time or patience is over."""
        failures = 0
        self.report.left = len(self._to_tell)
        with Hub(self._hub, self._pace.answer) as hub, _ended_after(self._pace.whole, hub):
            for feed in self._to_tell:
                if hub.is_ended:
                    return
                try:
                    hub.ping(feed)
                except HubError as error:
                    _log.warning("%s", error)
                    failures += 1
                    is_known = not error.may_pass
                else:
                    failures = 0
                    self.report.told += 1
                    is_known = True
                self._note(feed, is_known=is_known)
                self.report.left -= is_known
                if failures == MOST_FAILURES:
                    return

    def _note(self, feed: str, *, is_known: bool) -> None:
        """Notes that the hub knows of a feed, and that there will be further ones."""
        with self._site.noting() as store:
            known = self._own_progress(store)
            if is_known:
                store.pings.put_versions({feed: self._versions[feed]})
            self._hold_turn(store, known, self._pace.turn)

    def _end(self) -> None:
        """Gives the turn back, and says what is left, and when that is tried again."""
        try:
            with self._site.noting() as store:
                known = self._own_progress(store)
                store.pings.put_progress(self._key, self._ended(known))
        except _TurnLostError:
            self.report.again = SOON

    def _ended(self, known: Progress) -> Progress:
        if not self._has_looked:
            self.report.again = SOON
            return replace(known, turn=0.0)
        if not self.report.left:
            return self._done
        if not self._pace.pauses:  # this process won't try again: any may, at once
            return replace(known, turn=0.0)
        is_same = known.tried == self._done.revision
        failures = known.failures + 1 if is_same else 1
        if failures > len(self._pace.pauses):
            _log.warning(
                "%s: the hub is told of %d feeds that changed only with the next change.",
                self._hub,
                self.report.left,
            )
            return self._done
        pause = self._pace.pauses[failures - 1]
        self.report.again = pause
        return replace(
            known,
            turn=0.0,
            tried=self._done.revision,
            failures=failures,
            pause=time.time() + pause,
        )

    def _hold_turn(self, store: Store, known: Progress, seconds: float) -> None:
        self._turn = time.time() + seconds
        store.pings.put_progress(self._key, replace(known, turn=self._turn))

    def _own_progress(self, store: Store) -> Progress:
        known = store.pings.progress(self._key)
        if not known or known.turn != self._turn:
            raise _TurnLostError
        return known

    def _left_of_turn(self, known: Progress, now: float) -> float:
        """Seconds; a time further ahead is one of a clock that was wrong."""
        left = known.turn - now
        return left if 0 < left <= max(self._pace.turn, self._pace.look) else 0.0

    def _left_of_pause(self, known: Progress, store: Store, now: float) -> float:
        """Seconds; there is none for other changes than those that could not be told."""
        left = known.pause - now if known.tried == store.state().revision else 0.0
        return left if 0 < left <= max(self._pace.pauses, default=0.0) else 0.0


@contextmanager
def _ended_after(seconds: float, hub: Hub) -> Iterator[None]:
    """Ends a hub's pings when time is over, whatever it does meanwhile."""
    timer = threading.Timer(seconds, hub.end)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
