"""The text of a settings file: every setting with its meaning, made from the table of settings."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Mapping
from datetime import time
from pathlib import PurePath
from typing import Any

from feedsvc.config import Config

_HEAD = """\
# The settings of feedsvc. A line that begins with '# name =' shows what holds without it; to change
# that, remove the '# ' and write your own value.
"""

_WIDTH = 100


def settings_file(values: Mapping[str, object]) -> str:
    """A feedsvc.toml with these values set, and all other settings as comments."""
    # Tables are the last of a file: what follows one is part of it.
    settings = sorted(Config.settings(), key=_is_table)
    return "\n".join([_HEAD, *(_paragraph(each, values) for each in settings)])


def _is_table(setting: Any) -> bool:  # noqa: ANN401 - as below
    return isinstance(setting.default, tuple)


def _paragraph(setting: Any, values: Mapping[str, object]) -> str:  # noqa: ANN401 - a dataclass's
    name, meaning = setting.name, setting.metadata["meaning"]
    words = textwrap.fill(
        f"{meaning[0].upper()}{meaning[1:]}.",
        _WIDTH,
        initial_indent="# ",
        subsequent_indent="# ",
        break_long_words=False,
        break_on_hyphens=False,
    )
    if _is_table(setting):
        return f"{words}\n# [[{name}]]\n"
    is_set = name in values
    value = values[name] if is_set else setting.default
    return f"{words}\n{'' if is_set else '# '}{name} = {_toml(value)}\n"


def _toml(value: object) -> str:
    """A value as TOML has it; None, which TOML has not, as an empty text."""
    if isinstance(value, bool | int | float):
        return str(value).lower()
    if isinstance(value, PurePath):
        value = value.as_posix()
    if isinstance(value, time):
        value = value.isoformat()
    # What JSON escapes, TOML escapes the same way; DEL, which only TOML does, is in no setting.
    return json.dumps(value or "", ensure_ascii=False)
