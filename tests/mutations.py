"""Draws mistakes at random, makes each in a copy of the code, and sees whether a test notices.

`python -m tests.mutations --count 100 --seed 1` prints each one and what came of it, and in the
end how many were caught. One that nobody caught is a test that is missing, or has no effect that
anybody could see: look at its difference.
"""

from __future__ import annotations

import argparse
import ast
import copy
import difflib
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tests.support.project import ROOT, environment

PACKAGE = ROOT / "feedsvc"
PARSERS = Path("tests/readers/node_modules")
"""Feed parsers that git doesn't know."""

SECONDS = 600
"""That the tests may take; a mistake that makes them hang is caught."""

UNSEEN = re.compile(r"\b_log\.|\b__slots__\b|TYPE_CHECKING|lru_cache|@cache|\braise AssertionError")
"""What a line holds that no user sees the effect of."""

COMPARISONS: dict[type, tuple[type, ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
ARITHMETIC: dict[type, type] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}
TEMPLATE = (
    (r"\{\{ (?!page\.root)([^|}]+?) -?\}\}", r"{{ \1|safe }}"),  # not escaped
    (r"\{% if (?!not )([^%]+?) %\}", r"{% if not (\1) %}"),
    (r"\{% if not ([^%]+?) %\}", r"{% if \1 %}"),
    (r"\{\{ [^}]+ \}\}", ""),
    (r" > 1 ", " > 2 "),
    (r'"image"', '"video"'),
    (r' (rel|class|id|lang|type|title|href|src|alt)="[^"]*"', ""),
)
"""Mistakes in templates: a pattern and what comes in its place."""


@dataclass(frozen=True)
class Mutation:
    """A file of the package with one mistake in it."""

    path: Path
    """In the project."""
    kind: str
    right: str
    """The file as it should be."""
    text: str

    def difference(self) -> str:
        """What is other than it should be."""
        lines = difflib.unified_diff(self.right.splitlines(), self.text.splitlines(), n=2)
        return "\n".join(list(lines)[2:])


def mutations(path: Path) -> Iterator[Mutation]:
    """Every mistake that can be made in a file."""
    text = (ROOT / path).read_text()
    if path.suffix == ".html":
        for pattern, new in TEMPLATE:
            for found in re.finditer(pattern, text):
                changed = text[: found.start()] + found.expand(new) + text[found.end() :]
                yield Mutation(path, "template", text, changed)
        return
    lines = text.encode().splitlines(keepends=True)
    starts = [sum(map(len, lines[:at])) for at in range(len(lines) + 1)]
    for node in _seen(ast.parse(text)):
        if UNSEEN.search(lines[node.lineno - 1].decode()):
            continue
        first = starts[node.lineno - 1] + node.col_offset
        last = starts[node.end_lineno - 1] + node.end_col_offset
        for kind, new in _changes(node):
            whole = text.encode()[:first] + new.encode() + text.encode()[last:]
            yield Mutation(path, kind, text, whole.decode())


def _seen(tree: ast.AST) -> Iterator[ast.AST]:
    """The nodes with a place, without annotations, docstrings, imports and decorators."""
    for name, value in ast.iter_fields(tree):
        if name in {"annotation", "returns", "decorator_list", "type_params"}:
            continue
        for node in value if isinstance(value, list) else [value]:
            is_text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
            if not isinstance(node, ast.AST) or is_text:
                continue
            is_enum = isinstance(node, ast.ClassDef) and "Enum" in map(ast.unparse, node.bases)
            if is_enum or isinstance(node, (ast.Import, ast.ImportFrom, ast.JoinedStr)):
                continue
            if hasattr(node, "lineno"):
                yield node
            yield from _seen(node)


def _changes(node: ast.AST) -> Iterator[tuple[str, str]]:
    """What may stand there instead, and what kind of mistake that is."""
    for changes in (_decisions, _constants, _steps):
        for kind, new in changes(node):
            code = ast.unparse(new)
            is_one = isinstance(node, ast.expr) and "\n" not in code
            yield kind, f"({code})" if is_one else code


def _decisions(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    match node:
        case ast.Compare(ops=[operator]):
            for other in COMPARISONS[type(operator)]:
                yield "comparison", _with(node, ops=[other()])
        case ast.BoolOp(op=operator, values=values):
            yield "and, or", _with(node, op=ast.Or() if _is(operator, ast.And) else ast.And())
            for at in range(len(values)):
                yield "a condition less", _with(node, values=values[:at] + values[at + 1 :])
        case ast.UnaryOp(op=ast.Not()):
            yield "not", node.operand
        case ast.IfExp() | ast.If():
            yield "condition", _with(node, test=ast.UnaryOp(ast.Not(), node.test))


def _constants(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    match node:
        case ast.Constant(value=bool()):
            yield "constant", ast.Constant(not node.value)
        case ast.Constant(value=int() | float()):
            yield from (("constant", ast.Constant(node.value + step)) for step in (1, -1))
        case ast.Constant(value=str() as text) if re.search(r"\w", text):
            yield "constant", ast.Constant(text[:-1])
            for found in re.finditer(r"(?<=[\])\w])[*+?]", text if "\\" in text else ""):
                yield "pattern", ast.Constant(text[: found.start()] + text[found.end() :])


def _steps(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    match node:
        case ast.BinOp(op=operator) if type(operator) in ARITHMETIC:
            yield "arithmetic", _with(node, op=ARITHMETIC[type(operator)]())
        case ast.Return(value=ast.expr() as value) if ast.unparse(value) != "None":
            yield "returned value", ast.Return(ast.Constant(None))
        case ast.Call(args=[ast.expr() as one, ast.expr() as other, *more]):
            if not any(_is(each, ast.Starred) for each in node.args):
                yield "arguments", _with(node, args=[other, one, *more])
        case ast.Expr() | ast.Assign() | ast.AugAssign() | ast.Raise() | ast.Continue():
            yield "statement less", ast.Pass()


def _with(node: ast.AST, **fields: object) -> ast.AST:
    other = copy.copy(node)
    vars(other).update(fields)
    return other


def _is(node: ast.AST, type_: type) -> bool:
    return isinstance(node, type_)


def draw(count: int, seed: int, left_out: list[str]) -> list[Mutation]:
    """So many mistakes: first the file by its length, then one of those that are possible."""
    files = [
        path.relative_to(ROOT)
        for path in sorted(PACKAGE.rglob("*"))
        if path.suffix in {".py", ".html"} and "compiled" not in path.parts
    ]
    files = [path for path in files if not any(str(path).startswith(each) for each in left_out)]
    possible = [list(mutations(path)) for path in files]
    weights = [
        len((ROOT / path).read_text()) * bool(all_)
        for path, all_ in zip(files, possible, strict=True)
    ]
    chance = random.Random(seed)
    drawn: list[Mutation] = []
    while len(drawn) < count:
        (some,) = chance.choices(possible, weights)
        one = chance.choice(some)
        if one not in drawn and one.difference():
            drawn.append(one)
    return drawn


class Copy:
    """A copy of the project, in which mistakes are made one after another."""

    def __init__(self, folder: Path, *, has_time: bool = True) -> None:
        """Where there is no time, only the quick ring is run."""
        self._folder = folder
        self._has_time = has_time
        command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        for name in listed.stdout.splitlines():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name, follow_symlinks=False)
        if (ROOT / PARSERS).is_dir():
            (folder / PARSERS).symlink_to(ROOT / PARSERS)
        subprocess.run(["git", "init", "-q"], cwd=folder, check=True)

    def catches(self, mutation: Mutation) -> str:
        """The test that notices a mistake; empty where none does."""
        path = self._folder / mutation.path
        path.write_text(mutation.text)
        try:
            return self._failed("not slow") or (self._has_time and self._failed("slow")) or ""
        finally:
            path.write_text(mutation.right)

    def _failed(self, ring: str) -> str:
        command = [sys.executable, "-m", "pytest", "-q", "-x", "-m", ring, "-p", "no:cacheprovider"]
        # The package is installed from where it is developed: here it comes from the copy.
        settings = environment(PYTHONPATH=str(self._folder), PYTHONDONTWRITEBYTECODE="1")
        try:
            done = subprocess.run(
                command,
                cwd=self._folder,
                env=settings,
                capture_output=True,
                text=True,
                timeout=SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return "takes for ever"
        if done.returncode == 0:
            return ""
        found = re.search(r"^(?:FAILED|ERROR) (\S+)", done.stdout, re.MULTILINE)
        return found[1] if found else (done.stdout + done.stderr)[-300:]


def main() -> int:
    """Does what the flags say; fails where a mistake was not caught."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutations", description=__doc__)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--leave-out", action="append", default=[], metavar="PATH")
    parser.add_argument(
        "--only", type=int, action="append", help="of those drawn, the number of one"
    )
    parser.add_argument("--quick", action="store_true", help="run the quick ring only")
    parser.add_argument("--list", action="store_true", help="only show what is drawn")
    flags = parser.parse_args()
    drawn = list(enumerate(draw(flags.count, flags.seed, flags.leave_out), 1))
    drawn = [each for each in drawn if not flags.only or each[0] in flags.only]
    print(f"seed {flags.seed}", flush=True)
    if flags.list:
        for number, mutation in drawn:
            print(f"\n{number} {mutation.kind}\n{mutation.difference()}")
        return 0
    with tempfile.TemporaryDirectory() as name, ThreadPoolExecutor(flags.processes) as pool:
        folders = [Path(name) / str(number) for number in range(flags.processes)]
        for folder in folders:
            folder.mkdir()
        free = [Copy(folder, has_time=not flags.quick) for folder in folders]

        def try_(numbered: tuple[int, Mutation]) -> bool:
            copy_ = free.pop()
            try:
                caught = copy_.catches(numbered[1])
            finally:
                free.append(copy_)
            said = f"killed by {caught}" if caught else f"SURVIVED\n{numbered[1].difference()}"
            print(f"{numbered[0]} {numbered[1].path} {numbered[1].kind}: {said}", flush=True)
            return bool(caught)

        killed = list(pool.map(try_, drawn))
    print(f"{sum(killed)} of {len(killed)} were caught")
    return 0 if all(killed) else 1


if __name__ == "__main__":
    sys.exit(main())
