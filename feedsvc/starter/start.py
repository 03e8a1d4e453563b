"""Begins a site in a folder: settings, a first digest where there is none, and how it is published.

Nothing that is there is changed.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

from msgspec import Struct

from feedsvc.check import Findings, check, overview
from feedsvc.config import FILE_NAME, Config
from feedsvc.errors import StarterError
from feedsvc.parser.vocabulary.problems import visible
from feedsvc.starter.archive import find_archive
from feedsvc.starter.files import text_of
from feedsvc.starter.repository import Repository, repository_of
from feedsvc.starter.settings_file import settings_file
from feedsvc.starter.workflows import GITHUB, PAGES

ASKED = {
    "title": "The name of the site",
    "language": "The language of the digests, such as ko or en (empty: each paper's own)",
    "base_url": "The address of the site, such as https://example.org/papers/ (empty: unknown)",
}
"""The settings that a person is asked for, and in what words."""

_FIRST_FEW = 3


class Outlook(Struct, frozen=True):
    """What is in a folder before anything is written."""

    folder: Path
    repository: Repository | None
    proposals: Mapping[str, str]
    """Settings that what is there suggests."""
    has_settings: bool = False
    """Whether it has a settings file, so that nothing is to be asked."""
    without_papers: tuple[str, ...] = ()
    """The paths of files that look like digests, where none has a paper."""


def look(folder: Path) -> Outlook:
    """Looks around in a folder, which need not be there yet. Raises StarterError, FolderError."""
    if folder.exists() and not folder.is_dir():
        raise StarterError(f"{folder}: is no folder; name one, which need not be there yet.")
    if folder.resolve() in {Path.home().resolve(), Path(folder.resolve().anchor)}:
        raise StarterError(
            f"{folder}: is the folder of everything, which would be looked through for digests; "
            "name the folder of your site."
        )
    repository = repository_of(folder) if folder.is_dir() else None
    if (folder / FILE_NAME).exists():
        return Outlook(folder, repository, {}, has_settings=True)
    proposals, without_papers = dict[str, str](), tuple[str, ...]()
    if folder.exists():
        archive = find_archive(folder)
        if archive.findings.is_empty:
            without_papers = tuple(archive.findings.without_papers)
        else:
            proposals.update(archive.settings)
            if beside := archive.findings.beside:
                proposals["languages"] = ", ".join(beside)
                proposals["language"] = beside[0]
    if address := _own_domain(folder) or (repository.pages_address if repository else ""):
        proposals["base_url"] = address
    return Outlook(folder, repository, proposals, without_papers=without_papers)


class Started(Struct, frozen=True):
    """What `start` did."""

    written: tuple[Path, ...]
    kept: tuple[Path, ...]
    """Files that were there already."""
    findings: Findings
    """What reading the digests gives now."""
    lines: tuple[str, ...]
    """All of it for a person, with the commands to give next."""


def start(
    outlook: Outlook, answers: Mapping[str, str], today: date, pages: str | None = None
) -> Started:
    """Writes what a folder lacks.

    `answers` are settings that win over the proposals; `pages` is a key of PAGES, None for what
    the repository's host suggests. Raises StarterError, ConfigError and FolderError.
    """
    folder, written, kept = outlook.folder, list[Path](), list[Path]()

    def write(path: Path, text: str) -> None:
        (written if write_new(path, text) else kept).append(path)

    values = _values(outlook.proposals, answers)
    parsed = checked(values)
    given = {name: getattr(parsed, name) for name in values}
    write(folder / FILE_NAME, settings_file({"title": parsed.title, "digests": "digests", **given}))
    config = Config.load(folder / FILE_NAME, environment={})
    findings = _read(config)
    if findings.is_empty:
        example = text_of("example.md", title=config.title, day=str(today))
        write(config.digests_folder / f"{today}.md", example)
        findings = _read(config)
    write(folder / ".gitignore", text_of("gitignore"))
    trouble = _not_top(outlook)
    repository = outlook.repository
    host, branch = (repository.host, repository.branch) if repository else ("", "")
    for make in () if trouble else PAGES[pages or host or "both"]:
        path, text = make(branch, config)
        write(folder / path, text)
    lines = (
        *(f"{visible(str(path))}: written" for path in written),
        *(f"{visible(str(path))}: was there already, and stays as it is" for path in kept),
        *([trouble] if trouble else []),
        *_of_papers(outlook),
        *overview(findings),
        *_next(outlook, config),
    )
    return Started(tuple(written), tuple(kept), findings, lines)


def _values(proposals: Mapping[str, str], answers: Mapping[str, str]) -> dict[str, str]:
    """The settings to write. Of several languages one that somebody names is the first.

    Of others than the digests seem to be in it is the only one.
    """
    values = {name: value for name, value in {**proposals, **answers}.items() if value}
    if "languages" not in values or "language" not in values:
        return values
    language, codes = values["language"], values["languages"].split(", ")
    others = [code for code in codes if code.partition("-")[0] != language.partition("-")[0]]
    if len(others) == len(codes):
        return {name: value for name, value in values.items() if name != "languages"}
    values["languages"] = ", ".join([language, *others])
    return {name: value for name, value in values.items() if name != "language"}


def checked(answers: Mapping[str, str]) -> Config:
    """Settings that somebody gave, and no others. Raises ConfigError for one that can't be used."""
    return Config.load(Path(os.devnull), environment={}, flags=answers)


