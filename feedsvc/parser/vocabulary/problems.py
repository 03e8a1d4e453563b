"""The problems of digests: one table of codes, and the list that a parse fills.

`feedsvc.explanations` has an example for each code.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from feedsvc.model import Problem, Severity

CODES: dict[str, tuple[Severity, str]] = {
    "bad-authors": (
        Severity.WARNING,
        "the authors {found} can't be read as a list of names, so they stay in the text; "
        "write 'Authors: A, B'",
    ),
    "bad-date": (
        Severity.WARNING,
        "{found} is not a real date, so {outcome}; write the date as 2024-11-18",
    ),
    "bad-link": (
        Severity.WARNING,
        "the link {found} of {title} is not a web address, so it is left out; "
        "write '### [Title](https://…)'",
    ),
    "bad-media": (
        Severity.WARNING,
        "the picture or video {found} of {title} is not a web address, so it is left out; "
        "write '![](https://…)'",
    ),
    "bad-votes": (
        Severity.WARNING,
        "the votes {found} are not a whole number, so they stay in the text; write 'Vote: 24'",
    ),
    "conflict-marker": (
        Severity.ERROR,
        "a merge left the marker {found} in the file, so both versions were read; "
        "keep one version and delete the markers",
    ),
    "control-character": (
        Severity.WARNING,
        "the line has the control character U+{number:04X}, which was {cure}; write {valid}",
    ),
    "date-mismatch": (
        Severity.WARNING,
        "the heading says {heading} but the file name says {path}, which was used; "
        "make both the same",
    ),
    "dead-link": (
        Severity.WARNING,
        "the link {found} in the text of {title} is not a web address, so only its words are "
        "shown; write '[words](https://…)'",
    ),
    "double-heading": (
        Severity.WARNING,
        "this file has the heading of {day} twice, and the papers below both were read; keep one",
    ),
    "draft": (
        Severity.WARNING,
        "the front matter says that this file is a draft, so it is left out; "
        "delete the line 'draft: true' to publish it",
    ),
    "encoding": (
        Severity.ERROR,
        "the text {found} is not valid UTF-8, so its damaged bytes became U+FFFD; "
        "save the file as UTF-8",
    ),
    "other-encoding": (
        Severity.WARNING,
        "the file is encoded in {found} and was read that way; save it as UTF-8",
    ),
    "failed": (
        Severity.ERROR,
        "feedsvc has a bug and failed on this file ({reason}), so its last good version is kept; "
        "please report it and attach the file",
    ),
    "heading-text": (
        Severity.WARNING,
        "the text {found} after the link of {title} was moved into the summary; "
        "put only the link in a paper's heading",
    ),
    "left-out": (
        Severity.WARNING,
        "{reason}, so it is left out; rename, move or mend it to have it read",
    ),
    "future-day": (
        Severity.WARNING,
        "the papers of {day} are dated later than tomorrow, so they are left out until then; "
        "correct the day if it is wrong",
    ),
    "hidden-heading": (
        Severity.WARNING,
        "the heading of {title} comes after characters that make it code, a quote or a list item, "
        "but it was read as a paper's heading; start its line with '###'",
    ),
    "hidden-paper": (
        Severity.WARNING,
        "this comment contains a paper's heading, so that paper is left out; "
        "end the comment before it, or delete the paper",
    ),
    "more-problems": (
        Severity.WARNING,
        "from here on, {number} more problems of this file are not listed ({codes}); "
        "mend those that are, and check it again",
    ),
    "no-date": (
        Severity.ERROR,
        "the file has papers, but neither its name nor a heading, its front matter or the papers "
        "tell their day, so they are left out; name the file like 2024-11-18.md, start it with a "
        "heading like '## Daily Papers (2024-11-18)', write 'date: 2024-11-18' into its front "
        "matter, or give its table a column 'Date'",
    ),
    "no-link": (
        Severity.WARNING,
        "{title} has no link, so it leads to the page of its day; write '### [Title](https://…)'",
    ),
    "no-papers": (
        Severity.WARNING,
        "the file of {day} has no papers; start each paper with '### [Title](https://…)'",
    ),
    "no-summary": (
        Severity.WARNING,
        "{title} has no summary; write one as a list below the authors",
    ),
    "no-title": (
        Severity.WARNING,
        "a paper's heading has no title, so its address is shown instead; "
        "write '### [Title](https://…)'",
    ),
    "no-video": (
        Severity.WARNING,
        "a '[Watch Video]' of {title} has no address, so it is left out; "
        "write '[Watch Video](https://…)'",
    ),
    "open-link": (
        Severity.WARNING,
        "the link of {title} has no closing parenthesis; write '### [Title](https://…)'",
    ),
    "open-tag": (
        Severity.WARNING,
        "{found} is not closed before the next one or the next paper, so what follows was read as "
        "text; close it, or write '&lt;' for a '<' that is text",
    ),
    "relative-media": (
        Severity.WARNING,
        "the picture or video {found} of {title} has a relative address, so it is left out; "
        "write the whole address or set media_base",
    ),
    "repeated-paper": (
        Severity.WARNING,
        "{title} appears twice on {day}, first at {first}, and the {kept} text was kept; "
        "delete one",
    ),
    "same-link": (
        Severity.WARNING,
        "{title} has the same link as another paper of {day}, the one at {first}, and both were "
        "kept; correct one of the links",
    ),
    "second-field": (
        Severity.WARNING,
        "{title} already has a line like {found}, so this one stays in the text; "
        "start each paper with '### [Title](https://…)'",
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
    "unreadable": (
        Severity.ERROR,
        "the file can't be read: {reason}; its last good version is kept until that is corrected",
    ),
    "unknown-type": (
        Severity.WARNING,
        "the name of the picture or video {found} of {title} doesn't tell its type, so {type} was "
        "assumed; let it end in .png, .jpeg, .gif, .webp, .svg, .mp4, .webm or .mov",
    ),
}
"""Each code's severity and sentence. Words in braces are filled in by `Problems.report`."""

