"""A deploy from one layout of folders to another: an old program, today's, the old one again.

Real mpremote, MicroPython and littlefs, on a virtual board.
"""

import subprocess
from pathlib import PurePosixPath

import pytest
from deployed import CONFIG, QUIET, code_of, fill, next_slot, on_flash, read, restarts
from virtual_board import Virtual
from vm import ROOT, program

from sim.program.compiled import build, sha256
from sim.program.pack import PACK, parts, slot
from tools import deploy
from tools.board import AttachedBoard

FLAT_MAIN = """
import json, machine, time
for name in NAMES:
    module = __import__(name, None, None, ("SHAPE",))
    assert module.SHAPE == "flat", name
print("selftest", json.dumps({"bus": "flat", "boot": 0, "start": "normal", "parts": [], "fw": ""}))
watchdog = machine.WDT(timeout=60000)
while True:
    watchdog.feed()
    time.sleep_ms(100)
"""


@pytest.fixture
def flat(tmp_path):
    """A program of the layout before this one: where a folder of modules stands now, one module of
    that name stood, such as firmware/journal.mpy."""
    source, out = tmp_path / "flat.py", tmp_path / "flat.mpy"
    source.write_text("SHAPE = 'flat'\n")
    subprocess.run([program("mpy-cross"), "-o", str(out), str(source)], check=True)
    folders = [path for part in ("firmware", "drivers") for path in (ROOT / part).glob("*/")]
    names = [path.relative_to(ROOT).as_posix() for path in folders if any(path.glob("*.py"))]
    assert {"firmware/journal", "firmware/trip", "drivers/board"} <= set(names)
    modules = {f"{name}.mpy": out.read_bytes() for name in names}
    dotted = [name.replace("/", ".") for name in names]
    return {"main.py": FLAT_MAIN.replace("NAMES", repr(dotted)).encode(), **modules}


def tree(disk, slot):
    """-> (its folders, {its files: SHA-256})"""
    folders, files = set(), {}
    for folder, _, names in disk.walk(f"/{slot}"):
        folders.add(folder)
        for name in names:
            files[f"{folder}/{name}"] = sha256(read(disk, f"{folder}/{name}"))
    return folders, files


def no_folder_is_left_over(disk, slot):
    folders, files = tree(disk, slot)
    needed = {str(folder) for path in files for folder in PurePosixPath(path).parents}
    return folders == needed - {"/"}


def test_a_board_goes_from_one_layout_to_another_and_back(flat, tmp_path):
    image = tmp_path / "flash.img"
    with Virtual(image) as virtual:

        def starts(change):
            """Changes the board -> the first report after it."""
            with AttachedBoard(virtual.port) as board:
                board.stop()
                change(board)
                return restarts(board)

        def deploys_flat(board):
            slots, _ = fill(board, flat)
            slots.place("/boot.py", (ROOT / "boot.py").read_bytes())
            slots.switch()

        def deploys(board):
            deploy.deploy(board, CONFIG, QUIET)

        assert starts(deploys_flat)["bus"] == "flat"
        before = tree(on_flash(image), "a")

        report = starts(deploys)
        assert (report["bus"], report["start"]) == ("laemchabang/test-01", "normal")
        disk = on_flash(image)
        assert next_slot(disk) == "b" and tree(disk, "a") == before, "the way back is open"

        def crashes(board):
            board.run("from esp32 import NVS\n_n = NVS('start')\n_n.set_i32('how', 0)")
            board.run("_n.set_i32('resets', 3)\n_n.commit()")

        assert starts(crashes)["bus"] == "flat", "boot.py went back to the slot before"
        assert next_slot(on_flash(image)) == "a"

        assert starts(deploys_flat)["bus"] == "flat", "over the folders of this layout"
        disk = on_flash(image)
        assert next_slot(disk) == "b" and no_folder_is_left_over(disk, "b")

        assert starts(deploys)["bus"] == "laemchabang/test-01"
        disk = on_flash(image)
        assert next_slot(disk) == "a" and no_folder_is_left_over(disk, "a")


def test_modules_are_copied_on_the_board_from_files_into_a_pack_and_back(tmp_path):
    """The slots of version 0.3.0 had a file for each module."""
    image = tmp_path / "flash.img"
    with Virtual(image) as virtual, AttachedBoard(virtual.port) as board:
        board.stop()
        code = build(deploy.examine(board))
        names = ["main.py", "drivers/board/packed.mpy", *sorted(code)[:40]]
        code = {name: code[name] for name in names}
        files = slot(code)
        slots, _ = fill(board, code)
        slots.switch()
        assert slots.sent == sum(map(len, code.values()))

        slots, _ = fill(board, files)
        slots.switch()
        assert slots.sent == len(parts(files[PACK])[0])
        disk = on_flash(image)
        assert next_slot(disk) == "b" and code_of(disk, "b") == files

        slots, _ = fill(board, code)
        slots.switch()
        assert slots.sent == 0
        disk = on_flash(image)
        assert next_slot(disk) == "a" and code_of(disk, "a") == code
        assert no_folder_is_left_over(disk, "a")
