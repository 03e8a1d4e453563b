"""Stands in for GitHub: runs the steps of an action or a job as its runners do."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_EXPRESSION = re.compile(r"\$\{\{ (.+?) \}\}")


@dataclass
class Runner:
    """A machine at work on a repository that was checked out."""

    workspace: Path
    temporary: Path
    """What lasts as long as a job; RUNNER_TEMP."""
    outputs_of: Mapping[str, Mapping[str, str]]
    """What actions of others give, by their names without version; there must be no others."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """Of all steps, in addition to what GitHub sets."""
    context: dict[str, Any] = field(default_factory=dict)
    said: dict[str, str] = field(default_factory=dict)
    """The output of each step with a `run`, by its name."""
    used: list[tuple[str, Mapping[str, str]]] = field(default_factory=list)
    """The actions of others that were used, and with what."""

    def __post_init__(self) -> None:
        self.temporary.mkdir(exist_ok=True)

    @property
    def summary(self) -> str:
        """What steps wrote for the summary of the run."""
        return (self.temporary / "summary").read_text()

    def run_action(self, action: Mapping[str, Any], action_path: Path, **inputs: str) -> str:
        """Runs a composite action; gives what its failing step said, empty if none fails."""
        names = {name.replace("_", "-"): value for name, value in inputs.items()}
        assert names.keys() <= action["inputs"].keys()
        defaults = {name: value["default"] for name, value in action["inputs"].items()}
        self.context |= {
            "inputs": defaults | names,
            "steps": {},
            "github": {"action_path": str(action_path)},
        }
        return self.run_steps(action["runs"]["steps"])

    def run_steps(self, steps: Sequence[Mapping[str, Any]]) -> str:
        """Runs steps until one fails; gives what that said, empty if none fails."""
        for step in steps:
            if not self._holds(step.get("if", "")):
                continue
            if "uses" in step:
                name = step["uses"].partition("@")[0]
                given = {key: self.fill(text) for key, text in step.get("with", {}).items()}
                self.used.append((name, given))
                outputs: Mapping[str, str] = self.outputs_of[name]
            else:
                done, outputs = self._run(step)
                self.said[step["name"]] = done.stdout + done.stderr
                if done.returncode:
                    return done.stdout + done.stderr
            if "id" in step:
                self.context["steps"][step["id"]] = {"outputs": outputs}
        return ""

    def fill(self, value: str | bool) -> str:
        """A value as text, as GitHub makes it, with its expressions replaced."""
        text = value if isinstance(value, str) else str(value).lower()
        return _EXPRESSION.sub(lambda found: self._value(found[1]), text)

    def _run(
        self, step: Mapping[str, Any]
    ) -> tuple[subprocess.CompletedProcess[str], Mapping[str, str]]:
        assert step["shell"] == "bash"
        files = {name: self.temporary / name for name in ("output", "path", "summary", "script")}
        files["output"].write_text("")
        files["script"].write_text(self.fill(step["run"]))
        added = files["path"].read_text().split() if files["path"].exists() else []
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(files["script"])],
            cwd=self.workspace,
            env={
                **self.environment,
                **{name: self.fill(text) for name, text in step.get("env", {}).items()},
                "PATH": ":".join([*reversed(added), "/usr/bin", "/bin"]),
                "HOME": str(self.temporary),
                "RUNNER_TEMP": str(self.temporary),
                "GITHUB_OUTPUT": str(files["output"]),
                "GITHUB_PATH": str(files["path"]),
                "GITHUB_STEP_SUMMARY": str(files["summary"]),
            },
            capture_output=True,
            text=True,
            check=False,
        )
        outputs = dict(line.split("=", 1) for line in files["output"].read_text().splitlines())
        return done, outputs

    def _holds(self, condition: str) -> bool:
        if not condition:
            return True
        name, value = condition.split(" == ")
        return self._value(name) == value.strip("'")

    def _value(self, expression: str) -> str:
        """The first value of an expression that isn't empty, as `||` has it."""
        for name in expression.split(" || "):
            value: Any = self.context
            for part in name.split("."):
                value = value.get(part, {})
            if value:
                assert isinstance(value, str), expression
                return value
        return ""
