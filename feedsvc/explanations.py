"""An example for each code of a problem: a digest that has it, and the same digest mended.

`feedsvc check --explain CODE` prints them and docs/problems.md shows them all. A test reads each
with the real parser: the first has the problem, the second has none.
"""

from __future__ import annotations

import re

from msgspec import Struct, field

from feedsvc.parser.vocabulary.problems import CODES, visible

_PLACEHOLDER = re.compile(r"\{\w+(?::\w+)?\}")


class Example(Struct, frozen=True):
    """How a problem comes about, and how it goes away."""

    wrong: str
    """A digest that has the problem; if it can't be shown, a sentence about it."""
    right: str
    """The same digest mended, or a sentence on what to do."""
    is_shown: bool = True
    """Whether both are digests, not sentences."""
    name: str = "2024-11-18.md"
    """Of the file."""
    right_name: str = "2024-11-18.md"
    encoding: str = "utf-8"
    """In which the first one is saved. A surrogate in it is a byte that is no text."""
    settings: dict[str, int] = field(default_factory=dict)

    @property
    def data(self) -> bytes:
        """The bytes of the file that has the problem."""
        return self.wrong.encode(self.encoding, "surrogateescape")


def explain(code: str) -> str:
    """What a code means, with its example, in Markdown that is also plain text."""
    severity, sentence = CODES[code]
    example = EXAMPLES[code]
    said = _PLACEHOLDER.sub("…", sentence)
    parts = [f"{code} ({severity})", f"{said[0].upper()}{said[1:]}."]
    if example.is_shown:
        parts += [_title("This digest has the problem", _specials(example)), _shown(example.wrong)]
        named = [f"named {example.right_name}"] if example.right_name != example.name else []
        parts += [_title("This one does not", named), _shown(example.right)]
    else:
        parts += [example.wrong, example.right]
    return "\n\n".join(parts) + "\n"


def _specials(example: Example) -> list[str]:
    """What a digest's text doesn't show."""
    named = [f"named {example.name}"] if example.right_name != example.name else []
    saved = [f"saved as {example.encoding.upper()}"] if example.encoding != "utf-8" else []
    return [*named, *saved, *(f"with {name} = {value}" for name, value in example.settings.items())]


def _title(words: str, specials: list[str]) -> str:
    return f"{', '.join([words, *specials])}:"


def _shown(digest: str) -> str:
    return "\n".join(f"    {visible(line)}".rstrip() for line in digest.splitlines())


_HEADING = "### [Title](https://arxiv.org/abs/2411.06558)\n\n"
_SUMMARY = "- a summary\n"
_PAPER = _HEADING + _SUMMARY
_ANOTHER = "### [Another Title](https://arxiv.org/abs/2411.06559)\n\n- a summary\n"

