"""Mutation tests: does any test notice if one operator or constant of a module is changed?

    python -m tools.mutate firmware/policy/grid.py --tests tests/portable/policy

Each mutant is one change (a comparison, an arithmetic or boolean operator, a constant, a negated
condition, a statement left out). The tests are collected once and run once, to see which of them
enter which function; then a fork for each mutant changes the function and runs those alone, the
quick ones first, up to the first that fails. What stands outside of functions is imported anew,
with all the tests that enter the module. A mutant that no test notices survives and is printed.
Survivors that change nothing that matters are listed in tests/mutants.md.

No file is changed, so a test that starts another process (the MicroPython VM, a shell) sees no
mutant: leave such tests out.
"""

from __future__ import annotations

import argparse
import ast
import importlib.abc
import importlib.util
import os
import pickle
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import CodeType
from typing import Any, NamedTuple

import coverage
import pytest

from tools.mutants import mutants

ROOT = Path(__file__).resolve().parent.parent
_PYTEST = ["-q", "-x", "-s", "--no-header", "--no-summary", "-p", "no:cacheprovider"]
_MOST_BYTES = 4 << 30
_WAITING = 20  # times its CPU time: then it waits for what never comes


class Seen(NamedTuple):
    """What a run without any change showed."""

    lines: dict[str, dict[int, list[str]]]  # path -> line -> ids of the tests that came there
    took_s: dict[str, float]  # id of a test -> its CPU time

    def tests(self, path: Path, first: int, last: int) -> list[str]:
        """The tests that enter these lines of a module, the quick ones first."""
        names = {
            name
            for line, contexts in self.lines[str(path)].items()
            if first <= line <= last
            for name in contexts
            if name
        }
        return sorted(names, key=lambda name: self.took_s[name])


def forked(work: Callable[[], Any]) -> int:
    """Do it in a process of its own that says nothing -> its id; it ends with 1 if work raises."""
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        silence = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(silence, stream)
        work()
        status = 0
    finally:
        os._exit(status)


def run(
    session: pytest.Session, names: list[str], each: Callable[[str], None] | None = None
) -> None:
    """The tests of these ids, in that order; AssertionError at the first that fails."""
    items = {item.nodeid: item for item in session.items}
    for name in names:
        if each is not None:
            each(name)
        # The next item decides which fixtures are torn down: the same one, none but its own.
        session.config.hook.pytest_runtest_protocol(item=items[name], nextitem=None)
        assert not session.testsfailed, name


def look(session: pytest.Session, paths: list[Path]) -> Seen | None:
    """Run all tests on what is unchanged; None: one fails."""
    with tempfile.NamedTemporaryFile("rb") as answer:

        def work() -> None:
            watch = coverage.Coverage(
                data_file=None, include=[str(path) for path in paths], config_file=False
            )
            began = [("", time.process_time())]

            def each(name: str) -> None:
                watch.switch_context(name)
                began.append((name, time.process_time()))

            watch.start()
            run(session, [item.nodeid for item in session.items], each)
            watch.stop()
            began.append(("", time.process_time()))
            took_s = {
                name: after - at for (name, at), (_, after) in zip(began, began[1:], strict=False)
            }
            data = watch.get_data()
            lines = {str(path): data.contexts_by_lineno(str(path)) for path in paths}
            Path(answer.name).write_bytes(pickle.dumps((lines, took_s)))

        _, status = os.waitpid(forked(work), 0)
        return None if status else Seen(*pickle.load(answer))


class Function(NamedTuple):
    """One that stands in the module or in a class of it."""

    path: list[str]  # names that lead to it
    first: int  # line of its body
    last: int
    is_plain: bool  # nothing within outlives a call


def functions(tree: ast.AST, path: tuple[str, ...] = ()) -> Iterator[Function]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.ClassDef):
            yield from functions(node, (*path, node.name))
        elif isinstance(node, ast.FunctionDef):
            within = [inner for part in node.body for inner in ast.walk(part)]
            is_plain = not any(isinstance(n, (ast.FunctionDef, ast.Lambda)) for n in within)
            first, last = node.body[0].lineno, node.end_lineno or node.lineno
            yield Function([*path, node.name], first, last, is_plain)


def change(path: Path, text: str, names: list[str]) -> None:
    """Puts the code of a changed function into the function that is imported everywhere."""
    code = compile(text, str(path), "exec")
    live: Any = sys.modules[_module(path)]
    for name in names:
        code = next(c for c in code.co_consts if isinstance(c, CodeType) and c.co_name == name)
        live = vars(live)[name]
    if isinstance(live, property):
        live = live.fget
    live.__code__ = code


