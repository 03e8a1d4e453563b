"""What can be odd in a digest: one table of codes, and the list that a parse fills."""

from __future__ import annotations

from pathlib import Path

from feedsvc.model import Problem, Severity

CODES: dict[str, tuple[Severity, str]] = {
    "bad-authors": (
        Severity.WARNING,
        "the authors {found} can't be read as a list of names; write 'Authors: A, B'",
    ),
    "bad-date": (
        Severity.WARNING,
        "{found} is no day of the calendar, so {outcome}; write it as 2024-11-18",
    ),
    "bad-link": (
        Severity.WARNING,
        "the link {found} of {title} is no web address, so it is left out; "
        "write '### [Title](https://…)'",
    ),
    "bad-media": (
        Severity.WARNING,
        "the picture {found} of {title} is no web address, so it is left out; "
        "write '![](https://…)'",
    ),
    "bad-votes": (
        Severity.WARNING,
        "the votes {found} are no whole number, so they stay in the text; write 'Vote: 24'",
    ),
    "conflict-marker": (
        Severity.ERROR,
        "a merge left the marker {found} behind; both sides were read, keep one of them",
    ),
    "control-character": (
        Severity.WARNING,
        "the control character U+{number:04X} was {cure}; write {valid}",
    ),
    "date-mismatch": (
        Severity.WARNING,
        "the heading says {heading} and the file's name {path}, which was used; let both agree",
    ),
    "dead-link": (
        Severity.WARNING,
        "the link {found} in the text of {title} is no web address, so only its words are shown; "
        "write '[words](https://…)'",
    ),
    "double-heading": (
        Severity.WARNING,
        "the heading of {day} stands twice in this file; keep one",
    ),
    "encoding": (
        Severity.ERROR,
        "{found} here can't be read as UTF-8 and became U+FFFD; save the file as UTF-8",
    ),
    "other-encoding": (
        Severity.WARNING,
        "the file is in {found} and was read so; save it as UTF-8",
    ),
    "failed": (
        Severity.ERROR,
        "the file brought feedsvc to a mistake of its own, {reason}; what it held before stays, "
        "please report this with the file",
    ),
    "heading-text": (
        Severity.WARNING,
        "the text {found} behind the link of {title} was moved into the summary; "
        "let a paper's heading hold its link alone",
    ),
    "left-out": (
        Severity.WARNING,
        "{reason}, so it is left alone; let it be a readable file or folder inside the digests'",
    ),
    "hidden-heading": (
        Severity.WARNING,
        "the heading of {title} stands behind signs that make it code, a quote or a list; "
        "it was read as a paper's, begin its line with '###'",
    ),
    "hidden-paper": (
        Severity.WARNING,
        "a paper's heading stands inside this comment, so it is left out; end the comment before "
        "it, or delete the paper",
    ),
    "no-date": (
        Severity.ERROR,
        "the file holds papers but no date, so they are left out; name it like 2024-11-18.md "
        "or begin it with a heading like '## Daily Papers (2024-11-18)'",
    ),
    "no-link": (
        Severity.WARNING,
        "{title} has no link; write '### [Title](https://…)'",
    ),
    "no-papers": (
        Severity.WARNING,
        "the file of {day} holds no paper; begin each with '### [Title](https://…)'",
    ),
    "no-summary": (
        Severity.WARNING,
        "{title} has no summary; write it as a list below the authors",
    ),
    "no-title": (
        Severity.WARNING,
        "a paper's heading has no title, so its address stands in; write '### [Title](https://…)'",
    ),
    "no-video": (
        Severity.WARNING,
        "a '[Watch Video]' of {title} has no address; write '[Watch Video](https://…)'",
    ),
    "open-link": (
        Severity.WARNING,
        "the link of {title} has no closing parenthesis; write '### [Title](https://…)'",
    ),
    "open-tag": (
        Severity.WARNING,
        "{found} isn't closed before the next one or the next paper, so what follows was read as "
        "text; close it, or write '&lt;' for a '<' that is text",
    ),
    "relative-media": (
        Severity.WARNING,
        "the picture {found} of {title} is relative, so it is left out; write its whole address "
        "or set media_base",
    ),
    "repeated-paper": (
        Severity.WARNING,
        "{title} stands twice on {day}, first at {first}; the {kept} text was kept",
    ),
    "same-link": (
        Severity.WARNING,
        "{title} has the link of another paper of {day}, the one at {first}; "
        "both were kept, mend one link",
    ),
    "second-field": (
        Severity.WARNING,
        "{found} stands in {title}, which had this line before, so it stays in the text; begin "
        "each paper with '### [Title](https://…)'",
    ),
    "stray-text": (
        Severity.WARNING,
        "the text {found} belongs to no paper, so it is left out; move it below a paper's heading",
    ),
    "too-long": (
        Severity.WARNING,
        "the {part} of {title} has more than {most} characters, so the rest is left out; "
        "shorten it",
    ),
    "too-many-tags": (
        Severity.WARNING,
        "{title} has more than {most} tags, so of the rest only the text is shown; use fewer",
    ),
    "unreadable": (
        Severity.ERROR,
        "the file can't be read: {reason}; what it held before stays, let this user read it",
    ),
    "unknown-type": (
        Severity.WARNING,
        "the type of the picture {found} of {title} can't be told from its name, so {type} was "
        "taken; let the name end in .png, .jpeg, .gif, .webp, .svg, .mp4, .webm or .mov",
    ),
}
"""Each code's severity and sentence. Words in braces are filled in by `Problems.report`."""

QUOTED_LENGTH = 60
LOOKED_AT = 1000
"""Characters of a text that are read to quote it: a title of a megabyte is quoted often."""


def visible(text: str) -> str:
    """`text` without signs that could move a terminal's cursor or hide what follows."""
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in text)


def problem_line(problem: Problem, folder: Path) -> str:
    """A problem of a digest in a folder on one line, as compilers write them."""
    return (
        f"{visible(str(folder / problem.path))}:{problem.line}: {problem.severity}: "
        f"{problem.message} [{problem.code}]"
    )


def _visible_fact(fact: object) -> object:
    return visible(fact) if isinstance(fact, str) else fact


def quoted(text: str) -> str:
    """`text` in quotes on one line, cut to about 60 characters."""
    line = visible(" ".join(text[:LOOKED_AT].split()))
    return f"'{line if len(line) <= QUOTED_LENGTH else line[: QUOTED_LENGTH - 1] + '…'}'"


def problem(path: str, line: int, code: str, /, **facts: object) -> Problem:
    """What is odd at a line. Facts called `found` and `title` are people's text and get quoted."""
    severity, sentence = CODES[code]
    filled = {
        name: quoted(str(fact)) if name in {"found", "title"} else _visible_fact(fact)
        for name, fact in facts.items()
    }
    return Problem(path, line, code, sentence.format(**filled), severity)


class Problems:
    """Collects the problems of one digest in the order they are found."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._found: list[Problem] = []

    def report(self, line: int, code: str, **facts: object) -> None:
        """Add a problem."""
        self._found.append(problem(self._path, line, code, **facts))

    def in_order(self) -> tuple[Problem, ...]:
        """What was reported, by line."""
        return tuple(sorted(self._found, key=lambda problem: problem.line))
