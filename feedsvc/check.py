"""Lists the problems of digests, in the ways that people and machines read them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from itertools import chain
from pathlib import Path

from msgspec import Struct, structs

from feedsvc.config import Config
from feedsvc.errors import FolderError
from feedsvc.index.beside import languages_beside
from feedsvc.index.days import merge_day
from feedsvc.index.digest_folder import DigestFile, files_that_end_so, find_digests
from feedsvc.index.stages import UnreadError, load_digest, parse_digest
from feedsvc.model import Paper, Problem, Severity
from feedsvc.parser import READERS
from feedsvc.parser.vocabulary.problems import problem_line, visible
from feedsvc.site.pipeline import languages_read, make_pipeline


class Findings(Struct, frozen=True):
    """The problems of some digests, and how many days and papers these have."""

    folder: Path
    """The folder that the problems' paths are relative to."""
    problems: Sequence[Problem]
    """By path and line."""
    days: int
    papers: int
    """Each counted once, even if it is in several days."""
    forms: Mapping[tuple[str, str], int] = {}
    """How many digests of a folder have a form, by the folder's path and the form."""
    without_papers: Sequence[str] = ()
    """The paths of files that were read and have no paper."""
    papers_of: Mapping[str, int] = {}
    """How many papers each of the other files has, by path."""
    left_out: Sequence[str] = ()
    """The paths of files with the ending of a digest, where none of them was read."""
    languages: Mapping[str, Findings] = {}
    """Those of each language, where the site has several; days and papers of each are counted."""
    beside: Sequence[str] = ()
    """The languages that have the same papers beside each other, where the settings name none."""

    @property
    def is_empty(self) -> bool:
        """Whether there is no paper, which is an error of the whole folder."""
        return not self.papers

    @property
    def errors(self) -> int:
        """How many problems are errors; that there is no paper is one, too."""
        return self.is_empty + sum(problem.severity is Severity.ERROR for problem in self.problems)

    @property
    def warnings(self) -> int:
        """How many are warnings."""
        return sum(problem.severity is Severity.WARNING for problem in self.problems)


def of_languages(config: Config, each: Sequence[Findings]) -> Findings:
    """The findings of the site in all languages, from those in each; these, where it is one."""
    codes = config.language_codes
    if len(codes) < 2:  # noqa: PLR2004 - several
        return each[0]
    problems = {
        (problem.path, problem.line, problem.code, problem.message): problem
        for findings in each
        for problem in findings.problems
    }
    forms = Counter[tuple[str, str]]()
    for findings in each:
        forms.update(findings.forms)
    return Findings(
        each[0].folder,
        [problems[key] for key in sorted(problems)],
        sum(findings.days for findings in each),
        sum(findings.papers for findings in each),
        forms,
        [path for findings in each for path in findings.without_papers],
        {path: papers for findings in each for path, papers in findings.papers_of.items()},
        languages=dict(zip(codes, each, strict=True)),
    )


def check(path: Path, config: Config) -> Findings:
    """Reads a folder of digests, or one digest. Raises FolderError if it can't be read."""
    if path.is_dir():
        findings = of_languages(
            config,
            [
                _findings(
                    path, find_digests(path, each.folders_left_out, languages_read(each)), each
                )
                for each in config.in_each_language()
            ],
        )
        if findings.forms or findings.without_papers:
            return findings
        return structs.replace(findings, left_out=files_that_end_so(path, config.folders_left_out))
    if path.suffix.lower() not in READERS:
        suffixes = ", ".join(READERS)
        raise FolderError(f"{path}: neither a folder nor a digest; those end in {suffixes}.")
    if not path.exists():
        raise FolderError(f"{path}: there is no such digest.")
    folder = _folder_of(path, config.digests_folder)
    name = (path.parent.resolve() / path.name).relative_to(folder.resolve()).as_posix()
    return _findings(folder, [DigestFile(name, signature="")], config)


