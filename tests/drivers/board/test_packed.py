"""A pack as main.py mounts it, in the real MicroPython VM: imports from it, and damaged ones."""

import ast
import json
import struct
import subprocess

import pytest
from vm import ROOT, micropython, program

from sim.program.pack import PACK, pack

SOURCES = {
    "town/__init__.py": "",
    "town/street.py": "from town.houses.house import NUMBER\nNUMBERS = [NUMBER, NUMBER + 1]\n",
    "town/houses/__init__.py": "PLACE = 'Laem Chabang'\n",
    "town/houses/house.py": "NUMBER = 41\n\ndef door():\n    1 / 0\n",
    "townhall.py": "SIZE = " + repr(list(range(2000))) + "\n",
}


def mount():
    """The function of main.py."""
    tree = ast.parse((ROOT / "main.py").read_text())
    found = next(node for node in tree.body if getattr(node, "name", "") == "mount")
    named = f"PACK, MODULES = {PACK!r}, '/m'"
    return f"import os, sys, vfs\n{named}\n{ast.unparse(found)}\npack = mount()\n"


@pytest.fixture(scope="module")
def modules(tmp_path_factory):
    """{path: .mpy}"""
    folder = tmp_path_factory.mktemp("modules")
    made = {}
    for path, source in SOURCES.items():
        (folder / "source.py").write_text(source)
        subprocess.run([program("mpy-cross"), "-s", path, folder / "source.py"], check=True)
        made[path.replace(".py", ".mpy")] = (folder / "source.mpy").read_bytes()
    return made


@pytest.fixture
def run(tmp_path):
    """A program after mount(), in a folder with the loader and this pack -> what it printed last,
    or the error."""

    def runs(content, source):
        loader = (ROOT / "drivers/board/packed.py").read_text()
        (tmp_path / "packed.py").write_text(loader)
        (tmp_path / PACK).write_bytes(content)
        done = micropython("-c", f"import os\nos.chdir({str(tmp_path)!r})\n{mount()}{source}")
        return (done.stdout or done.stdout + done.stderr).splitlines()[-1]

    return runs


def test_packages_and_modules_are_imported_from_it(modules, run):
    told = run(
        pack(modules),
        "import json, town.street, townhall\nfrom town.houses import PLACE\n"
        "print(json.dumps([town.street.NUMBERS, len(townhall.SIZE), PLACE, townhall.__file__]))",
    )
    assert json.loads(told) == [[41, 42], 2000, "Laem Chabang", "/m/townhall.mpy"]


def test_an_error_names_file_and_line(modules, run):
    told = run(
        pack(modules),
        "import io, sys\nfrom town.houses import house\ntext = io.StringIO()\n"
        "try:\n house.door()\nexcept Exception as e:\n sys.print_exception(e, text)\n"
        "print(text.getvalue().splitlines()[-2])",
    )
    assert told.strip() == 'File "town/houses/house.py", line 4, in door'


def test_after_the_start_modules_are_found_in_the_file_itself(modules, run):
    house = modules["town/houses/house.mpy"]
    many = {f"town/houses/number_{n}.mpy": house for n in range(70)}  # seven pieces of index
    told = run(
        pack(modules | many),
        "import json\nhad = len(pack._index)\npack.forget_index()\nfound = []\n"
        "for n in range(72):\n"
        " try:\n  found.append(__import__('town.houses.number_%d' % n, None, None, True).NUMBER)\n"
        " except ImportError:\n  found.append(0)\n"
        "print(json.dumps([had, pack._index, found]))",
    )
    had, index, found = json.loads(told)
    assert had > 4 and index is None and found == [41] * 70 + [0, 0]


@pytest.mark.parametrize("name", ["country", "town.square", "town.houses.street", "hall", "own"])
def test_what_is_not_in_it_is_not_found(modules, run, name):
    told = run(pack(modules), f"try:\n import {name}\nexcept ImportError as e:\n print('no', e)")
    assert told == f"no no module named '{name}'"


def test_its_files_and_folders_are_told_apart_and_nothing_is_written(modules, run):
    told = run(
        pack(modules),
        "import json\n"
        "def ask(path, mode=None):\n"
        " try:\n"
        "  return open(path, mode) and 0 if mode else (os.stat(path)[0], os.stat(path)[6])\n"
        " except OSError as e:\n"
        "  return e.errno\n"
        "names = ('town', 'town/houses', 'townhall.mpy', 'townhall', 'tow', 'town/houses.mpy',"
        " 'town/street.py', 'houses', 'house.mpy')\n"
        "print(json.dumps([ask('/m/' + name) for name in names]"
        " + [ask('/m/townhall.mpy', 'wb'), ask('/m/none.mpy', 'rb')]))",
    )
    folder, file = [0x4000, 0], [0x8000, len(modules["townhall.mpy"])]
    assert json.loads(told) == [folder, folder, file, 2, 2, 2, 2, 2, 2, 30, 2]


def changed(content, at, byte):
    return content[:at] + bytes([byte]) + content[at + 1 :]


DAMAGES = [
    (lambda pack: b"", "is no pack of modules"),
    (lambda pack: pack[:15], "is no pack of modules"),
    (lambda pack: changed(pack, 3, ord("2")), "is no pack of modules"),
    (lambda pack: pack[:-1], "bytes of"),
    (lambda pack: pack[:40], "has 40 bytes of"),
    (lambda pack: pack + b" ", "bytes of"),
    (lambda pack: changed(pack, 20, pack[20] ^ 1), "has a damaged index"),
    (lambda pack: changed(pack, 4, pack[4] ^ 1), "has a damaged index"),
    (lambda pack: pack[:4] + struct.pack("<I", 2**31) + pack[8:], "has a damaged index"),
    (lambda pack: changed(pack, 12, pack[12] ^ 1), "has a damaged index"),
]


@pytest.mark.parametrize(("damage", "says"), DAMAGES, ids=range(len(DAMAGES)))
def test_a_damaged_pack_is_refused_with_a_sentence(modules, run, damage, says):
    told = run(damage(pack(modules)), "print('mounted')")
    assert told.startswith("ValueError: /") and PACK in told and says in told


def test_without_a_pack_nothing_is_mounted(tmp_path):
    source = f"import os\nos.chdir({str(tmp_path)!r})\n{mount()}print(sys.path[0])"
    assert micropython("-c", source).stdout == "\n"
