"""Every setting once: name, default, meaning, and what depends on it.

Settings come from a file, the environment and flags; each wins over those before.
"""

from __future__ import annotations

import difflib
import hashlib
import logging
import os
import re
import tomllib
from collections.abc import Callable, Collection, Mapping
from dataclasses import Field, dataclass, field, fields, replace
from datetime import time
from enum import Enum
from functools import partial
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from feedsvc.bucket_address import BucketAddress
from feedsvc.cache_folder import cache_folder
from feedsvc.errors import ConfigError, QueryError
from feedsvc.logs import LOG_FORMATS
from feedsvc.parser import DAYS, LONGEST_PAPER, UNITS
from feedsvc.search.saved import Saved, parse_saved

PLACES = {
    *("all", "atom", "daily", "day", "feed", "month", "rss", "saved", "search"),
    *("subscribe", "topic", "week", "weekly"),
}
"""Names in the root of a site that are those of places or of documents, and so of no language."""

_CODE = r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*"
"""What a language may be called that is one of several (BCP 47)."""

OF_A_LANGUAGE = ("title", "subtitle", "author", "rights", "licence", "icon", "logo", "saved")
"""The settings that may differ between the languages of a site."""

FILE_NAME = "feedsvc.toml"
ENVIRONMENT_PREFIX = "FEEDSVC_"

_USER = re.compile(r"//[^/]*@")
"""What is before the host of an address: perhaps a password, which no message shows."""

_log = logging.getLogger(__name__)


class Affects(Enum):
    """What must be made again when a setting changes; each includes those below it."""

    READING = "how digests are read"
    ITEMS = "how papers are rendered"
    DOCUMENTS = "the documents around them"
    NOTHING = "nothing that is published"


def _text(value: object) -> str:
    if not isinstance(value, str) or not all(map(str.isprintable, value.split())):
        raise ValueError("a text of printable characters")
    return " ".join(value.split())


def _name(value: object) -> str:
    if not (name := _text(value)):
        raise ValueError("a text that isn't empty")
    return name


def _whole_number(value: object) -> int:
    if isinstance(value, bool) or not re.fullmatch(r"[0-9]{1,9}", str(value)):
        raise ValueError("a whole number, such as 100")
    return int(str(value))


def _positive(value: object) -> int:
    if (number := _whole_number(value)) < 1:
        raise ValueError("a whole number from 1")
    return number


def _yes_or_no(value: object) -> bool:
    known = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
    if (answer := known.get(str(value).lower())) is None:
        raise ValueError("true or false")
    return answer


def _seconds(value: object) -> float:
    if isinstance(value, bool) or not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", str(value)):
        raise ValueError("a number of seconds, such as 2 or 0.5")
    return float(str(value))


def _path(value: object) -> Path:
    if not isinstance(value, str | os.PathLike) or not str(value) or "\0" in str(value):
        raise ValueError("the path of a file or folder")
    try:
        return Path(value).expanduser()
    except RuntimeError as error:
        raise ValueError("the path of a file or folder, below a home that exists") from error


def _folder_or_bucket(value: object) -> Path | BucketAddress:
    address = BucketAddress.parse(value) if isinstance(value, str) else None
    return address or (value if isinstance(value, BucketAddress) else _path(value))


def _optional_path(value: object) -> Path | None:
    return None if value == "" else _path(value)


def _unit(value: object) -> str:
    if value != "" and value not in UNITS:
        raise ValueError(f"one of {', '.join(UNITS)}")
    return str(value)


def _days(value: object) -> str:
    if value != "" and value not in DAYS:
        raise ValueError(f"one of {', '.join(DAYS)}")
    return str(value)


def _folders(value: object) -> str:
    names = [name.strip().strip("/") for name in _text(value).split(",")]
    if any(set(name.split("/")) & {"", ".", ".."} for name in names if name):
        raise ValueError("names of folders, such as notes, 2023/drafts")
    return ", ".join(filter(None, names))


def _time_of_day(value: object) -> time:
    if isinstance(value, time):
        value = value.isoformat()
    if isinstance(value, str) and re.fullmatch(r"([01][0-9]|2[0-3])(:[0-5][0-9]){2}", value):
        return time.fromisoformat(value)
    raise ValueError("a time of day in UTC, such as 00:59:59")


def _log_format(value: object) -> str:
    if value not in LOG_FORMATS:
        raise ValueError(" or ".join(LOG_FORMATS))
    return str(value)


