"""Which of several languages a digest is in: its name says it, or its folders, or its front matter.

Only for sites whose digests are in several languages. Elsewhere a name's language is a matter of
the parser, and all digests are one archive.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import lru_cache

from msgspec import Struct

from feedsvc.parser.paper.language import language_code
from feedsvc.parser.source.front_matter import read_front_matter

NAMES = {
    **dict.fromkeys(("chinese", "中文", "简体中文", "繁體中文"), "zh"),
    **dict.fromkeys(("english", "영어", "英文", "英語"), "en"),
    **dict.fromkeys(("japanese", "日本語", "일본어"), "ja"),
    **dict.fromkeys(("korean", "한국어", "한글"), "ko"),
    **dict.fromkeys(("french", "français"), "fr"),
    **dict.fromkeys(("german", "deutsch"), "de"),
    **dict.fromkeys(("spanish", "español"), "es"),
}
"""What folders and files are called whose people don't write codes."""

_OTHER_WORDS = {"cs"}
"""Codes that mean something else where people write of papers: computer science."""

_PARTS = re.compile(r"[._-]")


class Languages(Struct, frozen=True):
    """The languages of a site, and the one whose digests are wanted."""

    codes: tuple[str, ...]
    """As the settings write them; digests that say no language are in the first."""
    own: str

    @property
    def is_first(self) -> bool:
        """Whether it is that of the site's root."""
        return self.own == self.codes[0]


def languages_of(
    paths: Collection[str], codes: tuple[str, ...], inside: Callable[[str], str] = lambda _: ""
) -> dict[str, str]:
    """The language of each digest with one of these paths: one of `codes`, or a foreign one.

    A name says a language by its end (`2024-11-18.en.md`, `2024-11-18_en.md`, `2024-11-18-en.md`)
    or as a whole (`2024-11-18/en.md`); a folder by its name. What may be a word of the name just as
    well is taken for a language only where it is one of the site's. `inside` gives what the front
    matter of the others says; it is asked for no more than these.
    """
    folders = {path.rpartition("/")[0] for path in paths}
    beside = {
        above for folder in folders for above, name in _each_folder(folder) if _one_of(name, codes)
    }
    of_folders = {folder: _of_folder(folder, codes, beside) for folder in folders}
    return {
        path: _of_name(path.rpartition("/")[2].rpartition(".")[0], codes)
        or of_folders[path.rpartition("/")[0]]
        or ((said := inside(path)) and (_one_of(said, codes) or _code_of(said)))
        or codes[0]
        for path in paths
    }


def told_languages(paths: Iterable[str]) -> dict[str, str]:
    """The languages that paths may say where nobody has named any; empty where one says none."""
    return {
        path: _of_name(path.rpartition("/")[2].rpartition(".")[0], (), "._-")
        or next(
            (code for _, name in _each_folder(path.rpartition("/")[0]) if (code := _code_of(name))),
            "",
        )
        for path in paths
    }


def language_inside(start: bytes) -> str:
    """What the front matter at the start of a digest says of its language; usually nothing."""
    if not start.lstrip(b"\xef\xbb\xbf\r\n").startswith((b"---", b"+++")):
        return ""
    front, _ = read_front_matter(start.decode("utf-8-sig", errors="replace").splitlines())
    return front.first("lang", "language", "locale")


def foreign(languages: Mapping[str, str], codes: tuple[str, ...]) -> dict[str, str]:
    """Of languages by path those that are not the site's, with the reason to leave the file out."""
    return {
        path: f"it is in {language}, which is not among the site's languages ({', '.join(codes)})"
        for path, language in languages.items()
        if language not in codes
    }


def _of_folder(folder: str, codes: tuple[str, ...], beside: Collection[str]) -> str:
    """The language that the folders of a path say, the innermost first.

    A foreign one only beside a folder of the site's languages: `it` may be a department.
    """
    for above, name in _each_folder(folder):
        if known := _one_of(name, codes):
            return known
        if above in beside and (code := _code_of(name)):
            return code
    return ""


def _each_folder(folder: str) -> Iterator[tuple[str, str]]:
    """Each folder of a path, the innermost first: the path that it lies in, and its name."""
    while folder:
        above, _, name = folder.rpartition("/")
        yield above, name
        folder = above


@lru_cache(1 << 16)
def _of_name(stem: str, codes: tuple[str, ...], signs: str = "._") -> str:
    """The language that the name of a file, without its suffix, ends in.

    A foreign one only behind one of `signs`.
    """
    if known := _one_of(stem, codes) or _code_of(stem):
        return known
    starts = [found.start() for found in _PARTS.finditer(stem)]
    for start in starts[-2:]:  # `.pt-br` before `-br`
        sign, end = stem[start], stem[start + 1 :]
        if known := _one_of(end, codes):
            return known
        if sign in signs and end[:1].islower() and (code := _code_of(end)):
            return code
    return ""


def _one_of(text: str, codes: tuple[str, ...]) -> str:
    """The site's language that a text names: the same, or else one of the same primary language."""
    wanted = text.replace("_", "-").lower()
    same = {code.lower(): code for code in codes}
    if wanted in same:
        return same[wanted]
    code = _code_of(text).lower()
    primary = code.partition("-")[0]
    near = (each for each in codes if each.partition("-")[0].lower() == primary)
    return same.get(code) or (next(near, "") if code else "")


def _code_of(text: str) -> str:
    """The code of a language that a text is, or is the name of; empty where it is none."""
    code = NAMES.get(text.lower()) or language_code(text) or ""
    return "" if code.lower() in _OTHER_WORDS else code
