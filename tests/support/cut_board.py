"""A board in the MicroPython VM whose flash is the NOR of sim/wires/flash.py: littlefs at `/`, NVS
beside it, and boot.py from the tree. The power may fail at every operation of the flash."""

import json
import os
import sys
from binascii import crc32

import vfs

sys.path.append("sim/wires")  # `sim` itself is for CPython

from flash import Flash, PowerCut

from drivers.board.nvs import Nvs

NVS_BLOCKS = 2
_HEAD = 12
with open("boot.py") as source:
    BOOT = source.read()


class Partition:
    """A part of the flash as a block device. is_gone: a file that was open at a cut is closed by
    the garbage collector some day, and must not write then."""

    def __init__(self, flash, first, blocks):
        self._flash, self._first, self._blocks = flash, first, blocks
        self.is_gone = False

    def readblocks(self, block, buf, offset=0):
        if self.is_gone:
            raise OSError(5)
        self._flash.readblocks(self._first + block, buf, offset)

    def writeblocks(self, block, buf, offset=0):
        if self.is_gone:
            raise OSError(5)
        self._flash.writeblocks(self._first + block, buf, offset)

    def ioctl(self, op, arg=0):
        if op == 4:
            return self._blocks
        if op == 6 and self.is_gone:
            raise OSError(5)
        return self._flash.ioctl(op, self._first + arg)


class KeptNumbers:
    """NVS on two blocks in turn, as sim/virtual/nvs.py has it. Number, length, CRC-32, JSON."""

    def __init__(self, flash):
        self._flash = flash
        self._first = first = flash.blocks - NVS_BLOCKS
        self._number, self.kept = 0, {}
        for block in range(first, first + NVS_BLOCKS):
            head = bytearray(_HEAD)
            flash.readblocks(block, head)
            number, size, crc = [int.from_bytes(head[at : at + 4], "little") for at in (0, 4, 8)]
            if size <= 4096 - _HEAD and self._number < number < 0xFFFFFFFF:
                text = bytearray(size)
                flash.readblocks(block, text, _HEAD)
                if crc32(text) == crc:
                    self._number, self.kept = number, json.loads(bytes(text))
        self.now = dict(self.kept)

    def commit(self):
        if self.now == self.kept:
            return
        text = json.dumps(self.now).encode()
        number = self._number + 1
        block = self._first + number % NVS_BLOCKS
        head = b"".join([n.to_bytes(4, "little") for n in (number, len(text), crc32(text))])
        self._flash.ioctl(6, block)
        self._flash.writeblocks(block, head + text, 0)
        self._number, self.kept = number, dict(self.now)


class Started(Nvs):
    """The numbers of the namespace `start`."""

    files = None

    def __init__(self):
        Nvs.__init__(self, lambda: Esp32.NVS("start"))


class Esp32:
    """`esp32` of boot.py and of drivers/board/nvs.py."""

    store = None

    class NVS:
        def __init__(self, namespace):
            assert namespace == "start"

        def get_i32(self, key):
            if key not in Esp32.store.now:
                raise OSError(-0x1102)
            return Esp32.store.now[key]

        def set_i32(self, key, value):
            Esp32.store.now[key] = value

        def commit(self):
            Esp32.store.commit()


class Machine:
    PWRON_RESET, HARD_RESET, WDT_RESET, DEEPSLEEP_RESET, SOFT_RESET = 1, 2, 3, 4, 5
    cause = 1

    class Pin:
        OUT = 3

        def __init__(self, number, mode, value):
            pass

    class Timer:
        ONE_SHOT = 0

        def __init__(self, number, mode=0, period=0, callback=None):
            pass

    class WDT:
        def __init__(self, timeout):
            pass

    @classmethod
    def reset_cause(cls):
        return cls.cause

    @staticmethod
    def reset():
        raise AssertionError("boot.py resets the board")


class Board:
    """A flash, and what runs on it from one power-on to the next."""

    def __init__(self, flash):
        self.flash = flash
        self.partition = None

    def power_on(self, cause=Machine.PWRON_RESET, mood=2):
        """-> the slot that boot.py starts. PowerCut."""
        if self.flash._dead:
            self.flash.power(mood)
        self.mount()
        Machine.cause = cause
        exec(BOOT, {"__name__": "__main__"})
        if self.flash._dead:
            raise PowerCut  # boot.py has caught it, and runs on without power
        slot = os.getcwd()[1:]
        os.chdir("/")
        return slot

    def mount(self):
        self.unmount()
        Esp32.store = KeptNumbers(self.flash)
        self.partition = Partition(self.flash, 0, self.flash.blocks - NVS_BLOCKS)
        vfs.mount(vfs.VfsLfs2(self.partition), "/")
        os.chdir("/")

    def unmount(self):
        if self.partition is not None:
            os.chdir("/")
            vfs.umount("/")
            self.partition.is_gone = True
            self.partition = None


def blank(blocks):
    """-> Flash with an empty file system of so many blocks."""
    flash = Flash(blocks + NVS_BLOCKS)
    flash.reprograms = range(blocks)
    vfs.VfsLfs2.mkfs(Partition(flash, 0, blocks))
    return flash


def stand_in():
    """From now on `/` is the board's, and so are these modules."""
    sys.modules["machine"], sys.modules["esp32"] = Machine, Esp32
    vfs.umount("/")