def _language(value: object) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*", value):
        raise ValueError("a language tag (BCP 47), such as ko or en-GB")
    return value


def _optional_language(value: object) -> str:
    return "" if value == "" else _language(value)


def _languages(value: object) -> str:
    codes = [code.strip() for code in _text(value).split(",")]
    for code in (codes := [*filter(None, codes)]):
        if code.lower() in PLACES:
            raise ValueError(f"codes of languages; {code} is the name of a place of the site")
        if not re.fullmatch(_CODE, code):
            raise ValueError("language tags (BCP 47), separated by commas, such as ko, en")
    if len({code.lower() for code in codes}) < len(codes):
        raise ValueError("each language once")
    return ", ".join(codes)


def _web_address(value: object) -> str:
    expected = ValueError("an address such as https://example.org/papers/")
    if not isinstance(value, str) or not re.fullmatch(r"[!-;=?-\[\]_a-z~]+", value):
        raise expected
    try:
        parts = urlsplit(value)
        port_is_valid = parts.port is None or parts.port > 0
    except ValueError:
        raise expected from None
    if parts.scheme not in {"http", "https"} or not parts.hostname or not port_is_valid:
        raise expected
    return value


def _optional_web_address(value: object) -> str:
    return "" if value == "" else _web_address(value)


def _hub(value: object) -> str:
    address = _optional_web_address(value)
    if {"#", "@"} & set(address):
        raise ValueError("an address without user name and fragment")
    return address


def _site_id(value: object) -> str:
    if value and not re.fullmatch(r"[a-z0-9][a-z0-9.-]*(/[A-Za-z0-9._~-]+)*/?", str(value)):
        raise ValueError("a host and perhaps a path, such as example.org/papers")
    return str(value)


def _folder_address(value: object) -> str:
    address = _web_address(value)
    if {"?", "#", "@"} & set(address):
        raise ValueError("an address without user name, query and fragment")
    return address.rstrip("/") + "/"


def setting(
    default: object,
    parse: Callable[[object], object],
    affects: Affects,
    meaning: str,
) -> Any:  # noqa: ANN401 - as dataclasses.field
    """A setting: a field of Config or of a class below it.

    `parse` turns a text, or a value of TOML, into the setting's value; it raises ValueError with
    the valid form as its argument.
    """
    metadata = {"parse": parse, "affects": affects, "meaning": meaning}
    return field(default=default, metadata=metadata)


