"""Compiles the templates of pages when the package is built or installed."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

TEMPLATES = Path(__file__).parent / "feedsvc" / "pages" / "templates.py"


class CompiledTemplates(BuildHookInterface):
    """Hatchling's hook: called before a wheel, an editable install or an sdist is made."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Writes the compiled templates, which a wheel then takes in."""
        if self.target_name == "wheel":
            _templates().compile_templates()
            build_data["artifacts"].append("feedsvc/pages/compiled/")


def _templates() -> Any:  # noqa: ANN401 - a module
    """The module that compiles, loaded alone: what else it is among is not installed yet."""
    spec = importlib.util.spec_from_file_location("feedsvc_templates", TEMPLATES)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
