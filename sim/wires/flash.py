"""A NOR flash with the failures of a real one, shaped like esp32.Partition.

Erase sets a block of 4096 B to 0xFF, programming only clears bits. Programming a byte twice,
or one that was not erased, is a Misuse: the firmware must never do that. Where littlefs lives it
is none: after a cut it programs again what still reads as erased, and then checks it. Power can be
cut at any operation, in six ways; cells may be left weak, and read differently each time; blocks
fail; bits flip at rest; reads are refused.

Plain enough to run in the MicroPython VM as well. Costs: a typical 4 KB erase takes 45 ms
and a page of 256 B 0.7 ms (Winbond W25Q32JV, AC characteristics).
"""

import errno

SECTOR = 4096
PAGE = 256
ERASE_US = 45000
PAGE_US = 700

TEARS = ("nothing", "first half", "second half", "random bits", "random prefix", "unconfirmed")

NEVER, ERROR, SILENT = 0, 1, 2  # how a block refuses: not, with OSError, without a word
OLD, NEW, EITHER = 0, 1, 2  # how weak cells read until the next start


class PowerCut(Exception):
    """The power went; nothing works until power()."""


class Misuse(AssertionError):
    """What the firmware must not do to a NOR flash."""


class Dice:
    """A small generator of chances, the same on both Pythons (an LCG, Knuth's constants)."""

    def __init__(self, seed):
        self._state = (seed * 2862933555777941757 + 3037000493) & 0xFFFFFFFFFFFFFFFF

    def below(self, n):
        """int, 0..n-1"""
        self._state = (self._state * 6364136223846793005 + 1442695040888963407) & (2**64 - 1)
        return (self._state >> 33) % n

    def bits(self, n):
        """int of n random bits"""
        value = 0
        for _ in range(0, n, 24):
            value = value << 24 | self.below(1 << 24)
        return value & ((1 << n) - 1)


