"""Front matter of a digest, in YAML or TOML: the few plain fields that tell of papers and days."""

from __future__ import annotations

import re
from collections.abc import Sequence

from feedsvc.patterns import compile_later

_LINE = compile_later(r"(?!.*\]\()(?:[\w-]+\s*[:=]|#(?!#)|\s*$|\s+\S|- |\]|\})")
_KEY = compile_later(r"(?P<key>[\w-]+)\s*[:=]\s*(?P<value>.*)")
_LONGEST = 200
_FENCES = {"---": {"---", "..."}, "+++": {"+++"}}
_TRUE = {"true", "yes"}


class FrontMatter:
    """The fields of front matter, by their names in lower case."""

    def __init__(self, lines: Sequence[str] = ()) -> None:
        self.fields: dict[str, str] = {}
        self.lists: dict[str, list[str]] = {}
        key = ""
        for line in lines:
            if found := _KEY.match(line):
                key, value = found["key"].lower(), found["value"].strip()
                self._take(key, value)
            elif key and (item := line.strip()).startswith("- "):
                self.lists.setdefault(key, []).append(_unquoted(item[2:]))
            elif key and line[:1] in " \t" and line.strip():
                folded = self.fields.get(key, "")
                self.fields[key] = f"{'' if folded in '|>|->-' else folded} {line.strip()}".strip()

    def _take(self, key: str, value: str) -> None:
        if value.startswith("[") and value.endswith("]"):
            inner = value[1:-1]
            self.lists[key] = [_unquoted(each) for each in _split(inner) if each.strip()]
        self.fields[key] = _unquoted(value)

    def first(self, *keys: str) -> str:
        """The first of these fields that says something; else the empty string."""
        return next((self.fields[key] for key in keys if self.fields.get(key)), "")

    def words(self, key: str) -> list[str]:
        """The values of a list, or of a field of words apart by commas."""
        if key in self.lists:
            return self.lists[key]
        return [each.strip() for each in self.fields.get(key, "").split(",") if each.strip()]

    @property
    def is_draft(self) -> bool:
        """Whether the author keeps the file back."""
        return self.fields.get("draft", "").lower() in _TRUE

    def __bool__(self) -> bool:
        return bool(self.fields)


def read_front_matter(lines: Sequence[str]) -> tuple[FrontMatter, Sequence[str]]:
    """The front matter, and the lines with those of it emptied."""
    start = next((n for n, line in enumerate(lines[:5]) if line.strip()), 0)
    ends = _FENCES.get(lines[start].rstrip()) if lines else None
    if not ends:
        return FrontMatter(), lines
    for number in range(start + 1, min(len(lines), start + _LONGEST)):
        if lines[number].rstrip() in ends:
            # Without a key these are two rules, and what stands between them may name the day.
            inside = lines[start + 1 : number]
            if not any(map(_KEY.match, inside)):
                return FrontMatter(), lines
            return FrontMatter(inside), [""] * (number + 1) + list(lines[number + 1 :])
        if not _LINE.match(lines[number]):
            break
    return FrontMatter(), lines


def _split(text: str) -> list[str]:
    """The parts of a list, apart by the commas outside quotes."""
    return re.findall(r"\"[^\"]*\"|'[^']*'|[^,\"']+", text)


def _unquoted(value: str) -> str:
    value = value.strip()
    if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
        return value[1:-1]
    return re.sub(r"\s#\s.*$", "", value).strip()
