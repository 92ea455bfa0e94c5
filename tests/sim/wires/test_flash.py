"""sim/wires/flash.py is as mean as NOR flash; drivers/board/flash.py is thin."""

import pytest

from drivers.board.flash import Flash as Driver
from sim.wires.flash import ERROR, NEW, OLD, SECTOR, SILENT, TEARS, Flash, Misuse, PowerCut


def read(flash, block, offset, size):
    buf = bytearray(size)
    flash.readblocks(block, buf, offset)
    return bytes(buf)


def erased(blocks=4, **how):
    flash = Flash(blocks, **how)
    for block in range(blocks):
        flash.ioctl(6, block)
    return flash


def test_new_chip_must_be_erased_first():
    with pytest.raises(Misuse, match="not erased"):
        Flash(4).writeblocks(0, b"x", 0)


def test_no_byte_is_programmed_twice():
    flash = erased()
    flash.writeblocks(1, b"abcd", 16)
    assert read(flash, 1, 15, 6) == b"\xffabcd\xff"
    for offset in (16, 19, 13):
        with pytest.raises(Misuse):
            flash.writeblocks(1, b"abcd", offset)
    flash.writeblocks(1, b"abcd", 20)
    flash.ioctl(6, 1)
    flash.writeblocks(1, b"efgh", 16)


@pytest.mark.parametrize("block, offset, size", [(4, 0, 1), (-1, 0, 1), (0, 4095, 2), (0, -1, 1)])
def test_no_byte_outside(block, offset, size):
    with pytest.raises(Misuse, match="no such bytes"):
        erased().writeblocks(block, bytes(size), offset)
    with pytest.raises(Misuse, match="no such bytes"):
        erased().readblocks(block, bytearray(size), offset)


def test_counts():
    flash = erased()
    flash.reset_counts()
    flash.ioctl(6, 2)
    flash.writeblocks(2, bytes(300), 250)  # three pages
    read(flash, 2, 0, 100)
    assert (flash.erases, flash.programs, flash.reads) == (1, 1, 1)
    assert (flash.programmed_bytes, flash.read_bytes) == (300, 100)
    assert flash.busy_us == 45000 + 3 * 700
    assert flash.wear == [0, 0, 1, 0] and flash.spread() == 1 and flash.spread(3) == 0


def torn(tear, weak=False, seed=5):
    flash = erased(seed=seed)
    flash.cut(0, TEARS.index(tear), weak)
    with pytest.raises(PowerCut):
        flash.writeblocks(0, bytes(64), 0)
    with pytest.raises(PowerCut):  # and stays off
        read(flash, 0, 0, 1)
    flash.power()
    return flash


def test_torn_programs():
    assert read(torn("nothing"), 0, 0, 64) == b"\xff" * 64
    assert read(torn("first half"), 0, 0, 64) == bytes(32) + b"\xff" * 32
    assert read(torn("second half"), 0, 0, 64) == b"\xff" * 32 + bytes(32)
    assert read(torn("unconfirmed"), 0, 0, 64) == bytes(64)
    some = read(torn("random bits"), 0, 0, 64)
    assert 150 < bin(int.from_bytes(some, "big")).count("1") < 362
    prefix = read(torn("random prefix"), 0, 0, 64)
    zeros = len(prefix) - len(prefix.lstrip(b"\0"))
    assert 0 < zeros < 63 and set(prefix[zeros + 1 :]) == {0xFF}


@pytest.mark.parametrize("tear", TEARS)
def test_torn_erase_leaves_nothing_to_program(tear):
    flash = erased()
    flash.writeblocks(0, bytes(SECTOR), 0)
    flash.cut(0, TEARS.index(tear))
    with pytest.raises(PowerCut):
        flash.ioctl(6, 0)
    flash.power()
    left = read(flash, 0, 0, SECTOR)
    assert (left == bytes(SECTOR)) == (tear == "nothing")
    assert (left == b"\xff" * SECTOR) == (tear == "unconfirmed")
    with pytest.raises(Misuse):
        flash.writeblocks(0, b"x", 0)


