"""Which source imports which, as a graph: for the test that forbids cycles."""

from __future__ import annotations

import ast
import graphlib
import re

_SCRIPT = re.compile(r"""\b(?:from|import)\s*\(?\s*["']\./([\w.]+)["']""")

Graph = dict[str, set[str]]


def of_modules(sources: dict[str, str]) -> Graph:
    """{"station.clock": its text, ...} -> who imports whom among them. Imports inside functions
    and under TYPE_CHECKING count as well: they are there because of a cycle, or hide one."""
    return {name: _imported(name, text, sources) - {name} for name, text in sources.items()}


def of_scripts(sources: dict[str, str]) -> Graph:
    """{"live.js": its text, ...}: ES modules in one folder."""
    return {name: set(_SCRIPT.findall(text)) for name, text in sources.items()}


def of_folders(modules: Graph) -> Graph:
    """Module "station.db.tables" -> folder "station.db"; a file that stands directly in station/
    is a node of its own."""
    graph: Graph = {}
    for name, others in modules.items():
        mine = graph.setdefault(_folder(name), set())
        mine |= {_folder(other) for other in others} - {_folder(name)}
    return graph


def cycle(graph: Graph) -> list[str] | None:
    """One cycle, each node imported by the next; None: the graph has none."""
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as error:
        return error.args[1]
    return None


def _imported(mine: str, text: str, known: dict[str, str]) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module or "")
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    for name in list(names):  # a.b.c runs a/__init__ and a/b/__init__ first, where they did not yet
        names |= {parent for parent in _parents(name) if not mine.startswith(parent)}
    return names & known.keys()


def _parents(name: str) -> set[str]:
    parts = name.split(".")
    return {".".join(parts[:end]) for end in range(1, len(parts))}


def _folder(name: str) -> str:
    return ".".join(name.split(".")[:2])