@dataclass(frozen=True)
class Config:
    """The settings of one site."""

    digests: Path | BucketAddress = setting(
        Path("digests"),
        _folder_or_bucket,
        Affects.NOTHING,
        "the folder of digests, or a bucket with them, such as `s3://papers/digests`",
    )
    out: Path | BucketAddress = setting(
        Path("site"),
        _folder_or_bucket,
        Affects.NOTHING,
        "the folder that `feedsvc build` writes, or a bucket, such as `s3://papers/site`",
    )
    base_url: str = setting(
        "http://127.0.0.1:8000/",
        _folder_address,
        Affects.ITEMS,
        "the address of the site; every absolute link begins with it",
    )
    site_id: str = setting(
        "",
        _site_id,
        Affects.DOCUMENTS,
        "what the ids of daily and weekly editions begin with, such as `example.org/papers`; set "
        "it to the old address before the site moves; empty: taken from the base URL",
    )
    title: str = setting(
        "Daily Papers", _name, Affects.DOCUMENTS, "the name of the site and of its main feed"
    )
    subtitle: str = setting(
        "",
        _text,
        Affects.DOCUMENTS,
        "a sentence that describes the site; empty: `One item per paper, every day`, in the "
        "site's language",
    )
    language: str = setting(
        "",
        _optional_language,
        Affects.ITEMS,
        "the language of the site, of the words on its pages (Korean or English), and of papers "
        "that tell none; empty: it claims none",
    )
    languages: str = setting(
        "",
        _languages,
        Affects.READING,
        "the languages of digests that lie beside each other, such as `ko, en`: the first is that "
        "of the site's root, and each other has all of its places below its code, as in `/en/`; a "
        "table of that name in the file, as `[en]`, has a title of its own, and more; empty: all "
        "digests are one site",
    )
    author: str = setting("", _text, Affects.DOCUMENTS, "who makes the digests")
    rights: str = setting("", _text, Affects.DOCUMENTS, "a copyright notice")
    licence: str = setting(
        "", _optional_web_address, Affects.DOCUMENTS, "the address of the digests' licence"
    )
    icon: str = setting(
        "",
        _optional_web_address,
        Affects.DOCUMENTS,
        "the address of a small square picture; empty: the one that feedsvc brings",
    )
    logo: str = setting(
        "",
        _optional_web_address,
        Affects.DOCUMENTS,
        "the address of a picture twice as wide as high",
    )
    feed_size: int = setting(
        100,
        _positive,
        Affects.DOCUMENTS,
        "minimum number of papers in a feed to subscribe to, which holds the newest whole weeks "
        "or, where a week has more than 200 papers, days; never more than three times as many of "
        "several days",
    )
    weekly_size: int = setting(
        10, _positive, Affects.DOCUMENTS, "how many papers a weekly edition has: the most voted"
    )
    time_of_day: time = setting(
        time(0, 59, 59),
        _time_of_day,
        Affects.ITEMS,
        "time in UTC at which a day's first paper is dated; each later paper is dated a second "
        "earlier",
    )
    media_base: str = setting(
        "",
        _optional_web_address,
        Affects.READING,
        "the address that relative addresses of pictures start from; empty: such pictures are left "
        "out and reported",
    )
    unit: str = setting(
        "",
        _unit,
        Affects.READING,
        "what is a paper in the digests: `heading`, `table`, `item`, `fold`, `bold` or `file`; "
        "empty: chosen by evidence",
    )
    days: str = setting(
        "",
        _days,
        Affects.READING,
        "what dates a paper: `own`, its own row or field; `file`, the file's name and headings; "
        "`week` or `month`, the last day of that; empty: decided by evidence",
    )
    leave_out: str = setting(
        "",
        _folders,
        Affects.READING,
        "the folders inside that of the digests that are not read, separated by commas",
    )
    template: Path | None = setting(
        None,
        _optional_path,
        Affects.NOTHING,
        "the file that `feedsvc new` begins a digest with, in which {day} and {title} are filled "
        "in; empty: the one that feedsvc brings",
    )
    largest_file: int = setting(
        16_000_000,
        _positive,
        Affects.READING,
        "maximum size of a digest in bytes; a larger one is not read, and reported",
    )
    longest_paper: int = setting(
        LONGEST_PAPER,
        _positive,
        Affects.READING,
        "maximum length of a paper's text in characters; the rest is dropped and reported",
    )
    all_size: int = setting(
        20_000,
        _positive,
        Affects.DOCUMENTS,
        "largest archive, in papers, for which a build writes the /all/ feeds and the /all/ page "
        "lists titles",
    )
    saved: tuple[Saved, ...] = setting(
        (),
        parse_saved,
        Affects.DOCUMENTS,
        "searches with a page and feeds of their own at `/saved/NAME/`: a table `[[saved]]` for "
        "each, in the file only",
    )
    precompress: bool = setting(
        False,  # noqa: FBT003 - a setting's default
        _yes_or_no,
        Affects.NOTHING,
        "whether a build also writes each file as .gz, .br and .zst, for servers that send those",
    )
    hub: str = setting(
        "",
        _hub,
        Affects.DOCUMENTS,
        "the address of a WebSub hub, which every feed names and which is told of each feed that "
        "changes, so that it can tell subscribers at once; empty: none",
    )
    ping: bool = setting(
        True,  # noqa: FBT003 - a setting's default
        _yes_or_no,
        Affects.NOTHING,
        "whether servers and builds tell the hub; `false` on all but one of several machines that "
        "publish one site, and where a build is uploaded later (`feedsvc ping`)",
    )
    index: Path | None = setting(
        None, _optional_path, Affects.NOTHING, "the index file; empty: a file in your cache folder"
    )
    refresh: float = setting(
        2.0, _seconds, Affects.NOTHING, "seconds between two checks of the folder of digests"
    )
    log_format: str = setting(
        "text",
        _log_format,
        Affects.NOTHING,
        "how a server writes its log: text, or json with an object a line",
    )
    access_log: bool = setting(
        False,  # noqa: FBT003 - a setting's default
        _yes_or_no,
        Affects.NOTHING,
        "whether a server logs each request, in the combined format that nginx and Apache write",
    )

    given: frozenset[str] = field(default=frozenset(), compare=False, repr=False)
    """The names of the settings that file, environment or flags gave; no setting itself."""

    of_languages: Mapping[str, Mapping[str, object]] = field(
        default_factory=dict, hash=False, repr=False
    )
    """The settings that differ in a language, by its code as in `languages`; no setting itself."""

    @classmethod
    def load(
        cls,
        file: Path | None = None,
        environment: Mapping[str, str] = os.environ,
        flags: Mapping[str, object] | None = None,
        defaults: Mapping[str, object] | None = None,
    ) -> Self:
        """Settings from `file` (or FEEDSVC_CONFIG, or ./feedsvc.toml), environment and flags.

        Each wins over those before; `defaults` are used where none of them has a value. A flag that
        is None was not given. Relative paths in the file start from the file's folder. Raises
        ConfigError for an unusable value and for an unknown name. The environment may have unknown
        names, as others put names there, too; an empty variable is an unset one.
        """
        named = file or environment.get(ENVIRONMENT_PREFIX + "CONFIG")
        path = Path(named or FILE_NAME)
        known = {each.name: each.metadata["parse"] for each in cls.settings()}
        parse = partial(_parsed, known)
        values: dict[str, object] = {}
        tables: dict[str, Mapping[str, object]] = {}
        if named or path.is_file():
            in_file, tables = _values_from_file(path, parse)
            values.update(in_file)
        values.update(_values_from_environment(environment, known, parse))
        for name, value in (flags or {}).items():
            if value is not None:
                values[name] = parse(name, value, f"--{name.replace('_', '-')}")
        given = frozenset(values)
        # Each value came from its own parse function.
        config = cls(**{**(defaults or {}), **values}, given=given)  # type: ignore[arg-type]
        _check_first_language(config)
        return replace(config, of_languages=_of_languages(tables, path, parse, config.languages))

    @classmethod
    def settings(cls) -> list[Field[Any]]:
        """The settings, in the order in which documents list them."""
        return [each for each in fields(cls) if "parse" in each.metadata]

    @property
    def digests_folder(self) -> Path:
        """The folder that digests are read from; of a bucket's, that of the copies here."""
        return self._folder(self.digests, "digests")

    @property
    def out_folder(self) -> Path:
        """The folder that a build writes; what a bucket gets is built here before."""
        return self._folder(self.out, "site")

    def _folder(self, place: Path | BucketAddress, name: str) -> Path:
        if isinstance(place, Path):
            return place
        mark = hashlib.sha256(str(place).encode()).hexdigest()[:16]
        return cache_folder(self.index).absolute() / "buckets" / mark / name

    @property
    def folders_left_out(self) -> frozenset[str]:
        """The folders inside that of the digests that are not read."""
        return frozenset(filter(None, self.leave_out.split(", ")))

    @property
    def language_codes(self) -> tuple[str, ...]:
        """Those of `languages`."""
        return tuple(filter(None, self.languages.split(", ")))

    @property
    def folder(self) -> str:
        """Of the site's language, inside the site of all; ends with a slash, empty for the root."""
        codes = self.language_codes
        return "" if self.language in {"", *codes[:1]} or not codes else folder_of(self.language)

    @property
    def mark(self) -> str:
        """Tells items in the site's language from those in the root's; empty for these."""
        return self.folder.strip("/")

    def in_each_language(self) -> tuple[Self, ...]:
        """The settings of the site in each language, the first at the root.

        These themselves, alone, where the digests are in one.
        """
        codes = self.language_codes
        if not codes:
            return (self,)
        return (self._with(codes[0], {}), *(self._below_root(code) for code in codes[1:]))

    def in_language(self, code: str) -> Self:
        """The settings of the site in one language, that of the root for an empty code.

        Raises ConfigError where it is not one of the site's.
        """
        for each in self.in_each_language():
            if not code or each.language.lower() == code.lower():
                return each
        known = self.languages or "languages is not set"
        raise ConfigError(f"{code}: there is no such language on the site ({known}).")

    def _with(self, code: str, settings: Mapping[str, object]) -> Self:
        """With settings for a language, and those that it has of its own."""
        own = {"language": code, **settings, **self.of_languages.get(code, {})}
        return replace(self, **own)  # type: ignore[arg-type] # as of `load`

    def _below_root(self, code: str) -> Self:
        folder = folder_of(code)
        index, name = self.index, folder.strip("/")
        settings = {
            "base_url": self.base_url + folder,
            "site_id": self.site_id and f"{self.site_id.rstrip('/')}/{name}",
            "out": self.out_folder / name,
            "index": index and index.with_name(f"{index.stem}-{name}{index.suffix}"),
        }
        return self._with(code, settings)

    @property
    def base_path(self) -> str:
        """The path of the base URL; begins and ends with a slash."""
        return urlsplit(self.base_url).path


