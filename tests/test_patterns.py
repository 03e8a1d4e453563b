"""No regular expression of the product takes quadratic time: by its structure and by trial."""

from __future__ import annotations

import importlib
import pkgutil
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from re import _constants as constants  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any, cast

import pytest

import feedsvc.index
import feedsvc.parser
import feedsvc.search
import feedsvc.starter
import feedsvc.stats
from feedsvc.patterns import LatePattern, compile_later

SAMPLES = [chr(code) for code in range(32, 127)] + ["\t", "\n", "\xa0", "가", "中", "é", "🚀", "，"]
UNBOUNDED = 400
"""A repeat of more than so many characters may take quadratic time."""
ALLOWED = {
    ("feedsvc.parser.lines.addresses", "_ABSOLUTE"),  # a point ends each round of the group
}


def _patterns() -> Iterator[tuple[str, str, re.Pattern[str]]]:
    for package in (
        *(feedsvc.parser, feedsvc.index, feedsvc.search, feedsvc.starter, feedsvc.stats),
    ):
        for info in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            module = importlib.import_module(info.name)
            for name, value in vars(module).items():
                if isinstance(value, re.Pattern | LatePattern):
                    yield info.name, name, _of_text(cast("re.Pattern[Any]", value))


def _of_text(pattern: re.Pattern[Any]) -> re.Pattern[str]:
    """A pattern of bytes as one of text, which repeats the same."""
    if isinstance(pattern.pattern, str):
        return pattern
    return re.compile(pattern.pattern.decode("latin-1"), pattern.flags | re.ASCII)


PATTERNS = {(module, name): pattern for module, name, pattern in _patterns()}


def _first(items: Any, flags: int) -> set[str]:
    """The samples that a piece of a pattern can begin with; more than it can, if in doubt."""
    for op, argument in items:
        name = str(op)
        if name in {"AT", "ASSERT", "ASSERT_NOT"}:
            continue
        if name in {"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"}:
            low, _, inner = argument
            found = _first(inner, flags)
            return (
                found
                if low
                else found | _first(items[list(items).index((op, argument)) + 1 :], flags)
            )
        if name == "SUBPATTERN":
            return _first(argument[-1], flags)
        if name == "BRANCH":
            return set().union(*(_first(branch, flags) for branch in argument[1]))
        return {sample for sample in SAMPLES if _fits(op, argument, sample)}
    return set()


def _fits(op: Any, argument: Any, sample: str) -> bool:
    name, code = str(op), ord(sample)
    if name == "LITERAL":
        return bool(code == argument)
    if name == "NOT_LITERAL":
        return bool(code != argument)
    if name == "ANY":
        return sample != "\n"
    if name == "IN":
        wanted = str(argument[0][0]) != "NEGATE"
        return any(_in(each, sample) for each in argument[not wanted :]) is wanted
    return False


def _in(item: Any, sample: str) -> bool:
    kind, value = str(item[0]), item[1]
    if kind == "LITERAL":
        return bool(ord(sample) == value)
    if kind == "RANGE":
        return bool(value[0] <= ord(sample) <= value[1])
    category = str(value).removeprefix("CATEGORY_")
    shape = {"SPACE": r"\s", "DIGIT": r"\d", "WORD": r"\w"}.get(
        category.removeprefix("NOT_"), r"\A\Z"
    )
    return (re.fullmatch(shape, sample) is not None) is not category.startswith("NOT_")


def _neighbours(items: Any, flags: int) -> Iterator[set[str]]:
    """What two unbounded repeats of one sequence, with nothing sure between, both take."""
    waiting: set[str] = set()
    for op, argument in items:
        name = str(op)
        if name in {"MAX_REPEAT", "MIN_REPEAT"}:
            low, high, inner = argument
            yield from _neighbours(inner, flags)
            is_long = high is constants.MAXREPEAT or high > UNBOUNDED
            taken = _first(inner, flags) if is_long else set()
            if is_long and waiting & taken:
                yield waiting & taken
            waiting = (waiting | taken) if low == 0 else taken
        elif name == "SUBPATTERN":
            yield from _neighbours(argument[-1], flags)
            waiting = set()
        elif name == "BRANCH":
            for branch in argument[1]:
                yield from _neighbours(branch, flags)
            waiting = set()
        elif name not in {"AT", "ASSERT", "ASSERT_NOT"}:
            waiting = set()


@pytest.mark.parametrize("key", sorted(PATTERNS), ids=".".join)
def test_no_pattern_has_neighbouring_repeats_of_one_class(key: tuple[str, str]) -> None:
    pattern = PATTERNS[key]
    if key in ALLOWED:
        return
    parsed = parser.parse(pattern.pattern, pattern.flags)
    assert not list(_neighbours(list(parsed), pattern.flags)), pattern.pattern


def test_the_search_for_neighbours_finds_some() -> None:
    for bad in (r"\s*\s+", r"a[\w-]*\w+", r"(?:x\s*\|?\s*y)", r"\(\s*[^()]+\)"):
        assert list(_neighbours(list(parser.parse(bad)), 0)), bad
    for good in (r"\s*\|\s*", r"[a-z]+\s+[a-z]+", r"a?b?c?"):
        assert not list(_neighbours(list(parser.parse(good)), 0)), good


def test_a_pattern_is_compiled_when_it_is_first_used() -> None:
    wrong = compile_later("(")
    with pytest.raises(re.error):
        wrong.match("(")


def test_a_pattern_that_is_compiled_later_does_what_others_do() -> None:
    late = compile_later(r"(?P<letter>B)", re.IGNORECASE)
    soon = re.compile(r"(?P<letter>B)", re.IGNORECASE)
    assert late.sub(r"<\g<letter>>", "abc") == late.sub(r"<\g<letter>>", "abc") == "a<b>c"
    assert late.findall("bob") == soon.findall("bob")
    assert (late.pattern, late.flags, late.groups) == (soon.pattern, soon.flags, soon.groups)
    assert compile_later(rb"b", re.IGNORECASE).split(b"aBc") == [b"a", b"c"]


PUMPS = [
    " ",
    "\t",
    "\xa0",
    "a",
    "1",
    "(",
    "[",
    "*",
    "<",
    "!",
    "|",
    ",",
    "é",
    "가",
    "- ",
    "a ",
    "1.",
]
LONG, SHORT = 8_000, 1_000


def _ways(module: str, name: str) -> list[str]:
    """How a pattern is used: anchored at one place, or searched for at each."""
    source = Path(str(importlib.import_module(module).__file__)).read_text()
    is_searched = re.search(rf"\b{name}\.(?:search|sub|subn|finditer|findall|split)\(", source)
    return ["search", "fullmatch"] if is_searched else ["match", "fullmatch"]


@pytest.mark.parametrize("key", sorted(PATTERNS), ids=".".join)
def test_no_pattern_takes_quadratic_time(key: tuple[str, str]) -> None:
    """What is quadratic takes 64 times as long for eight times the text."""
    for way in _ways(*key):
        use = getattr(PATTERNS[key], way)
        for pump in PUMPS:
            for before in ("", "[a]("):
                texts = [f"{before}{pump * (n // len(pump))}\0" for n in (SHORT, LONG)]
                short, long = (_seconds(use, text) for text in texts)
                assert long < 30 * max(short, 0.002), (way, pump)


def _seconds(use: Callable[[str], object], text: str) -> float:
    start = time.process_time()
    use(text)
    return time.process_time() - start
