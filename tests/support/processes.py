"""What the system tells of processes, by their numbers."""

from __future__ import annotations

from pathlib import Path


def state_and_parent(process: int) -> list[str]:
    """What the system says of a process; nothing where there is none."""
    try:
        status = Path(f"/proc/{process}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return []
    return status.rpartition(") ")[2].split()[:2]


def is_alive(process: int) -> bool:
    """Whether a process can still do something."""
    return state_and_parent(process)[:1] not in ([], ["Z"], ["X"])


def children(parent: int) -> list[int]:
    """The processes that another one has started and that are at work."""
    processes = [int(path.name) for path in Path("/proc").glob("[0-9]*")]
    owned = [each for each in processes if state_and_parent(each)[1:] == [str(parent)]]
    return sorted(filter(is_alive, owned))


def web_workers(server: int) -> list[int]:
    """The workers of a server, without what Python starts to look after them."""
    commands = {each: Path(f"/proc/{each}/cmdline") for each in children(server)}
    return sorted(
        each
        for each, command in commands.items()
        if command.exists() and b"resource_tracker" not in command.read_bytes()
    )