def _folder_of(path: Path, digests: Path) -> Path:
    """The folder of digests that a path leads through, spelled as the user spelled it."""
    for folder in path.parents:
        if folder.resolve() == digests.resolve():
            return folder
    is_inside = path.parent.resolve().is_relative_to(digests.resolve())
    return digests if is_inside else path.parent


def _findings(folder: Path, files: Iterable[DigestFile], config: Config) -> Findings:
    pipeline = make_pipeline(config)
    problems: list[Problem] = []
    by_day: dict[date, list[Paper]] = {}
    forms = Counter[tuple[str, str]]()
    without_papers: list[str] = []
    papers_of: dict[str, int] = {}
    today = datetime.now(UTC).date()
    for file in files:
        try:
            digest = parse_digest(pipeline, file, load_digest(pipeline, folder, file), today)
        except UnreadError as error:
            problems.append(error.problem)
            continue
        problems += digest.problems
        if digest.form:
            forms[file.path.rpartition("/")[0], digest.form] += 1
        else:
            without_papers.append(file.path)
        if digest.papers:
            papers_of[file.path] = len(digest.papers)
        for paper in digest.papers:
            by_day.setdefault(paper.day, []).append(paper)
    ids: set[str] = set()
    papers_read = chain.from_iterable(by_day.values())
    beside = [] if config.languages else languages_beside(papers_read)
    for papers in by_day.values():
        merged, found = merge_day(papers)
        problems += found
        ids.update(paper.id for paper in merged)
    problems.sort(key=lambda problem: (problem.path, problem.line, problem.code))
    return Findings(
        folder,
        problems,
        len(by_day),
        len(ids),
        forms,
        without_papers,
        papers_of,
        beside=beside,
    )


MOST_OF_A_CODE = 10
"""Problems of one code that are listed each; of more only the first few are, and their number."""

FIRST_FEW = 3

MOST_FOLDERS = 10
"""Folders of which each is told how its digests were read; of more all are told together."""


def as_text(findings: Findings, *, shows_all: bool = True) -> str:
    """A line a problem, as compilers write them, then the forms, the counts and what tells more.

    If it doesn't show all, problems that come again and again are counted.
    """
    numbers = Counter(problem.code for problem in findings.problems)
    repeated = {code for code, number in numbers.items() if number > MOST_OF_A_CODE}
    listed = Counter[str]()
    lines = []
    for problem in findings.problems:
        listed[problem.code] += 1
        if shows_all or problem.code not in repeated or listed[problem.code] <= FIRST_FEW:
            lines.append(problem_line(problem, findings.folder))
    if not shows_all and repeated:
        counted = ", ".join(f"{code} ×{numbers[code]}" for code in sorted(repeated))
        lines.append(f"Not each is shown of: {counted}; --all shows them")
    told = (*_forms(findings), *no_papers(findings), *hints(findings), *_ending(findings))
    return "\n".join([*lines, *told])


def overview(findings: Findings) -> list[str]:
    """The lines on how the digests were read and how many they are, without their problems."""
    return [*_forms(findings), *no_papers(findings), *hints(findings), summary(findings)]


def _forms(findings: Findings) -> list[str]:
    """A line a folder on how its digests were read."""
    forms = findings.forms
    if len({folder for folder, _ in forms}) > MOST_FOLDERS:
        together = Counter[tuple[str, str]]()
        for (_, form), number in forms.items():
            together["", form] += number
        forms = together
    return [
        f"{visible(str(findings.folder / folder))}: {_number(number, 'file')}: {form}"
        for (folder, form), number in sorted(forms.items())
    ]