class Changed(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports one module from a text instead of its file."""

    def __init__(self, path: Path, text: str):
        self._path, self._text = path, text

    def find_spec(self, fullname: str, path: Any, target: Any = None) -> Any:
        if fullname != _module(self._path):
            return None
        return importlib.util.spec_from_file_location(fullname, self._path, loader=self)

    def exec_module(self, module: Any) -> None:
        exec(compile(self._text, str(self._path), "exec"), module.__dict__)


def _module(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def import_anew(path: Path, text: str, names: list[str]) -> None:
    """Forgets all that is ours, and runs the tests of these ids on the changed module."""
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if file and Path(file).is_relative_to(ROOT) and ".venv" not in file:
            del sys.modules[name]
    sys.meta_path.insert(0, Changed(path, text))
    assert pytest.main([*_PYTEST, *names]) == 0


class Pool:
    """So many processes at once; one that takes too long is stopped, and has failed.

    Too long by its own CPU time: the wall clock goes on while others have the machine.
    """

    def __init__(self, size: int):
        self._size = size
        self._running: dict[int, tuple[str, float]] = {}
        self.alive = 0

    def add(self, what: str, work: Callable[[], Any], limit_s: int) -> None:
        def limited() -> None:
            resource.setrlimit(resource.RLIMIT_AS, (_MOST_BYTES, _MOST_BYTES))
            resource.setrlimit(resource.RLIMIT_CPU, (limit_s, limit_s))
            work()

        self._running[forked(limited)] = (what, time.monotonic() + _WAITING * limit_s)
        self.wait(self._size - 1)

    def wait(self, most: int = 0) -> None:
        """Until no more than so many are running."""
        while len(self._running) > most:
            for pid, (what, until) in list(self._running.items()):
                done, status = os.waitpid(pid, os.WNOHANG)
                if not done and time.monotonic() < until:
                    continue
                if not done:
                    os.kill(pid, 9)
                    _, status = os.waitpid(pid, 0)
                del self._running[pid]
                if status == 0:
                    self.survives(what)
            time.sleep(0.005)

    def survives(self, what: str) -> None:
        self.alive += 1
        print(f"SURVIVES {what}", flush=True)


class Mutation:
    """A plugin of pytest: once the tests are collected, it does all the work."""

    def __init__(self, modules: list[str], parallel: int, every: int):
        self._modules = modules
        self._parallel = parallel
        self._every = every
        self.alive = 0

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        seen = look(session, [ROOT / module for module in self._modules])
        if seen is None:
            pytest.exit("The tests fail without any change.", 2)
        for module in self._modules:
            self._mutate(session, module, seen)
        return True

    def _mutate(self, session: pytest.Session, module: str, seen: Seen) -> None:
        path = ROOT / module
        source = path.read_text()
        plain = [function for function in functions(ast.parse(source)) if function.is_plain]
        tried = list(mutants(source))[:: self._every]
        pool = Pool(self._parallel)
        for number, (line, what, text) in enumerate(tried, 1):
            here = [function for function in plain if function.first <= line <= function.last]
            first, last = (here[0].first, here[0].last) if here else (1, 1 << 30)
            names = seen.tests(path, first, last)
            if not names:
                pool.survives(f"{module}:{line}: {what}   (no test comes here)")
                continue

            def work(text: str = text, names: list[str] = names, here: list = here) -> None:
                if here:
                    change(path, text, here[0].path)
                    run(session, names)
                else:
                    import_anew(path, text, names)

            limit_s = 4 + int(5 * sum(seen.took_s[name] for name in names))
            pool.add(f"{module}:{line}: {what}", work, limit_s)
            if sys.stderr.isatty():
                print(f"\r{number} of {len(tried)}", end="", file=sys.stderr)
        pool.wait()
        self.alive += pool.alive
        killed = len(tried) - pool.alive
        print(f"{module}: {killed} of {len(tried)} mutants killed", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("modules", nargs="+", help="paths from the root of the project")
    parser.add_argument(
        "--tests", nargs="+", default=["tests/portable"], help="default: tests/portable"
    )
    parser.add_argument("--parallel", type=int, default=2)
    parser.add_argument("--every", type=int, default=1, help="only every so many-th mutant")
    args = parser.parse_args()
    os.chdir(ROOT)
    mutation = Mutation(args.modules, args.parallel, args.every)
    status = pytest.main([*_PYTEST, *args.tests], plugins=[mutation])
    return int(status) or (1 if mutation.alive else 0)


if __name__ == "__main__":
    sys.exit(main())