def write_new(path: Path, text: str) -> bool:
    """Whether a file was written: not if there is something already. Raises StarterError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError:
        if not path.parent.is_dir():
            raise StarterError(
                f"{path.parent}: is no folder, so {path} can't be written."
            ) from None
        return False
    except OSError as error:
        raise StarterError(f"{path}: can't be written: {error.strerror}.") from error
    return True


def _read(config: Config) -> Findings:
    if not config.digests_folder.exists():
        return Findings(config.digests_folder, (), 0, 0)
    return check(config.digests_folder, config)


def _not_top(outlook: Outlook) -> str:
    """Why no workflow is written where it would do nothing; empty where it does."""
    repository = outlook.repository
    if not repository or repository.top.resolve() == outlook.folder.resolve():
        return ""
    return (
        f"No workflow was written: it must be in the top folder of the repository, "
        f"{visible(str(repository.top))}; run feedsvc init there to have one."
    )


def _own_domain(folder: Path) -> str:
    """The address that a file CNAME names, as GitHub Pages has it for a domain of one's own."""
    try:
        domain = (folder / "CNAME").read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""
    return f"https://{domain}/" if domain and not set(domain) & set("/:@?# \n") else ""


# --- what is said --------------------------------------------------------------------------------


def _of_papers(outlook: Outlook) -> Iterator[str]:
    if paths := outlook.without_papers:
        names = ", ".join(map(visible, paths[:_FIRST_FEW])) + ", …" * (len(paths) > _FIRST_FEW)
        yield f"No paper was found in what is there ({names}), so an example begins the archive."


def _next(outlook: Outlook, config: Config) -> Iterator[str]:
    """The two commands to give next."""
    there = (
        ""
        if outlook.folder.resolve() == Path.cwd()
        else f"cd {shlex.quote(str(outlook.folder))} && "
    )
    yield ""
    yield "Next, to see it here, and each change of a digest at once:"
    yield f"  {there}feedsvc serve --open --watch"
    repository = outlook.repository
    if repository and repository.remote:
        yield f"And to publish it{_at(config)}:"
        push = f"git push -u {shlex.quote(repository.remote_name)} HEAD"
        yield f'  {there}git add . && git commit -m "Feeds of the digests" && {push}'
        if repository.host == GITHUB:
            yield "  (once, in the repository's Settings: Pages, Source: GitHub Actions)"
    else:
        yield "And to write it for any web host (at GitHub and GitLab, a push publishes it):"
        yield f"  {there}feedsvc build{'' if _at(config) else ' --base-url https://…/'}"


def _at(config: Config) -> str:
    return f" at {config.base_url}" if "base_url" in config.given else ""
