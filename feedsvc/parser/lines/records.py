"""Records: a title in bold or italics, with names and links apart by commas behind it."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from feedsvc.parser.lines.inline import links_of
from feedsvc.parser.lines.names import looks_like_authors
from feedsvc.parser.vocabulary.labels import field_named, names_link
from feedsvc.patterns import compile_later

_RECORD = compile_later(
    r"(?P<before>[^*\[\]]{0,30}?)(?P<mark>\*{1,2})(?P<title>[^*]{4,400})(?P=mark)\s?[,，;；]\s(?P<behind>.*)"
)
_BETWEEN_FIELDS = compile_later(r"[,，;；]\s(?=[^\W\d_][^,，;；:：\[\]]{1,20}[:：]\s|\**\[)")
_VENUE = compile_later(r"[.,]\s[^\W\d_][^,;:*]{1,40}\s(?:19|20)[0-9]{2}$")
_LABEL = compile_later(r"(?P<label>[^:：\[\]]{2,20})[:：]\s")


class Record(Struct, frozen=True):
    """What such a line says."""

    before: str
    title: str
    address: str
    others: tuple[str, ...]
    """The names, and the fields that lead elsewhere."""


def read_record(text: str) -> Record | None:
    """The record that a text is: `2023-06-13, **Title**, Ada Lovelace et al., Paper: [x](…)`."""
    found = _RECORD.fullmatch(text) if "*" in text else None
    if not found:
        return None
    address, others = "", []
    for piece in _pieces(found["behind"]):
        links = links_of(piece)
        words = "" if _is_field(piece) else (piece[: links[0].start] if links else piece)
        if words := words.strip(" ,.([*"):
            names = _VENUE.sub("", words)
            if not looks_like_authors(f"*{names}*"):
                return None
            others.append(words)
        if not links:
            continue
        if not _is_field(piece) and not all(names_link(link.plain_words) for link in links):
            return None
        if paper := next((link for link in links if link.paper), None):
            address = address or paper.address
        else:
            others.append(piece[links[0].start if words else 0 :].replace("**", ""))
    return Record(found["before"], found["title"], address, tuple(others)) if address else None


def _pieces(text: str) -> Iterator[str]:
    """The names of a record, and each of its fields."""
    yield from filter(None, (piece.strip(" ,，;；") for piece in _BETWEEN_FIELDS.split(text)))


def _is_field(text: str) -> bool:
    """Whether a label of a paper stands before the links of a text."""
    label = _LABEL.match(text)
    return label is not None and field_named(label["label"]) in {"link", "code"}
