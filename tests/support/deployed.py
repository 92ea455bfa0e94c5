"""For the tests of deploys: what stands on the flash of a board, and how it starts."""

import hashlib
import json

from littlefs import LittleFS
from rich.console import Console

from sim.virtual.partitions import partition
from tools import selftest
from tools.slots import Slots

CONFIG = (
    b'{"fleet": "laemchabang", "bus": "test-01", "board": "devkit_wrover", '
    b'"wifi": {"password": "secret"}}'
)
VFS = partition("vfs")
QUIET = Console(quiet=True)


def on_flash(image):
    """The file system that stands in an image, as littlefs's own code reads it."""
    disk = LittleFS(block_size=4096, block_count=VFS.size // 4096, mount=False)
    with image.open("rb") as file:
        file.seek(VFS.offset)
        disk.context.buffer = bytearray(file.read(VFS.size))
    disk.mount()
    return disk


def read(disk, path):
    with disk.open(path, "rb") as file:
        return file.read()


def next_slot(disk):
    """What boot.py would run now: its name, whole and true to its manifest; else None."""
    slot = read(disk, "/slot").decode()
    told = json.loads(read(disk, f"/{slot}/manifest.json"))
    paths = sorted(code_of(disk, slot))
    lines = [
        f"{hashlib.sha256(read(disk, f'/{slot}/{path}')).hexdigest()} {path}\n" for path in paths
    ]
    digest = hashlib.sha256("".join(lines).encode()).hexdigest()
    return slot if told == {"files": len(paths), "sha256": digest} else None


def code_of(disk, slot):
    """-> {path: bytes} of a slot."""
    found = {}
    for folder, _, names in disk.walk("/" + slot):
        for name in names:
            path = f"{folder}/{name}"
            found[path.removeprefix(f"/{slot}/")] = read(disk, path)
    for name in ("manifest.json", "proven"):
        found.pop(name, None)
    return found


def restarts(board):
    board.restart()
    return selftest.wait(board, QUIET)


def fill(board, files):
    """Everything up to the switch -> what was told."""
    slots = Slots(board)
    told = list(slots.fill(files, lambda n: None))
    return slots, told
