"""Lines of access logs to requests: the combined format, and the JSON lines that feedsvc writes.

Logs are read as bytes, line by line, so that their length doesn't matter.
"""

from __future__ import annotations

import gzip
import re
import sys
import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO, NamedTuple

import msgspec
from msgspec import Struct

from feedsvc.errors import LogError
from feedsvc.logs import ACCESS

LONGEST_LINE = 65_536
"""Bytes; what is longer is no line of an access log."""

STANDARD_INPUT = Path("-")

_GZIP = b"\x1f\x8b"

_COMBINED = re.compile(
    rb"(?:[^ ]+ )?([^ ]+) [^ ]+ [^ ]+ "  # the host asked for, the address, names
    rb'\[([^\]]{11,40})\] "([A-Z]{1,20}) ([^ "]+)[^"]{0,20}" ([0-9]{3}) ([0-9]{1,19}|-)'
    rb'(?: "(?:[^"\\]|\\.)*" "((?:[^"\\]|\\.)*)")?'
)
"""Of nginx and Apache, also with the host in front, with more behind, or without the agent."""

_MONTHS = tuple(b"Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split())


class Request(NamedTuple):
    """What a line tells of a request."""

    address: bytes
    method: bytes
    path: bytes
    """With its query."""
    status: int
    size: int
    """Bytes of the body."""
    agent: bytes
    time: str
    """ISO 8601 or empty. The same log has the same zone, so times can be compared as texts."""


class _JsonLine(Struct):
    logger: str = ""
    time: str = ""
    address: str = ""
    method: str = ""
    path: str = ""
    status: int = 0
    bytes: int = 0
    agent: str = ""


_decode = msgspec.json.Decoder(_JsonLine).decode

NO_REQUEST = None
"""Of a line that our servers write about something else."""


def read_requests(logs: list[Path]) -> Iterator[Request | ValueError | None]:
    """What each line of the logs tells: a request, NO_REQUEST, or an error if it can't be read.

    Logs may be compressed (gzip); `-` is the standard input. Raises LogError for a log that can't
    be read.
    """
    for log in logs:
        try:
            with ExitStack() as stack:
                yield from map(request_of, _lines(_opened(log, stack)))
        except (OSError, EOFError, zlib.error) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise LogError(f"{log}: the log can't be read: {reason.rstrip('.')}.") from error


def request_of(line: bytes) -> Request | ValueError | None:
    """What one line tells, as `read_requests` gives it."""
    if line.startswith(b"{"):
        return _of_json(line)
    found = _COMBINED.match(line)
    if not found:
        return ValueError()
    address, time, method, path, status, size, agent = found.groups()
    try:
        iso = f"{_day(time[:11])}T{time[12:20].decode()}"
    except ValueError:
        return ValueError()
    return Request(
        address, method, path, int(status), 0 if size == b"-" else int(size), agent or b"-", iso
    )


def _of_json(line: bytes) -> Request | ValueError | None:
    try:
        said = _decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return ValueError()
    if said.logger != ACCESS:
        return NO_REQUEST if said.logger else ValueError()
    address, method, path, agent = (
        text.encode(errors="replace") for text in (said.address, said.method, said.path, said.agent)
    )
    return Request(address, method, path, said.status, said.bytes, agent, said.time)


@lru_cache(1000)
def _day(text: bytes) -> str:
    """`18/Nov/2024` as ISO 8601 has it. Raises ValueError."""
    day, month, year = text.split(b"/")
    return f"{int(year):04}-{_MONTHS.index(month) + 1:02}-{int(day):02}"


def _opened(log: Path, stack: ExitStack) -> BinaryIO:
    file: BinaryIO = sys.stdin.buffer
    if log != STANDARD_INPUT:
        file = stack.enter_context(log.open("rb"))
    is_compressed = file.peek(2)[:2] == _GZIP  # type: ignore[attr-defined]  # all have buffers
    return stack.enter_context(gzip.open(file)) if is_compressed else file  # type: ignore[return-value]


def _lines(file: BinaryIO) -> Iterator[bytes]:
    """The lines with something in them; one that is too long as its beginning, without its end."""
    is_new = True
    while line := file.readline(LONGEST_LINE):
        is_whole = line.endswith(b"\n")
        if is_new and not line.isspace():
            yield line if is_whole or len(line) < LONGEST_LINE else b"too long"
        is_new = is_whole