class Flash:
    """data: what the cells hold; it may be looked at and changed by tests.

    cut_at: the operation (erase or program, counted from 0) at which the power goes;
    tear: how, an index of TEARS; weak: cells that the cut leaves undecided read by whim.
    """

    def __init__(self, blocks=512, seed=1, fill=0xFF):
        self.blocks = blocks
        self.data = bytearray(bytes([fill]) * (blocks * SECTOR))
        self._erased = bytearray(blocks * SECTOR)  # 1: erased and not yet programmed
        self.dice = Dice(seed)
        self.cut_at = None
        self.tear = 0
        self.weak = False
        self.mood = EITHER
        self._dead = False
        self._weak = {}  # block -> for each byte: as before, as wanted, and 0xFF if it is weak
        self.refuses_erase = {}  # block -> ERROR or SILENT
        self.refuses_program = {}
        self.reprograms = range(0)  # blocks in which that is no Misuse: cells that are 0 stay 0
        self.operations = 0
        self.cut_at_read = None
        self.refusals = 0  # so many of the next reads are refused
        self.refuses_one_in = 0  # one read in so many is, by chance; 1: all of them; 0: none
        self.refuses_reads = set()  # of these blocks, all are
        self.refused = 0  # reads, so far
        self.spy = None  # called before each operation: ("program", block, offset, bytes)
        self.reset_counts()

    def reset_counts(self):
        self.erases = self.programs = self.reads = 0
        self.programmed_bytes = self.read_bytes = 0
        self.busy_us = 0
        self.wear = [0] * self.blocks

    # As esp32.Partition.

    def readblocks(self, block, buf, offset=0):
        at = self._where(block, offset, len(buf))
        if self.cut_at_read is not None:
            self.cut_at_read -= 1
            if self.cut_at_read < 0:
                self._dead = True
                raise PowerCut
        if self._refuses_to_read(block):
            self.refused += 1
            raise OSError(errno.ENOMEM)
        self.reads += 1
        self.read_bytes += len(buf)
        buf[:] = self.data[at : at + len(buf)]
        if block in self._weak:
            self._waver(self._weak[block], buf, offset)

    def writeblocks(self, block, buf, offset=None):
        if offset is None:  # a filesystem without offsets: erase first, as esp32 does
            self.ioctl(6, block)
            offset = 0
        size = len(buf)
        at = self._where(block, offset, size)
        is_again = self._erased[at : at + size] != b"\x01" * size
        if is_again and block not in self.reprograms:
            raise Misuse(f"block {block}, bytes {offset}+{size}: not erased")
        wanted = bytes(buf)
        if self._cut("program", block, offset, wanted):
            self._set_cells(block, offset, self._torn(at, wanted), wanted, True)
            raise PowerCut
        self.programs += 1
        self.programmed_bytes += size
        self.busy_us += PAGE_US * ((offset + size - 1) // PAGE - offset // PAGE + 1)
        refuses = self.refuses_program.get(block, NEVER)
        if refuses == NEVER:
            self._set_cells(block, offset, wanted, wanted, True)
        else:  # what it left is undefined
            self._erased[at : at + size] = bytes(size)
        if refuses == ERROR:
            raise OSError(errno.EIO)

    def ioctl(self, op, arg=0):
        if op == 4:
            return self.blocks
        if op == 5:
            return SECTOR
        if op == 6:
            self._erase(arg)
        return 0

    # For tests and the simulator.

    def power(self, mood=EITHER):
        """On again after a cut. mood: how weak cells read until the next one."""
        self._dead = False
        self.cut_at = self.cut_at_read = None
        self.mood = mood

    def copy(self):
        """The same cells, to try a cut on."""
        other = Flash(0, 0)
        other.blocks = self.blocks
        other.data = bytearray(self.data)
        other._erased = bytearray(self._erased)
        other._weak = {
            block: [bytearray(cells) for cells in weak] for block, weak in self._weak.items()
        }
        other.refuses_erase = dict(self.refuses_erase)
        other.refuses_program = dict(self.refuses_program)
        other.reprograms = self.reprograms
        other.refusals = self.refusals
        other.refuses_one_in = self.refuses_one_in
        other.refuses_reads = set(self.refuses_reads)
        other.wear = list(self.wear)
        other.dice = Dice(self.dice.below(1 << 30))
        return other

    def cut(self, after, tear, weak=False):
        """Cut the power after so many more operations."""
        self.cut_at = self.operations + after
        self.tear = tear
        self.weak = weak

    def flip(self, block, offset, bit):
        """Flip a bit at rest."""
        self.data[block * SECTOR + offset] ^= 1 << bit

    def answer(self):
        """Reads are refused no longer."""
        self.refusals = self.refuses_one_in = 0
        self.refuses_reads = set()

    def spread(self, first=0, last=None):
        """Erases of the most worn block minus those of the least worn."""
        wear = self.wear[first:last]
        return max(wear) - min(wear)

    def load(self, path):
        with open(path, "rb") as image:
            self.data[:] = image.read(len(self.data))
        self._erased = bytearray(len(self.data))

    def save(self, path):
        with open(path, "wb") as image:
            image.write(self.data)

    def _where(self, block, offset, size):
        if self._dead:
            raise PowerCut
        if not 0 <= block < self.blocks or offset < 0 or offset + size > SECTOR:
            raise Misuse(f"no such bytes: block {block}, {offset}+{size}")
        return block * SECTOR + offset

    def _refuses_to_read(self, block):
        if self.refusals:
            self.refusals -= 1
            return True
        if self.refuses_one_in and not self.dice.below(self.refuses_one_in):
            return True
        return block in self.refuses_reads

    def _erase(self, block):
        at = self._where(block, 0, SECTOR)
        blank = b"\xff" * SECTOR
        cut = self._cut("erase", block, 0, blank)
        self._erased[at : at + SECTOR] = bytes(SECTOR)
        if cut:
            self._set_cells(block, 0, self._torn(at, blank), blank, False)
            raise PowerCut
        self.erases += 1
        self.wear[block] += 1
        self.busy_us += ERASE_US
        refuses = self.refuses_erase.get(block, NEVER)
        if refuses == ERROR:
            raise OSError(errno.EIO)
        self._weak.pop(block, None)
        if refuses == NEVER:
            self.data[at : at + SECTOR] = blank
        if self.data[at : at + SECTOR] == blank:  # or it was blank before
            self._erased[at : at + SECTOR] = b"\x01" * SECTOR

    def _cut(self, what, block, offset, wanted):
        if self.spy is not None:
            self.spy(what, block, offset, wanted)
        self._dead = self.operations == self.cut_at
        self.operations += 1
        return self._dead

    def _torn(self, at, wanted):
        """What is left of an operation that would have made the cells read so."""
        kind = TEARS[self.tear]
        size = len(wanted)
        old = bytes(self.data[at : at + size])
        if kind == "nothing":
            return old
        if kind == "first half":
            return wanted[: size // 2] + old[size // 2 :]
        if kind == "second half":
            return old[: size // 2] + wanted[size // 2 :]
        if kind == "unconfirmed":
            return wanted
        if kind == "random bits":
            mask = self.dice.bits(8 * size)
        else:
            mask = (1 << self.dice.below(8 * size)) - 1  # little-endian: the first bytes
        mixed = int.from_bytes(old, "little") & ~mask | int.from_bytes(wanted, "little") & mask
        return mixed.to_bytes(size, "little")

    def _set_cells(self, block, offset, torn, wanted, program):
        at = block * SECTOR + offset
        size = len(torn)
        old = bytes(self.data[at : at + size])
        if program:
            self._erased[at : at + size] = bytes(size)
            if old != b"\xff" * size:  # a bit flipped since the erase: programming sets none
                torn = bytes([torn[i] & old[i] for i in range(size)])
        if self._dead and self.weak:
            # Undecided: cells that this operation was changing. They hold `torn`, and read
            # as `old` or `wanted` too.
            weak = self._weak.setdefault(block, [bytearray(SECTOR) for _ in range(3)])
            for i in range(size):
                if old[i] != wanted[i]:
                    weak[0][offset + i] = old[i]
                    weak[1][offset + i] = wanted[i]
                    weak[2][offset + i] = 0xFF
        self.data[at : at + size] = torn

    def _waver(self, weak, buf, offset):
        size = len(buf)
        before, wanted, mask = [
            int.from_bytes(cells[offset : offset + size], "little") for cells in weak
        ]
        if mask:
            pick = (0, mask)[self.mood] if self.mood != EITHER else self.dice.bits(8 * size) & mask
            read = int.from_bytes(buf, "little") & ~mask | before & ~pick | wanted & pick
            buf[:] = read.to_bytes(size, "little")
