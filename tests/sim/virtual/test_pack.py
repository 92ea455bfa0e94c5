"""What two code slots take of the partition `vfs`, as littlefs's own code counts it."""

import pytest
from littlefs import LittleFS
from littlefs.errors import LittleFSError
from vm import program

from sim.program.compiled import ROOT, build
from sim.program.pack import PACK, pack, parts, slot
from sim.virtual.install import MPY
from sim.virtual.partitions import SECTOR_BYTES, partition

KB = 1024


@pytest.fixture(scope="module")
def files():
    program("mpy-cross")  # skips where there is none
    return slot(build(MPY))


@pytest.fixture
def disk():
    """With MicroPython's caches (extmod/vfs_lfsx.c): a file of up to 128 bytes takes no block."""
    return LittleFS(
        block_size=SECTOR_BYTES, block_count=partition("vfs").size // SECTOR_BYTES,
        read_size=32, prog_size=32, cache_size=128, lookahead_size=32,
    )  # fmt: skip


def put(disk, path, content):
    with disk.open(path, "wb") as file:
        file.write(content)


def fill(disk, name, files):
    before = disk.used_block_count
    disk.mkdir(name)
    for path, content in files.items():
        put(disk, f"{name}/{path}", content)
    return disk.used_block_count - before


def test_two_slots_and_a_policy_with_its_successor_fit_while_the_next_pack_is_written(disk, files):
    for name in ("boot.py", "bus.json", "bus.last.json", "slot"):
        put(disk, f"/{name}", b"x" * 4 * KB)
    whole = sum(map(len, files.values()))
    for name in "ab":
        assert fill(disk, f"/{name}", files) <= whole // SECTOR_BYTES + 8
    put(disk, "/policy.json", b"z" * 60 * KB)
    put(disk, "/policy.new", b"z" * 60 * KB)
    put(disk, "/b/old.pack", files[PACK])
    free = partition("vfs").size // SECTOR_BYTES - disk.used_block_count
    assert free > 100, "room for the program to grow by half"
    with pytest.raises(LittleFSError):  # littlefs says when it is full
        put(disk, "/more", bytes((free + 1) * SECTOR_BYTES))


def test_a_pack_comes_apart_into_what_it_was_made_of(files):
    modules = {"b/two.mpy": b"22", "a.mpy": b"", "b/one.mpy": b"1"}
    packed = pack(modules)
    head, *found = parts(packed)
    assert found == [b"", b"1", b"22"] and b"".join([head, *found]) == packed
    assert parts(b"another file") == [b"another file"]
    assert b"".join(parts(files[PACK])) == files[PACK]


def test_the_pack_holds_every_module_but_the_loader(files):
    sources = {path for part in ("firmware", "drivers") for path in (ROOT / part).rglob("*.py")}
    assert len(parts(files[PACK])) == len(sources) - 1 + 1  # the loader; the head