def no_papers(findings: Findings) -> list[str]:
    """A line on the folder where there is no paper at all, with the reason; else none."""
    if not findings.is_empty:
        return []
    folder, read = visible(str(findings.folder)), findings.without_papers
    if read:
        why = (
            f"{_some(read)} name no paper by a heading, a table row or a list item with its link, "
            "or no day"
        )
    elif left_out := findings.left_out:
        why = (
            f"all that end in {', '.join(READERS)} are left out, by their names or as said above: "
            f"{_some(left_out)}; name a digest by its day, as in 2024-11-18.md"
        )
    else:
        why = f"no file ends in {', '.join(READERS)}"
    return [f"{folder}: error: no paper was found: {why}"]


def _some(paths: Sequence[str]) -> str:
    """The number of files and the first names."""
    names = ", ".join(visible(path) for path in paths[:FIRST_FEW])
    more = ", …" if len(paths) > FIRST_FEW else ""
    return f"{_number(len(paths), 'file')} ({names}{more})"


def as_json(findings: Findings) -> str:
    """One object: the counts, `forms`, and `problems` with the fields of the model."""
    import json  # noqa: PLC0415 - most commands don't need it

    counts = {name: getattr(findings, name) for name in ("days", "papers", "errors", "warnings")}
    problems = [
        {**structs.asdict(problem), "path": str(findings.folder / problem.path)}
        for problem in findings.problems
    ]
    forms = [
        {"folder": str(findings.folder / folder), "form": form, "files": number}
        for (folder, form), number in sorted(findings.forms.items())
    ]
    languages = {
        code: {"days": each.days, "papers": each.papers}
        for code, each in findings.languages.items()
    }
    told = {"languages": languages} if languages else {}
    report = {**counts, **told, "forms": forms, "problems": problems}
    return json.dumps(report, ensure_ascii=False, indent=2)


def as_github(findings: Findings) -> str:
    """Workflow commands that GitHub shows beside the lines of a pull request."""
    lines = [
        f"::{problem.severity} file={_property(visible(str(findings.folder / problem.path)))},"
        f"line={problem.line},title={_property(problem.code)}::{_data(problem.message)}"
        for problem in findings.problems
    ]
    empty = [f"::error ::{_data(line)}" for line in no_papers(findings)]
    told = [f"::notice ::{_data(line)}" for line in hints(findings)]
    return "\n".join([*lines, *empty, *told, *_ending(findings)])


REPORTS: dict[str, Callable[[Findings], str]] = {
    "text": as_text,
    "json": as_json,
    "github": as_github,
}


def summary(findings: Findings) -> str:
    """The numbers of days, papers, errors and warnings, in one line; papers by language."""
    problems = f"{_number(findings.errors, 'error')}, {_number(findings.warnings, 'warning')}"
    if not findings.languages:
        return f"{_papers(findings)}, {problems}"
    by_language = (f"{code}: {_papers(each)}" for code, each in findings.languages.items())
    return "; ".join([*by_language, problems])


def _papers(findings: Findings) -> str:
    return f"{_number(findings.days, 'day')}, {_number(findings.papers, 'paper')}"


def hints(findings: Findings) -> list[str]:
    """Lines on what could be told in the settings, or is told there and does nothing yet."""
    without = [code for code, each in findings.languages.items() if each.is_empty]
    folder = visible(str(findings.folder))
    lines = [
        f"{folder}: no digest in {code} yet: name it 2024-11-18.{code.lower()}.md, or put it into "
        f"a folder {code.lower()}/"
        for code in (without if not findings.is_empty else ())
    ]
    if findings.beside:
        lines.append(
            f"{folder}: these digests are in {' and '.join(findings.beside)}, and are read as one "
            f'archive; set languages = "{", ".join(findings.beside)}" for a site in each'
        )
    return lines


def _number(number: int, name: str) -> str:
    return f"{number} {name if number == 1 else name + 's'}"


def _ending(findings: Findings) -> list[str]:
    if not findings.problems:
        return [summary(findings)]
    code = findings.problems[0].code
    return [summary(findings), f"What a code means: feedsvc check --explain {code}"]


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
