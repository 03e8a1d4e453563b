"""A paper as its digest writes it: taken apart, not yet judged."""

from __future__ import annotations

from msgspec import Struct, field

from feedsvc.parser.days.days import DayOfPaper
from feedsvc.parser.lines.fields import Authors, read_authors, read_field, read_votes
from feedsvc.parser.lines.names import look_like_names
from feedsvc.parser.paper.mentions import MediaMention
from feedsvc.parser.vocabulary.homes import address_of_id, is_empty_home
from feedsvc.parser.vocabulary.problems import Problems
from feedsvc.patterns import compile_later

_ADDRESS_VALUE = compile_later(r"(?:\[[^\[\]]*\]\()?<?(https?://[^\s<>]*?)>?\)?")


class PaperDraft(Struct):
    """A paper as written: nothing is resolved, sanitised or converted."""

    line: int
    title: str
    address: str | None
    votes: int | None = None
    authors: Authors = field(default_factory=Authors)
    media: list[MediaMention] = field(default_factory=list)
    topics: tuple[str, ...] = ()
    translated_title: str = ""
    beside: str = ""
    """What stands beside the title and says more of the paper: a score, a field, a place."""
    published: str = ""
    """What the digest says of the paper's own day, as written."""
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
                    target = _ADDRESS_VALUE.fullmatch(found.value)
                    address = target[1] if target else address_of_id(found.value)
                    if self.address or not address or is_empty_home(address):
                        return False
                    self.address = address
        except ValueError:
            if found.is_sure:
                problems.report(line, f"bad-{found.name}", found=found.value)
            return False
        self.fields_seen.add(found.name)
        return True


class Told(Struct, frozen=True):
    """A draft and what it says of its day."""

    draft: PaperDraft
    day: DayOfPaper
