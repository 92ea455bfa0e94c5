"""Private names are shortened for the board: what stays, and why it is safe."""

import ast

from sim.program.compiled import ROOT, build, module_name
from sim.program.short_names import is_private, shares_names, shortened
from sim.virtual.install import MPY

SOURCES = {
    path.relative_to(ROOT).as_posix(): path.read_bytes()
    for part in ("firmware", "drivers")
    for path in (ROOT / part).rglob("*.py")
}


def short(text):
    return shortened(text.encode()).decode()


def test_a_private_name_is_short_everywhere_and_lines_stay():
    text = (
        "import _thread\n_LIMIT = const(3)\n\n"
        "class A:\n    def _step(self, _of):  # _step\n"
        '        """_step"""\n        self._at = self._step(_LIMIT) + _thread.n + __name__\n'
    )
    assert short(text) == (
        "import _thread\n_LIMIT = const(3)\n\n"
        "class A:\n    def _a(self, _b):  # _step\n"
        '        """_step"""\n        self._c = self._a(_LIMIT) + _thread.n + __name__\n'
    )


def test_a_name_in_an_f_string_stays():
    text = "def _x():\n    return f'{self._one} {_two}', self._one, _two, self._other\n"
    assert short(text) == (
        "def _a():\n    return f'{self._one} {_two}', self._one, _two, self._b\n"
    )


def test_a_short_name_never_meets_one_that_stays():
    assert short("_a = const(1)\n_long = _a\n") == "_a = const(1)\n_b = _a\n"


def test_a_class_and_the_one_it_inherits_from_keep_their_names():
    heir = b"from firmware.base import Base\nclass Heir(Base):\n    pass\n"
    assert shares_names("firmware/heir.py", heir) == {"firmware/heir.py", "firmware/base.py"}
    assert not shares_names("firmware/x.py", b"from json import B\nclass A(B):\n    pass\n")


def used_from_elsewhere(tree):
    """-> private attributes that this file uses and does not make."""
    made, used = set(), set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            (made if isinstance(node.ctx, ast.Store) else used).add(node.attr)
        elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            made.add(node.name)
        elif isinstance(node, ast.Assign):
            made |= {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
    return {name for name in used - made if is_private(name)}


def test_a_private_attribute_of_another_file_is_noticed():
    assert used_from_elsewhere(ast.parse("def f(x):\n    x.a = x._b\n")) == {"_b"}


def test_no_file_uses_a_private_name_of_another():
    keep = set()
    for name, source in SOURCES.items():
        keep |= shares_names(name, source)
    found = {name: used_from_elsewhere(ast.parse(source)) for name, source in SOURCES.items()}
    assert not {name: names for name, names in found.items() if names and name not in keep}


def test_a_file_is_called_as_its_module_is():
    assert module_name("firmware/uplink/link.py") == "firmware.uplink.link"
    assert module_name("firmware/__init__.py") == "firmware"
    assert b"firmware.uplink.link\0" in build(MPY)["firmware/uplink/link.mpy"]
