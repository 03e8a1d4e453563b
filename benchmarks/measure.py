"""Measures side by side: whole processes in turn, and servers under the same load."""

from __future__ import annotations

import os
import re
import shutil
import socket
import statistics
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

ROUNDS = 5
LOAD = ["wrk", "-t1", "-c16", "-d1s"]
START_SECONDS = 30


def seconds(command: Sequence[str], **environment: str) -> float:
    """The wall time of a command, which must succeed."""
    os.sync()  # so that it doesn't pay for what another one wrote
    start = time.perf_counter()
    subprocess.run(
        command,
        env={**os.environ, **environment},
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    return time.perf_counter() - start


def in_turn(*runs: Callable[[int], float], rounds: int = ROUNDS) -> list[list[float]]:
    """What each run gives, A B A B …, so that a machine that slows down slows all of them.

    A run is told its round. The first round, which warms up, doesn't count.
    """
    results: list[list[float]] = [[] for _ in runs]
    for number in range(rounds + 1):
        for run, of_run in zip(runs, results, strict=True):
            value = run(number)
            if number:
                of_run.append(value)
    return results


def ratio(numerators: Sequence[float], denominators: Sequence[float]) -> str:
    """The median of the ratios pair by pair, with the least and the most."""
    ratios = [a / b for a, b in zip(numerators, denominators, strict=True)]
    return f"{statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"


def row(name: str, value: str, goal: str = "") -> None:
    """Prints one line of the report."""
    print(f"{name:<58} {value:<28} {goal}", flush=True)


def requests_a_second(url: str, _: int = 0, **headers: str) -> float:
    """How many requests a server answers in a second of load by 16 clients."""
    given = [f"-H{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    done = subprocess.run([*LOAD, *given, url], capture_output=True, text=True, check=True)
    found = re.search(r"Requests/sec:\s+([0-9.]+)", done.stdout)
    if not found or "Non-2xx or 3xx" in done.stdout:
        raise RuntimeError(f"no load on {url}: {done.stdout}")
    return float(found[1])


def is_there(command: str) -> bool:
    """Whether an alternative is installed; says so where it isn't."""
    if shutil.which(command):
        return True
    row(command, "not installed, left out")
    return False


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(command: Sequence[str], port: int, **environment: str) -> Iterator[subprocess.Popen]:
    """A server, from when it answers to the end of the block."""
    server = subprocess.Popen(
        command,
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=Path(__file__).parents[1],
    )
    try:
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                if time.monotonic() > deadline or server.poll() is not None:
                    raise
                time.sleep(0.02)
        yield server
    finally:
        server.terminate()
        server.wait(timeout=20)
