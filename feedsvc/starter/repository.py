"""What the Git repository around a folder tells: where it is hosted, and the site's address."""

from __future__ import annotations

import re
from pathlib import Path

from msgspec import Struct

from feedsvc.starter.workflows import GITHUB, GITLAB

_PAGES = {GITHUB: ("github.com", "github.io"), GITLAB: ("gitlab.com", "gitlab.io")}
"""By the name of a host: where its repositories are, and where their pages are."""

_ADDRESS = re.compile(
    r"(?:[a-z+]{1,20}://)?(?:[^/@]{0,400}@)?(?P<host>[a-z0-9.-]{1,200})(?::[0-9]{1,5}(?=/))?[:/]/?"
    r"(?P<owner>[^/:?#]{1,200})/(?P<rest>[^:?#]{1,800}?)(?:\.git)?/?",
    re.IGNORECASE,
)


class Repository(Struct, frozen=True):
    """A Git repository, as far as it matters here."""

    top: Path
    branch: str
    """The branch that is checked out; empty where none is."""
    remote: str
    """The address of its remote; empty where it has none. It may hold a password: show it never."""
    remote_name: str = "origin"

    @property
    def host(self) -> str:
        """GITHUB, GITLAB, or empty for any other host."""
        found = _ADDRESS.fullmatch(self.remote)
        hosts = {repositories: name for name, (repositories, _) in _PAGES.items()}
        return hosts.get(found["host"].lower().removeprefix("ssh."), "") if found else ""

    @property
    def pages_address(self) -> str:
        """Where its host shows its pages if nobody chose otherwise; empty where that is unknown."""
        found = _ADDRESS.fullmatch(self.remote)
        if not found or not self.host:
            return ""
        domain = f"{found['owner'].lower()}.{_PAGES[self.host][1]}"
        path = "" if found["rest"].lower() == domain else f"{found['rest']}/"
        return f"https://{domain}/{path}"


def repository_of(folder: Path) -> Repository | None:
    """The repository that a folder is in; None if it is in none, or Git isn't there."""
    top = _git(folder, "rev-parse", "--show-toplevel")
    if not top:
        return None
    remotes = dict(
        line.split(" ", 1)
        for line in _git(folder, "config", "--get-regexp", r"^remote\..*\.url$").splitlines()
        if " " in line
    )
    key = "remote.origin.url"
    if key not in remotes:
        key = next(iter(remotes), key)
    branch = _git(folder, "symbolic-ref", "--short", "HEAD")
    name = key.removeprefix("remote.").removesuffix(".url")
    return Repository(Path(top), branch, remotes.get(key, ""), name)


def _git(folder: Path, *arguments: str) -> str:
    """What Git says, without its end of line; empty where it fails."""
    import subprocess  # noqa: PLC0415 - of no use to most commands

    command = ["git", "-C", str(folder), *arguments]
    try:
        done = subprocess.run(  # noqa: S603 - our own words
            command, capture_output=True, text=True, check=False, timeout=10
        )
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
