"""Imports point downwards only, so that each module can be understood without those above it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "feedsvc"

LAYERS = (
    ("model", "errors", "chain", "encodings", "__init__"),
    ("parser", "weeks"),
    ("index", "places", "marks"),
    ("feeds", "pages", "config"),
    ("recipe", "formats", "files", "check"),
    ("heads",),
    ("snapshot",),
    ("site",),
    ("output", "processes"),
    ("negotiation", "build", "progress", "health"),
    ("answers",),
    ("cache", "fast_lane", "refresher"),
    ("web",),
    ("serve", "startup"),
    ("cli",),
    ("__main__",),
)
"""From the bottom to the top; a module imports only what is in a row below or beside it."""

OWNERS = {
    "sqlite3": {"index"},
    "feedgen": {"feeds"},
    "flask": {"startup", "web"},
    "werkzeug": {"answers", "negotiation", "web"},
    "click": {"cli"},
    "granian": {"serve"},
    "comrak": {"parser"},
    "prometheus_client": {"health"},
}
"""The only modules that may know these libraries."""

LEVEL = {module: level for level, row in enumerate(LAYERS) for module in row}


def _modules() -> list[tuple[str, Path]]:
    paths = sorted(PACKAGE.rglob("*.py"))
    return [(path.relative_to(PACKAGE).parts[0].removesuffix(".py"), path) for path in paths]


def _imports(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports name the package"
            names.add(str(node.module))
            if node.module == "feedsvc":
                names.update(f"feedsvc.{alias.name}" for alias in node.names)
    return names


@pytest.mark.parametrize(("module", "path"), _modules(), ids=lambda value: str(value)[-30:])
def test_a_module_imports_nothing_from_above(module: str, path: Path) -> None:
    for name in _imports(path):
        head, _, rest = name.partition(".")
        if head == "feedsvc" and rest.split(".")[0] in LEVEL:
            assert LEVEL[rest.split(".")[0]] <= LEVEL[module], f"{module} imports {name}"


@pytest.mark.parametrize("library", OWNERS)
def test_a_library_is_known_to_its_owners_only(library: str) -> None:
    users = {
        module
        for module, path in _modules()
        if any(name.split(".")[0] == library for name in _imports(path))
    }
    assert users == OWNERS[library]


def test_the_model_imports_nothing_of_ours() -> None:
    assert not any(name.startswith("feedsvc") for name in _imports(PACKAGE / "model.py"))


def test_every_module_has_its_layer() -> None:
    assert {module for module, _ in _modules()} == set(LEVEL)