MOST_ALIKE = 100
"""Problems of one code that are kept of a file, or of a file's papers in a day."""

QUOTED_LENGTH = 60
LOOKED_AT = 1000
"""Characters of a text that are read to quote it: a title of a megabyte is quoted often."""


def visible(text: str) -> str:
    """`text` without characters that could move a terminal's cursor or hide what follows."""
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
    """The problem at a line. Facts called `found` and `title` are people's text and get quoted."""
    severity, sentence = CODES[code]
    filled = {
        name: quoted(str(fact)) if name in {"found", "title"} else _visible_fact(fact)
        for name, fact in facts.items()
    }
    return Problem(path, line, code, sentence.format(**filled), severity)


class Problems:
    """Collects the problems of one digest in the order they are found.

    Of each code the first `MOST_ALIKE` are kept, as binary data named like a digest would have
    millions; the last problem counts the others. So no error goes for the sake of warnings.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._found: list[Problem] = []
        self._numbers = Counter[str]()
        self._first_left_out = 0
        """Its line."""
        self._once: set[str] = set()

    def report(self, line: int, code: str, **facts: object) -> None:
        """Add a problem, or count it."""
        self._numbers[code] += 1
        if self._numbers[code] <= MOST_ALIKE:
            self._found.append(problem(self._path, line, code, **facts))
        else:
            self._first_left_out = min(line, self._first_left_out or line)

    def report_once(self, line: int, code: str, **facts: object) -> None:
        """Add a problem that a digest of this form has everywhere: the first one tells of all."""
        if code not in self._once:
            self._once.add(code)
            self.report(line, code, **facts)

    def in_order(self) -> tuple[Problem, ...]:
        """What was reported, by line, and how much of it is not there."""
        more = {code: number - MOST_ALIKE for code, number in sorted(self._numbers.items())}
        left_out = {code: number for code, number in more.items() if number > 0}
        found = self._found
        if left_out:
            codes = ", ".join(f"{code} ×{number}" for code, number in left_out.items())
            facts = {"number": sum(left_out.values()), "codes": codes}
            found = [*found, problem(self._path, self._first_left_out, "more-problems", **facts)]
        return tuple(sorted(found, key=lambda problem: problem.line))