EXAMPLES: dict[str, Example] = {
    "bad-authors": Example(
        f"{_HEADING}Authors: ['Ada', ['Charles' and 'Grace']]\n\n{_SUMMARY}",
        f"{_HEADING}Authors: Ada, Charles, Grace\n\n{_SUMMARY}",
    ),
    "bad-date": Example(
        f"## Daily Papers (2024-02-31)\n\n{_PAPER}",
        f"## Daily Papers (2024-11-18)\n\n{_PAPER}",
    ),
    "bad-link": Example(
        f"### [Without an Address](see-the-pdf)\n\nVote: 24\n\n{_SUMMARY}\n{_ANOTHER}",
        f"{_HEADING}Vote: 24\n\n{_SUMMARY}\n{_ANOTHER}",
    ),
    "bad-media": Example(
        f"{_HEADING}![](file:///home/ada/picture.png)\n\n{_SUMMARY}",
        f"{_HEADING}![](https://example.org/picture.png)\n\n{_SUMMARY}",
    ),
    "bad-votes": Example(
        f"{_HEADING}Vote: about 20\n\n{_SUMMARY}",
        f"{_HEADING}Vote: 20\n\n{_SUMMARY}",
    ),
    "conflict-marker": Example(
        f"{_HEADING}<<<<<<< HEAD\n- one version\n=======\n- another version\n>>>>>>> branch\n",
        f"{_HEADING}- one version\n",
    ),
    "control-character": Example(
        f"{_HEADING}- the angle $\x08eta$\n",
        f"{_HEADING}- the angle $\\beta$\n",
    ),
    "date-mismatch": Example(
        f"## Daily Papers (2024-11-19)\n\n{_PAPER}",
        f"## Daily Papers (2024-11-18)\n\n{_PAPER}",
    ),
    "dead-link": Example(
        f"{_HEADING}- a summary with [notes](notes.md)\n",
        f"{_HEADING}- a summary with [notes](https://example.org/notes)\n",
    ),
    "double-heading": Example(
        f"## Daily Papers (2024-11-18)\n\n{_PAPER}\n## Daily Papers (2024-11-18)\n\n{_ANOTHER}",
        f"## Daily Papers (2024-11-18)\n\n{_PAPER}\n{_ANOTHER}",
    ),
    "draft": Example(
        f"---\ndraft: true\n---\n\n{_PAPER}",
        f"---\ndraft: false\n---\n\n{_PAPER}",
    ),
    "encoding": Example(
        f"{_HEADING}- 한 줄 \udce9\n",
        f"{_HEADING}- 한 줄\n",
    ),
    "other-encoding": Example(
        f"{_HEADING}- 요약입니다\n",
        f"{_HEADING}- 요약입니다\n",
        encoding="cp949",
    ),
    "failed": Example(
        "No digest is known to bring this about.",
        "Please report it and attach the file. Until it is mended, split the file: the problem is "
        "one part of it.",
        is_shown=False,
    ),
    "heading-text": Example(
        "### [Title](https://arxiv.org/abs/2411.06558) (oral)\n\n- a summary\n",
        _HEADING + "- (oral) a summary\n",
    ),
    "left-out": Example(
        "A name that ends like a digest's, but what it names is a link out of the folder, a pipe "
        "or a folder without rights.",
        "Copy the file into the folder of digests, and let the user who runs feedsvc read it.",
        is_shown=False,
    ),
    "future-day": Example(
        f"## Daily Papers (2924-11-18)\n\n{_PAPER}",
        f"## Daily Papers (2024-11-18)\n\n{_PAPER}",
        name="monday.md",
        right_name="monday.md",
    ),
    "hidden-heading": Example(
        f"> ### [Title](https://arxiv.org/abs/2411.06558)\n\n{_SUMMARY}\n{_ANOTHER}",
        f"{_PAPER}\n{_ANOTHER}",
    ),
    "hidden-paper": Example(
        '<!-- <h2><a href="https://arxiv.org/abs/2411.06558">Title</a></h2> -->\n'
        '<h2><a href="https://arxiv.org/abs/2411.06559">Another Title</a></h2>\n<p>a summary</p>\n',
        '<h2><a href="https://arxiv.org/abs/2411.06559">Another Title</a></h2>\n<p>a summary</p>\n',
        name="2024-11-18.html",
        right_name="2024-11-18.html",
    ),
    "more-problems": Example(
        "More than a hundred problems of one kind are in a file: usually it is no text, or a "
        "program wrote each line with the same mistake.",
        "Mend what is listed, or rename a file that is no digest.",
        is_shown=False,
    ),
    "no-date": Example(_PAPER, _PAPER, name="monday.md"),
    "no-link": Example(
        f"### Without a Link\n\nVote: 24\n\n{_SUMMARY}\n{_ANOTHER}",
        f"{_HEADING}Vote: 24\n\n{_SUMMARY}\n{_ANOTHER}",
    ),
    "no-papers": Example(
        "## Daily Papers (2024-11-18)\n",
        f"## Daily Papers (2024-11-18)\n\n{_PAPER}",
    ),
    "no-summary": Example(
        f"{_HEADING}Vote: 24\n",
        f"{_HEADING}Vote: 24\n\n{_SUMMARY}",
    ),
    "no-title": Example(
        "### [](https://arxiv.org/abs/2411.06558)\n\n- a summary\n",
        _PAPER,
    ),
    "no-video": Example(
        f"{_HEADING}[Watch Video]\n\n{_SUMMARY}",
        f"{_HEADING}[Watch Video](https://example.org/video.mp4)\n\n{_SUMMARY}",
    ),
    "open-link": Example(
        "### [Title](https://arxiv.org/abs/2411.06558\n\n- a summary\n",
        _PAPER,
    ),
    "open-tag": Example(
        '<h2><a href="https://arxiv.org/abs/2411.06558">Title</a></h2>\n'
        "<script>\n<p>a summary</p>\n",
        '<h2><a href="https://arxiv.org/abs/2411.06558">Title</a></h2>\n'
        "&lt;script&gt;\n<p>a summary</p>\n",
        name="2024-11-18.html",
        right_name="2024-11-18.html",
    ),
    "relative-media": Example(
        f"{_HEADING}![](pictures/a.png)\n\n{_SUMMARY}",
        f"{_HEADING}![](https://example.org/pictures/a.png)\n\n{_SUMMARY}",
    ),
    "repeated-paper": Example(
        f"{_PAPER}\n{_PAPER}",
        _PAPER,
    ),
    "same-link": Example(
        f"{_PAPER}\n### [Another Title](https://arxiv.org/abs/2411.06558)\n\n- a summary\n",
        f"{_PAPER}\n{_ANOTHER}",
    ),
    "second-field": Example(
        f"{_HEADING}Vote: 24\n\n{_SUMMARY}\n**Another Title**\n\nVote: 12\n\n{_SUMMARY}",
        f"{_HEADING}Vote: 24\n\n{_SUMMARY}\n### [Another Title]"
        f"(https://arxiv.org/abs/2411.06559)\n\nVote: 12\n\n{_SUMMARY}",
    ),
    "stray-text": Example(
        f"{_PAPER}\n## [Our Sponsor](https://example.org/)\n\n{_ANOTHER}",
        f"{_PAPER}\n{_ANOTHER}",
    ),
    "too-long": Example(
        f"{_HEADING}- a summary of more than thirty characters\n- and more\n",
        f"{_HEADING}- a short summary\n",
        settings={"longest_paper": 30},
    ),
    "unreadable": Example(
        "The file is larger than `largest_file`, the user who runs feedsvc may not read it, or the "
        "disk fails.",
        "Split a large file, or set `largest_file`; let that user read the file.",
        is_shown=False,
    ),
    "unknown-type": Example(
        f"{_HEADING}![](https://example.org/picture)\n\n{_SUMMARY}",
        f"{_HEADING}![](https://example.org/picture.png)\n\n{_SUMMARY}",
    ),
}
"""By code, in the order of CODES."""
