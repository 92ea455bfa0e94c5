"""Mutation tests: does any test notice if one operator or constant of a module is changed?

    python tools/mutate.py firmware/ring.py -- python -m pytest -x -q tests/test_journal_cuts.py

Each mutant is one change (a comparison, an arithmetic or boolean operator, a constant, a negated
condition, a statement left out) in a copy of the tree, in which the command runs; a mutant that
it does not fail on survives and is printed. Survivors that change nothing that matters are listed
in tests/mutants.md.
"""

from __future__ import annotations

import argparse
import ast
import concurrent.futures
import copy
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_LEFT_OUT = shutil.ignore_patterns(".git", ".venv", "__pycache__", ".*_cache", ".hypothesis")

_COMPARE: dict[type, type] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
_OPERATE: dict[type, type] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.FloorDiv, ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd, ast.BitXor: ast.BitOr,
    ast.LShift: ast.RShift, ast.RShift: ast.LShift,
}  # fmt: skip


def changes(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """What a node can be changed to, with words for it."""
    if isinstance(node, ast.Compare):
        for i, operator in enumerate(node.ops):
            compared = copy.deepcopy(node)
            compared.ops[i] = _COMPARE[type(operator)]()
            yield "comparison", compared
    elif isinstance(node, (ast.BinOp, ast.AugAssign)) and type(node.op) in _OPERATE:
        operated = copy.deepcopy(node)
        operated.op = _OPERATE[type(node.op)]()
        yield "operator", operated
    elif isinstance(node, ast.BoolOp):
        joined = copy.deepcopy(node)
        joined.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        yield "and/or", joined
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield "not", node.operand
    elif isinstance(node, ast.Constant):
        if isinstance(node.value, bool):
            yield "constant", ast.Constant(not node.value)
        elif isinstance(node.value, int):
            yield "constant", ast.Constant(node.value + 1)
    elif isinstance(node, ast.If):
        negated = copy.deepcopy(node)
        negated.test = ast.UnaryOp(ast.Not(), negated.test)
        yield "condition", negated
    if isinstance(node, (ast.Assign, ast.AugAssign)) or (
        isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
    ):
        yield "left out", ast.Pass()


def mutants(source: str) -> Iterator[tuple[str, str]]:
    """(what was changed, source) of every mutant."""
    tree = ast.parse(source)
    lines = source.splitlines()
    for parent in ast.walk(tree):
        for field, value in list(ast.iter_fields(parent)):
            for i, child in enumerate(value if isinstance(value, list) else [value]):
                if not isinstance(child, ast.AST):
                    continue
                for what, other in changes(child):
                    ast.copy_location(other, child)
                    _put(parent, field, i, other)
                    text = ast.unparse(ast.fix_missing_locations(tree))
                    _put(parent, field, i, child)
                    line = getattr(child, "lineno", 0)
                    new = ast.unparse(other).splitlines()[0]
                    yield f"{line}: {lines[line - 1].strip()}   [{what}: {new}]", text


def _put(parent: ast.AST, field: str, i: int, node: ast.AST) -> None:
    value = getattr(parent, field)
    if isinstance(value, list):
        value[i] = node
    else:
        setattr(parent, field, node)


class Trees:
    """A copy of the tree for each worker."""

    def __init__(self, folder: str) -> None:
        self.folder = Path(folder)
        self.local = threading.local()

    def mine(self) -> Path:
        if not hasattr(self.local, "tree"):
            self.local.tree = Path(tempfile.mkdtemp(dir=self.folder)) / "tree"
            shutil.copytree(ROOT, self.local.tree, ignore=_LEFT_OUT)
        return self.local.tree


def fails(trees: Trees, module: str, text: str, command: list[str], timeout_s: float) -> bool:
    tree = trees.mine()
    (tree / module).write_text(text)
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": str(tree)}
    try:
        done = subprocess.run(
            command, cwd=tree, env=environment, timeout=timeout_s,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False,
        )  # fmt: skip
        return done.returncode != 0
    except subprocess.TimeoutExpired:
        return True
    finally:
        shutil.copy(ROOT / module, tree / module)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("module", help="a path from the root of the project")
    parser.add_argument("--parallel", type=int, default=2)
    parser.add_argument("--every", type=int, default=1, help="only every so many-th mutant")
    parser.add_argument("command", nargs="+", help="after --: what has to fail")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        trees = Trees(folder)
        source = (ROOT / args.module).read_text()
        began = time.monotonic()
        if fails(trees, args.module, ast.unparse(ast.parse(source)), args.command, 600):
            print("The command fails without any change.", file=sys.stderr)
            return 2
        timeout_s = 10 + 5 * (time.monotonic() - began)
        tried = list(mutants(source))[:: args.every]
        survivors = []
        with concurrent.futures.ThreadPoolExecutor(args.parallel) as pool:
            runs = {
                pool.submit(fails, trees, args.module, text, args.command, timeout_s): what
                for what, text in tried
            }
            for n, run in enumerate(concurrent.futures.as_completed(runs), 1):
                if not run.result():
                    survivors.append(runs[run])
                    print(f"SURVIVES {args.module}:{runs[run]}", flush=True)
                if sys.stderr.isatty():
                    print(f"\r{n} of {len(tried)}", end="", file=sys.stderr)
        killed = len(tried) - len(survivors)
        print(f"{args.module}: {killed} of {len(tried)} mutants killed")
        return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
