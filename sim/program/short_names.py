"""Private names of a module, shortened for the board: its heap keeps every name once.

A third of all names are private to one file (`_follow_policy`, `_idle_until_ms`), and in the heap
each takes its letters and some seven bytes more. No other file uses them, so every file may call
its own `_a`, `_b` and so on, and all files share these. Lines stay where they are: a traceback of
a board names the file and the line, only the function is called `_c`.
"""

from __future__ import annotations

import ast
import io
import itertools
import string
import tokenize
from collections.abc import Iterator
from functools import cache


def is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__") and name != "_"


@cache
def shortened(source: bytes) -> bytes:
    """Source of a module -> the same with short private names."""
    text = source.decode()
    fixed = _fixed(ast.parse(text))
    short: dict[str, str] = {}
    fresh = (name for name in _names() if name not in fixed)
    rows = text.splitlines(keepends=True)
    shift = [0] * len(rows)  # how far the rest of a row has moved
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        name = token.string
        if token.type != tokenize.NAME or not is_private(name) or name in fixed:
            continue
        new = short.get(name) or short.setdefault(name, next(fresh))
        row, at = token.start[0] - 1, token.start[1] + shift[token.start[0] - 1]
        rows[row] = rows[row][:at] + new + rows[row][at + len(name) :]
        shift[row] += len(new) - len(name)
    return "".join(rows).encode()


@cache
def shares_names(name: str, source: bytes) -> frozenset[str]:
    """-> files whose private names this one shares, itself included: a class of it inherits from
    a class of theirs. They keep their names. name: such as firmware/gnss/nmea.py."""
    tree = ast.parse(source)
    origin = {
        imported.asname or imported.name: node.module
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module
        for imported in node.names
    }
    found = set()
    for node in ast.walk(tree):
        for base in node.bases if isinstance(node, ast.ClassDef) else ():
            module = origin.get(ast.unparse(base), "")
            if module.split(".")[0] in ("firmware", "drivers"):
                found |= {name, module.replace(".", "/") + ".py"}
    return frozenset(found)


def _fixed(tree: ast.AST) -> set[str]:
    """-> names that stay: constants, which leave no name behind, imported ones, and what stands in
    an f-string."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
            if ast.unparse(node.value.func) == "const":
                found |= {ast.unparse(target) for target in node.targets}
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            found |= {name.asname or name.name for name in node.names}
        elif isinstance(node, ast.JoinedStr):
            for part in ast.walk(node):
                if isinstance(part, ast.Name):
                    found.add(part.id)
                elif isinstance(part, ast.Attribute):
                    found.add(part.attr)
    return found


def _names() -> Iterator[str]:
    """_a to _z, then _aa and so on."""
    for length in itertools.count(1):
        for letters in itertools.product(string.ascii_lowercase, repeat=length):
            yield "_" + "".join(letters)
