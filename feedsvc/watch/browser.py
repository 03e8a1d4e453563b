"""Opens a site in a browser once it is served: a process of its own, so that a server has none."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import webbrowser
from urllib.parse import urlsplit

PATIENCE = 60
"""Seconds in which the server must listen."""


def open_when_served(url: str) -> None:
    """Returns at once; the browser opens as soon as somebody listens at the address."""
    subprocess.Popen(  # noqa: S603 - our own words
        [sys.executable, "-m", __name__, url], stdin=subprocess.DEVNULL
    )


def _is_served(url: str) -> bool:
    parts = urlsplit(url)
    try:
        socket.create_connection((parts.hostname or "", parts.port or 80), timeout=1).close()
    except OSError:
        return False
    return True


def main(url: str) -> None:
    """Waits, then opens the address or says that there is no browser."""
    deadline = time.monotonic() + PATIENCE
    while not _is_served(url):
        if time.monotonic() > deadline:
            return
        time.sleep(0.05)
    if not webbrowser.open(url):
        sys.stderr.write(f"There is no browser to open; the site is at {url}\n")


if __name__ == "__main__":
    main(sys.argv[1])
