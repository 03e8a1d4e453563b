"""The workflows that publish digests after each push, for the hosts of repositories."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from feedsvc import __version__
from feedsvc.config import Config
from feedsvc.starter.files import text_of

GITHUB, GITLAB = "github", "gitlab"

PROJECT = "feedsvc/feedsvc"
"""Where the project is at GitHub: workflows install it from there."""

RELEASE = f"v{__version__.partition('.')[0]}"
"""The newest release that reads what this one reads."""

_PAGES_DOMAINS = ("github.io", "gitlab.io")


def _github(branch: str, _: Config) -> tuple[str, str]:
    text = text_of("github.yml", branch=branch or "main", action=f"{PROJECT}@{RELEASE}")
    return ".github/workflows/pages.yml", text


def _gitlab(_: str, config: Config) -> tuple[str, str]:
    host = urlsplit(config.base_url).hostname or ""
    is_own = "base_url" in config.given and not host.endswith(_PAGES_DOMAINS)
    # GitLab knows the address of its pages, but no domain of one's own.
    address = config.base_url if is_own else "$CI_PAGES_URL/"
    source = f"https://github.com/{PROJECT}@{RELEASE}"
    return ".gitlab-ci.yml", text_of("gitlab.yml", source=source, address=address)


Workflow = Callable[[str, Config], tuple[str, str]]
"""Takes a branch, empty where it isn't known; gives a path in the repository, and a text."""

PAGES: dict[str, tuple[Workflow, ...]] = {
    GITHUB: (_github,),
    GITLAB: (_gitlab,),
    "both": (_github, _gitlab),
    "none": (),
}
"""The workflows to write, by what a person may choose."""
