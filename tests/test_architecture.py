"""The floors of the code: folders and files import downwards only, so each is understood alone.

Nothing here lists the order: it is what the imports say, and DESIGN.md shows it.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from tests.support.project import ROOT

PACKAGE = ROOT / "feedsvc"
DESIGN = ROOT / "DESIGN.md"

OWNERS = {
    "bs4": {"parser"},
    "click": {"cli"},
    "comrak": {"parser"},
    "feedgen": {"feeds"},
    "flask": {"startup", "watch", "web"},
    "granian": {"web"},
    "jinja2": {"pages"},
    "obstore": {"storage"},
    "prometheus_client": {"web"},
    "sqlite3": {"index"},
    "werkzeug": {"web"},
}
"""The only rooms that may know these libraries."""

Graph = Mapping[str, set[str]]


def _modules() -> dict[str, Path]:
    """Each module by its name without `feedsvc.`; a folder's own file has the folder's name."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        if "compiled" not in parts:
            found[".".join(part for part in parts if part != "__init__")] = path
    return found


MODULES = _modules()


@cache
def _imports(path: Path) -> set[str]:
    """The full names of the modules that a file imports, also inside functions."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports name the package"
            names.add(str(node.module))
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return names


def _module_graph() -> Graph:
    """What each module imports of ours."""
    return {
        module: {
            other
            for other in (name.removeprefix("feedsvc.") for name in _imports(path))
            if other in MODULES and other not in {"", module}
        }
        for module, path in MODULES.items()
        if module
    }


def _room(module: str) -> str:
    """The folder or the file, directly in `feedsvc`, that a module is in."""
    return module.partition(".")[0]


def _room_graph() -> Graph:
    graph: dict[str, set[str]] = {}
    for module, imported in _module_graph().items():
        others = {_room(other) for other in imported} - {_room(module)}
        graph.setdefault(_room(module), set()).update(others)
    return graph


def _stage_graph() -> Graph:
    """What each stage of the parser, a folder in it, imports of the others."""
    graph: dict[str, set[str]] = {}
    for module, imported in _module_graph().items():
        if module.startswith("parser."):
            stage = _stage(module)
            others = {_stage(other) for other in imported if other.startswith("parser.")}
            graph.setdefault(stage, set()).update(others - {stage})
    return graph


def _stage(module: str) -> str:
    return module.split(".")[1]


def _floors(graph: Graph) -> list[list[str]]:
    """The rooms from the ground up; each is right above the highest that it imports."""
    level: dict[str, int] = {}
    for room in TopologicalSorter(graph).static_order():
        level[room] = 1 + max((level[below] for below in graph[room]), default=-1)
    floors = range(max(level.values()) + 1)
    return [sorted(room for room in level if level[room] == floor) for floor in floors]


@pytest.mark.parametrize(
    "graph",
    [_room_graph(), _stage_graph(), _module_graph()],
    ids=["folders", "stages", "modules"],
)
def test_imports_never_lead_back(graph: Graph) -> None:
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(f"a circle of imports: {' -> '.join(error.args[1])}")


@pytest.mark.parametrize("library", OWNERS)
def test_a_library_is_known_to_its_owners_only(library: str) -> None:
    users = {
        _room(module)
        for module, path in MODULES.items()
        if any(name.partition(".")[0] == library for name in _imports(path))
    }
    assert users == OWNERS[library]


def test_the_model_imports_nothing_of_ours() -> None:
    assert _module_graph()["model"] == set()


def test_every_folder_says_what_it_is_for() -> None:
    for folder in (path.parent for path in PACKAGE.rglob("__init__.py")):
        assert ast.get_docstring(ast.parse((folder / "__init__.py").read_text())), folder


def _picture() -> str:
    """The floors as DESIGN.md shows them: the top floor first, folders with a slash."""
    lines = []
    for number, rooms in reversed(list(enumerate(_floors(_room_graph()), 1))):
        names = (f"{room}/" if (PACKAGE / room).is_dir() else f"{room}.py" for room in rooms)
        lines.append(f"{number:2}  {'  '.join(names)}")
    return "\n".join(lines)


def test_the_design_shows_the_floors_as_they_are(request: pytest.FixtureRequest) -> None:
    text = DESIGN.read_text()
    found = re.search(r"(?<=```floors\n).*?(?=\n```)", text, re.DOTALL)
    assert found, "DESIGN.md has no block ```floors"
    if request.config.getoption("update_goldens"):
        text = text[: found.start()] + _picture() + text[found.end() :]
        DESIGN.write_text(text)
    assert _picture() in text
