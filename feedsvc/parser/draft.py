"""What the readers of Markdown and of HTML hand over: a digest taken apart, not yet judged."""

from __future__ import annotations

import re

from msgspec import Struct, field

from feedsvc.model import Medium
from feedsvc.parser.fields import Authors, look_like_names, read_authors, read_field, read_votes
from feedsvc.parser.problems import Problems

_ADDRESS_VALUE = re.compile(r"(?:\[[^\[\]]*\]\()?<?(https?://[^\s<>]*?)>?\)?")


class DayHeading(Struct, frozen=True):
    """A heading that may name the day of the papers below it."""

    line: int
    text: str
    is_title: bool = False
    """Whether it is the title of an HTML page, which counts where no heading names a day."""


class StrayText(Struct, frozen=True):
    """Text that stands before the first paper."""

    line: int
    text: str


class MediaMention(Struct, frozen=True):
    """A medium as a digest names it, its address not yet looked at."""

    line: int
    address: str
    medium: Medium
    """What the syntax says; the address's extension knows better."""
    poster: str | None = None
    description: str = ""


class PaperDraft(Struct):
    """A paper as written: nothing is resolved, sanitised or converted."""

    line: int
    title: str
    address: str | None
    votes: int | None = None
    authors: Authors = field(default_factory=Authors)
    media: list[MediaMention] = field(default_factory=list)
    summary: str = ""
    """HTML, not yet sanitised."""
    fields_seen: set[str] = field(default_factory=set)

    def take_field(self, text: str, line: int, problems: Problems) -> bool:
        """Whether `text` was one of the paper's fields and is taken; each is taken once."""
        found = read_field(text)
        if not found:
            return False
        if found.name in self.fields_seen:
            if found.is_sign:
                problems.report(line, "second-field", found=text, title=self.title)
            return False
        try:
            match found.name:
                case "votes":
                    self.votes = read_votes(found.value)
                case "authors":
                    authors = read_authors(found.value)
                    if found.is_bullet and not look_like_names(authors):
                        return False
                    self.authors = authors
                case _:
                    if self.address or not (target := _ADDRESS_VALUE.fullmatch(found.value)):
                        return False
                    self.address = target[1]
        except ValueError:
            problems.report(line, f"bad-{found.name}", found=found.value)
            return False
        self.fields_seen.add(found.name)
        return True


DraftPart = DayHeading | StrayText | PaperDraft