def _check_first_language(config: Config) -> None:
    """Raises ConfigError where two settings name the language of the root."""
    codes = config.language_codes
    if codes and config.language and config.language.lower() != codes[0].lower():
        raise ConfigError(
            f"language is {config.language}, but the first of languages is {codes[0]}; either is "
            "the language of the site's root, so name it first in languages, and leave language "
            "out."
        )


def folder_of(language: str) -> str:
    """The folder of a language that is not the first one, inside the site; ends with a slash."""
    return f"{language.lower()}/"


_Parse = Callable[[str, object, str], object]
"""Takes a setting's name, its value as written, and the place where it is written."""


_Table = Mapping[str, object]
"""A table of a settings file."""


def _values_from_file(path: Path, parse: _Parse) -> tuple[dict[str, object], dict[str, _Table]]:
    """The settings in a file, and its tables of languages, not parsed."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{path}: the settings can't be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: not a valid TOML file in UTF-8: {error}.") from error
    tables: dict[str, _Table] = {
        name: value
        for name, value in table.items()
        if isinstance(value, dict) and re.fullmatch(_CODE, name) and not _is_setting(name)
    }
    values = {
        name: parse(name, value, f"{path}: {name}")
        for name, value in table.items()
        if name not in tables
    }
    placed = {
        name: path.parent / value if isinstance(value, Path) else value
        for name, value in values.items()
    }
    return placed, tables


def _is_setting(name: str) -> bool:
    return any(each.name == name for each in Config.settings())


def _of_languages(
    tables: Mapping[str, _Table], path: Path, parse: _Parse, languages: str
) -> dict[str, dict[str, object]]:
    """The settings that differ in languages. Raises ConfigError."""
    codes = {code.lower(): code for code in filter(None, languages.split(", "))}
    found: dict[str, dict[str, object]] = {}
    for name, table in tables.items():
        if name.lower() not in codes:
            known = f"languages has {languages}" if languages else "languages is not set"
            raise ConfigError(f"{path}: [{name}]: a table is for a language of the site; {known}.")
        for each in table:
            if each not in OF_A_LANGUAGE:
                raise ConfigError(
                    f"{path}: [{name}]: {each} can't differ between languages; what can is "
                    f"{', '.join(OF_A_LANGUAGE)}."
                )
        found[codes[name.lower()]] = {
            each: parse(each, value, f"{path}: [{name}] {each}") for each, value in table.items()
        }
    return found


def _values_from_environment(
    environment: Mapping[str, str], known: Collection[str], parse: _Parse
) -> dict[str, object]:
    names = {
        variable: variable.removeprefix(ENVIRONMENT_PREFIX).lower()
        for variable, value in environment.items()
        if variable.startswith(ENVIRONMENT_PREFIX) and value
    }
    names.pop(ENVIRONMENT_PREFIX + "CONFIG", None)
    for variable, name in names.items():
        if name not in known:
            # As Kubernetes sets FEEDSVC_PORT for a service that is called feedsvc.
            _log.warning("%s; it is left aside.", _unknown(known, name, _of_variable(variable)))
    return {
        name: parse(name, environment[variable], _of_variable(variable))
        for variable, name in names.items()
        if name in known
    }


def _of_variable(variable: str) -> str:
    return f"environment variable {variable}"


def _parsed(
    known: Mapping[str, Callable[[object], object]], name: str, value: object, where: str
) -> object:
    if name not in known:
        raise ConfigError(f"{_unknown(known, name, where)}.")
    try:
        return known[name](value)
    except QueryError as error:
        raise ConfigError(f"{where}: {error}") from error
    except ValueError as error:
        shown = _USER.sub("//…@", repr(value))
        raise ConfigError(f"{where}: {shown} can't be used; give {error}.") from error


def without_base_url(config: Config) -> str:
    """A sentence where nobody said at what address the site is reached; else an empty text."""
    if "base_url" in config.given:
        return ""
    return (
        f"base_url is not set, so every link leads to {config.base_url}, which others can't reach. "
        "Set it to the address of the site, with --base-url, FEEDSVC_BASE_URL or in feedsvc.toml."
    )


def _unknown(known: Collection[str], name: str, where: str) -> str:
    """What is said of a name that is no setting's, with the nearest one if any is near."""
    near = difflib.get_close_matches(name, known, n=1)
    hint = f"; the nearest one is {near[0]!r}" if near else ""
    return f"{where}: there is no such setting{hint}"
