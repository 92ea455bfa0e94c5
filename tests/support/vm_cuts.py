"""A whole update in the MicroPython VM, on a real littlefs over a NOR flash, whose power is cut.

    micropython tests/support/vm_cuts.py TEARS EVERY CHAINS SEED

The bus fetches a small release into its idle slot, checks it and changes over; boot.py starts the
new code; it proves itself, or is given up and boot.py brings the old code back. The power is cut at
every EVERYth operation of the flash (program or erase; of the file system and of NVS), in each
of the ways TEARS of sim/wires/flash.py, and at random moments again and again. After each cut
boot.py chooses: the slot has to be whole and byte for byte what it has to be, and what was begun
goes on to its end. Prints `cuts N` and more, and at a failure what shows it again.
"""

import gc
import json
import os
import sys
from binascii import crc32

import vfs

sys.path.append("tests/portable/support")
sys.path.append("sim/wires")  # `sim` itself is for CPython

import releases
import update_bench
from flash import TEARS, Dice, Flash, PowerCut
from parts import Nvs as Ram

from drivers.board.files import Files
from drivers.board.nvs import Nvs
from drivers.board.slots import Slots
from firmware.memory import Memory

BLOCKS, NVS_BLOCKS = 48, 2
_HEAD = 12
OLD, NEW = 0, 1
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
        self._number, self.kept = 0, {}
        for block in range(BLOCKS, BLOCKS + NVS_BLOCKS):
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
        block = BLOCKS + number % 2
        head = b"".join([n.to_bytes(4, "little") for n in (number, len(text), crc32(text))])
        self._flash.ioctl(6, block)
        self._flash.writeblocks(block, head + text, 0)
        self._number, self.kept = number, dict(self.now)


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
        self.must_be_whole(slot)
        return slot

    def mount(self):
        self.unmount()
        Esp32.store = KeptNumbers(self.flash)
        self.partition = Partition(self.flash, 0, BLOCKS)
        vfs.mount(vfs.VfsLfs2(self.partition), "/")
        os.chdir("/")

    def unmount(self):
        if self.partition is not None:
            os.chdir("/")
            vfs.umount("/")
            self.partition.is_gone = True
            self.partition = None

    def must_be_whole(self, slot):
        assert slot in ("a", "b"), "no code boots"
        for name, content in expected(NEW if slot == "b" else OLD):
            with open("/" + slot + "/" + name, "rb") as file:
                assert file.read() == content, f"{slot}/{name} is not what it has to be"


def expected(version):
    """-> [(name, content)] of a slot."""
    found = [("main.py", releases.MAIN), ("packed.mpy", releases.PACKED)]
    found += [("program.pack", releases.pack(version)), ("parts", releases.table(version))]
    if version == NEW:
        found.append(("signed", releases.signed("NEW")))
    found.append(("manifest.json", manifest(found[:3])))
    return found


def manifest(files):
    from hashlib import sha256

    from firmware.update.slot_manifest import slot_manifest

    return slot_manifest([(name, len(data), sha256(data).digest()) for name, data in files])


class Bus(update_bench.Bench):
    """The bench of updates (tests/portable/support/update_bench.py), on the board's own files."""

    def __init__(self):
        update_bench.Bench.__init__(self, {}, Started(), Ram(), False, False)


class Started(Nvs):
    """The numbers of the namespace `start`."""

    files = None

    def __init__(self):
        Nvs.__init__(self, lambda: Esp32.NVS("start"))


class UpdateParts(update_bench.Parts):
    def __init__(self, content, start):
        self.files = Files("/")
        self.slots = Slots(self.files, Memory(start))
        self.radio = update_bench.Radio()


def lives(board, returns, most=12):
    """From a power-on to the end: the new code is proven, or (returns) the old one came back.
    -> starts that it took. PowerCut."""
    for starts in range(1, most):
        slot = board.power_on()
        slots = Slots(Files("/"), Memory(Started()))
        if slot == "b":
            if slots.is_proven:
                assert not returns
                return starts
            if returns:
                slots.give_up("not_sensing")
            else:
                slots.prove()
                assert not slots.is_trial
                return starts
        elif returns and slots.came_back:
            assert not slots.is_trial
            return starts
        else:
            updates(board.flash)
    raise AssertionError("it never comes to an end")


def updates(flash):
    """The running code goes on with the release; the city offers it again if the bus does not."""
    bus = Bus()
    for _ in range(2):
        restarted = bus.runs(most=1500, until=lambda bus: flash._dead)
        if flash._dead:
            raise PowerCut  # a bus whose update fails runs on, and this one without power
        if restarted:
            return
        bus.offered()
    raise AssertionError(repr((bus.last(), bus.told())))


def base():
    """A board whose old code is proven, with an old release in its other slot."""
    flash = Flash(BLOCKS + NVS_BLOCKS)
    flash.reprograms = range(BLOCKS)
    board = Board(flash)
    vfs.VfsLfs2.mkfs(Partition(flash, 0, BLOCKS))
    board.mount()
    for folder in "ab":
        os.mkdir("/" + folder)
    files = [("a/" + name, data) for name, data in expected(OLD)]
    files += [("b/" + name, b"old" * 400) for name, _ in expected(NEW)]
    files += [("a/proven", b""), ("b/proven", b""), ("slot", b"a")]
    files.append(("release.pub", releases.KEY.encode() + b"\n"))
    for name, data in files:
        with open("/" + name, "wb") as file:
            file.write(data)
    Esp32.store.commit()
    board.unmount()
    flash.reset_counts()
    flash.operations = 0
    return flash


def once(begin, returns, at, tear, weak):
    """The power fails at one operation -> whether it came so far."""
    flash = begin.copy()
    board = Board(flash)
    flash.cut(at, tear, weak)
    try:
        lives(board, returns)
        return False
    except PowerCut:
        pass
    finally:
        flash.cut_at = None
    lives(board, returns)
    board.unmount()
    return True


def chain(begin, returns, dice, most=40):
    """The power fails again and again, until it is lucky enough -> cuts."""
    flash = begin.copy()
    board = Board(flash)
    for cuts in range(most):
        flash.power(dice.below(3))
        flash.cut(dice.below(60 + 4 * cuts), dice.below(len(TEARS)), dice.below(2) == 1)
        try:
            lives(board, returns)
            return cuts
        except PowerCut:
            pass
    flash.power()
    lives(board, returns)
    return most


def main(tears, every, chains, seed):
    warm = update_bench.Bench(seals=False)  # imports all there is, before / is the board's
    warm.offered()
    assert warm.runs()
    update_bench.Parts = UpdateParts
    sys.modules["machine"], sys.modules["esp32"] = Machine, Esp32
    vfs.umount("/")
    begin = base()
    cuts = 0
    for returns in (False, True):
        flash = begin.copy()
        lives(Board(flash), returns)
        total = flash.operations
        print(
            "operations",
            returns,
            total,
            "erases",
            flash.erases,
            "programmed",
            flash.programmed_bytes,
        )
        for tear in tears:
            for at in range(0, total, every):
                try:
                    assert once(begin, returns, at, tear, False)
                except Exception:
                    print("FAILED: cut at", at, "tear", TEARS[tear], "returns", returns)
                    raise
                cuts += 1
            gc.collect()
    print("cuts", cuts)
    dice = Dice(seed)
    for number in range(chains):
        cuts += chain(begin, number % 2 == 1, dice)
    print("cuts", cuts, "boards without code 0")


main(
    [int(text) for text in sys.argv[1].split(",")],
    int(sys.argv[2]),
    int(sys.argv[3]),
    int(sys.argv[4]),
)
