"""Says what is odd about digests, in the ways that people and machines read it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from pathlib import Path

from msgspec import Struct, structs

from feedsvc.config import Config
from feedsvc.errors import FolderError
from feedsvc.index.days import merge_day
from feedsvc.index.digest_folder import DigestFile, find_digests
from feedsvc.index.stages import UnreadError, load_digest, parse_digest
from feedsvc.model import Paper, Problem, Severity
from feedsvc.parser import READERS
from feedsvc.parser.problems import problem_line, visible
from feedsvc.site.pipeline import make_pipeline


class Findings(Struct, frozen=True):
    """The problems of some digests, and how much is in these."""

    folder: Path
    """What the problems' paths are relative to."""
    problems: Sequence[Problem]
    """By path and line."""
    days: int
    papers: int
    """Each counted once, in however many days it stands."""

    @property
    def errors(self) -> int:
        """How many problems are errors."""
        return sum(problem.severity is Severity.ERROR for problem in self.problems)

    @property
    def warnings(self) -> int:
        """How many are warnings."""
        return len(self.problems) - self.errors


def check(path: Path, config: Config) -> Findings:
    """Reads a folder of digests, or one digest. Raises FolderError where that can't be."""
    if path.is_dir():
        return _findings(path, find_digests(path), config)
    if path.suffix.lower() not in READERS:
        suffixes = ", ".join(READERS)
        raise FolderError(f"{path}: neither a folder nor a digest; those end in {suffixes}.")
    if not path.exists():
        raise FolderError(f"{path}: there is no such digest.")
    folder = _folder_of(path, config.digests)
    name = (path.parent.resolve() / path.name).relative_to(folder.resolve()).as_posix()
    return _findings(folder, [DigestFile(name, signature="")], config)


def _folder_of(path: Path, digests: Path) -> Path:
    """The folder that a digest's path begins in, spelled as the person did who named the digest."""
    for folder in path.parents:
        if folder.resolve() == digests.resolve():
            return folder
    is_inside = path.parent.resolve().is_relative_to(digests.resolve())
    return digests if is_inside else path.parent


def _findings(folder: Path, files: Iterable[DigestFile], config: Config) -> Findings:
    pipeline = make_pipeline(config)
    problems: list[Problem] = []
    by_day: dict[date, list[Paper]] = {}
    for file in files:
        try:
            digest = parse_digest(pipeline, file, load_digest(pipeline, folder, file))
        except UnreadError as error:
            problems.append(error.problem)
            continue
        problems += digest.problems
        for paper in digest.papers:
            by_day.setdefault(paper.day, []).append(paper)
    ids: set[str] = set()
    for papers in by_day.values():
        merged, found = merge_day(papers)
        problems += found
        ids.update(paper.id for paper in merged)
    problems.sort(key=lambda problem: (problem.path, problem.line, problem.code))
    return Findings(folder, problems, len(by_day), len(ids))


def as_text(findings: Findings) -> str:
    """A line a problem, as compilers write them, and a last line with the counts."""
    lines = [problem_line(problem, findings.folder) for problem in findings.problems]
    return "\n".join([*lines, summary(findings)])


def as_json(findings: Findings) -> str:
    """One object: the counts, and `problems` with the fields of the model."""
    import json  # noqa: PLC0415 - of no use to most commands

    counts = {name: getattr(findings, name) for name in ("days", "papers", "errors", "warnings")}
    problems = [
        {**structs.asdict(problem), "path": str(findings.folder / problem.path)}
        for problem in findings.problems
    ]
    return json.dumps({**counts, "problems": problems}, ensure_ascii=False, indent=2)


def as_github(findings: Findings) -> str:
    """Workflow commands that GitHub shows beside the lines of a pull request."""
    lines = [
        f"::{problem.severity} file={_property(visible(str(findings.folder / problem.path)))},"
        f"line={problem.line},title={_property(problem.code)}::{_data(problem.message)}"
        for problem in findings.problems
    ]
    return "\n".join([*lines, summary(findings)])


REPORTS: dict[str, Callable[[Findings], str]] = {
    "text": as_text,
    "json": as_json,
    "github": as_github,
}


def summary(findings: Findings) -> str:
    """How much there is and how much of it is odd, in one line."""
    return ", ".join(
        f"{number} {name if number == 1 else name + 's'}"
        for number, name in (
            (findings.days, "day"),
            (findings.papers, "paper"),
            (findings.errors, "error"),
            (findings.warnings, "warning"),
        )
    )


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
