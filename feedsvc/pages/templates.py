"""Loads the templates: HTML files beside this one, autoescaped, compiled when feedsvc is built.

They are compiled by a build of the package and by `make`, as compiling takes longer than writing
the pages of a new day. The compiled ones are used only while the sources are the same: an edited
template is seen at the next start. Imports nothing of ours, so that a build needs only Jinja.
"""

from __future__ import annotations

import hashlib
import shutil
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jinja2 import BaseLoader, Environment

SOURCES = Path(__file__).parent / "templates"
COMPILED = Path(__file__).parent / "compiled"

_VERSION_FILE = "version"
"""Beside the compiled templates: the version of their sources."""


def render(name: str, **values: Any) -> str:  # noqa: ANN401 - whatever a template shows
    """A template filled in. Raises jinja2.UndefinedError for a value that is not given."""
    return environment().get_template(name).render(values)


@cache
def environment() -> Environment:
    """The templates of this process."""
    return _environment(_loader())


def compile_templates() -> None:
    """Writes the templates as Python modules, and the version of their sources."""
    from jinja2 import FileSystemLoader  # noqa: PLC0415 - as below

    shutil.rmtree(COMPILED, ignore_errors=True)
    sources = _environment(FileSystemLoader(SOURCES))
    sources.compile_templates(COMPILED, zip=None, ignore_errors=False)
    (COMPILED / _VERSION_FILE).write_text(_version())


def _environment(loader: BaseLoader) -> Environment:
    # Half of what a command loads, and only commands that make pages need it.
    from jinja2 import Environment, StrictUndefined  # noqa: PLC0415

    return Environment(
        loader=loader,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )


def _loader() -> BaseLoader:
    from jinja2 import FileSystemLoader, ModuleLoader  # noqa: PLC0415 - as above

    try:
        is_current = (COMPILED / _VERSION_FILE).read_text() == _version()
    except OSError:
        is_current = False
    return ModuleLoader(COMPILED) if is_current else FileSystemLoader(SOURCES)


def _version() -> str:
    """Changes if the compiled templates would."""
    import jinja2  # noqa: PLC0415 - as above

    digest = hashlib.sha256(str(vars(jinja2).get("__version__")).encode())
    for source in sorted(SOURCES.iterdir()):
        digest.update(
            b"%s %s" % (source.name.encode(), hashlib.sha256(source.read_bytes()).digest())
        )
    return digest.hexdigest()