def test_weak_cells_read_both_ways_until_erased():
    flash = torn("random bits", weak=True)
    flash.power(OLD)
    assert read(flash, 0, 0, 64) == b"\xff" * 64
    flash.power(NEW)
    assert read(flash, 0, 16, 16) == bytes(16)
    flash.power()
    assert read(flash, 0, 0, 64) != read(flash, 0, 0, 64)
    flash.ioctl(6, 0)
    flash.writeblocks(0, b"solid", 0)
    assert {read(flash, 0, 0, 6) for _ in range(20)} == {b"solid\xff"}


def test_cut_in_a_read():
    flash = erased()
    flash.cut_at_read = 1
    read(flash, 0, 0, 1)
    with pytest.raises(PowerCut):
        read(flash, 0, 0, 1)


def test_blocks_that_refuse():
    flash = erased()
    flash.refuses_program = {0: ERROR, 1: SILENT}
    flash.refuses_erase = {2: ERROR, 3: SILENT}
    with pytest.raises(OSError):
        flash.writeblocks(0, b"x", 0)
    flash.writeblocks(1, b"x", 0)
    assert read(flash, 1, 0, 1) == b"\xff"
    flash.writeblocks(2, b"x", 0)
    flash.writeblocks(3, b"x", 0)
    with pytest.raises(OSError):
        flash.ioctl(6, 2)
    flash.ioctl(6, 3)
    assert read(flash, 3, 0, 1) == b"x"


def test_flipped_bit_and_programming_over_it():
    flash = erased()
    flash.flip(0, 5, 3)
    assert read(flash, 0, 5, 1) == b"\xf7"
    flash.writeblocks(0, b"\xff\x0f", 5)
    assert read(flash, 0, 5, 2) == b"\xf7\x0f"


def test_image_survives_the_process(tmp_path):
    flash = erased()
    flash.writeblocks(1, b"kept", 8)
    flash.save(tmp_path / "flash.bin")
    again = Flash(4)
    again.load(tmp_path / "flash.bin")
    assert read(again, 1, 8, 4) == b"kept"
    with pytest.raises(Misuse):
        again.writeblocks(1, b"x", 100)


def test_copy_is_apart():
    flash = torn("random bits", weak=True)
    other = flash.copy()
    flash.ioctl(6, 0)
    flash.writeblocks(0, b"x", 0)
    other.power(NEW)
    assert read(other, 0, 0, 64) == bytes(64)


class Partition:
    def __init__(self, size=4096, count=16):
        self.answers = {4: count, 5: size, 6: 0}
        self.calls = []

    def ioctl(self, op, arg):
        self.calls.append(("ioctl", op, arg))
        return self.answers[op]

    def readblocks(self, block, buf, offset):
        self.calls.append(("readblocks", block, len(buf), offset))
        for at in range(len(buf)):
            buf[at] = offset + at

    def writeblocks(self, *args):
        self.calls.append(("writeblocks", *args))


def test_driver_passes_on_and_reads_through_its_own_buffer():
    partition = Partition()
    driver = Driver(partition, bytearray(4))
    partition.calls.clear()
    buf = bytearray(10)
    driver.readblocks(1, memoryview(buf), 2)
    assert buf == bytes(range(2, 12))
    driver.writeblocks(3, buf, 4)
    assert driver.ioctl(6, 5) == 0 and driver.ioctl(4, 0) == 16
    assert partition.calls == [
        ("readblocks", 1, 4, 2),
        ("readblocks", 1, 4, 6),
        ("readblocks", 1, 2, 10),
        ("writeblocks", 3, buf, 4),
        ("ioctl", 6, 5),
        ("ioctl", 4, 0),
    ]


@pytest.mark.parametrize("size, count", [(512, 16), (4096, 8), (4096, 0)])
def test_driver_refuses_another_geometry(size, count):
    with pytest.raises(OSError):
        Driver(Partition(size, count), bytearray(4))


def test_a_file_system_may_program_again_what_is_programmed():
    """littlefs does so after a cut, where cells still read as erased; then it looks what is
    there."""
    flash = erased(2)
    flash.reprograms = range(1, 2)
    for block in (0, 1):
        flash.writeblocks(block, b"\xf0", 5)
    with pytest.raises(Misuse):
        flash.writeblocks(0, b"\x3c", 5)
    flash.writeblocks(1, b"\x3c", 5)
    assert flash.data[4096 + 5] == 0x30
    assert flash.copy().reprograms == range(1, 2)
