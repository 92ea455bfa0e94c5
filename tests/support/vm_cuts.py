"""A whole update in the MicroPython VM, on a real littlefs over a NOR flash, whose power is cut.

    micropython tests/support/vm_cuts.py RELEASE TEARS EVERY CHAINS SEED

The bus fetches a release into its idle slot, checks it and changes over; boot.py starts the new
code; it proves itself, or gives itself up and boot.py brings the old code back. RELEASE: small, or
a folder (fitted_release.py). The power is cut at every EVERYth operation of the flash (program or
erase, of the file system and of NVS), in each of the ways TEARS (numbers of sim/wires/flash.py's,
or `turns`: another one at each operation), and CHAINS times again and again by the dice of SEED.
After each cut boot.py chooses: the slot has to be whole, byte for byte, and what was begun goes on
to its end. The last line of output is a JSON object; a failure says what shows it again.
"""

import gc
import json
import os
import sys
from hashlib import sha256

sys.path.append("tests/portable/support")

import small_release
import update_bench
from cut_board import Board, PowerCut, Started, blank, stand_in
from fitted_release import FittedRelease
from flash import TEARS, Dice
from parts import Nvs

from drivers.board.files import Files
from drivers.board.slots import Slots
from firmware.memory import Memory
from firmware.update.slot_manifest import slot_manifest

SMALL_BLOCKS, BLOCKS = 48, 416  # the board's: sim/virtual/partitions.py
OLD, NEW = 0, 1
release = small_release


class Bus(update_bench.Bench):
    """The bench of updates (tests/portable/support/update_bench.py), on the board's own files."""

    def __init__(self):
        update_bench.Bench.__init__(self, {}, Started(), Nvs(), False, False)


class Parts(update_bench.Parts):
    def __init__(self, content, start):
        self.board_name, self.mpy = release.BOARD, release.MPY
        self.files = Files("/")
        self.slots = Slots(self.files, Memory(start))
        self.radio = update_bench.Radio()


def expected(version):
    """-> [(name, content)] of a slot."""
    found = [("main.py", release.MAIN), ("packed.mpy", release.PACKED)]
    found.append(("program.pack", release.pack(version)))
    rows = [(name, len(data), sha256(data).digest()) for name, data in found]
    found += [("parts", release.table(version)), ("manifest.json", slot_manifest(rows))]
    return found + [("signed", release.signed("NEW"))] * (version == NEW)


def must_be_whole(slot):
    assert slot in ("a", "b"), "no code boots"
    for name, content in expected(NEW if slot == "b" else OLD):
        with open("/" + slot + "/" + name, "rb") as file:
            assert file.read() == content, slot + "/" + name + " is not what it has to be"


def lives(board, returns):
    """From a power-on to the end: the new code is proven, or (returns) the old one came back.
    PowerCut."""
    for _ in range(12):
        slot = board.power_on()
        must_be_whole(slot)
        slots = Slots(Files("/"), Memory(Started()))
        if slot == "a":
            if returns and slots.came_back:
                assert not slots.is_trial
                return
            updates(board.flash)
        elif returns and not slots.is_proven:
            slots.give_up("not_sensing")
        else:
            assert not returns
            slots.prove()
            assert not slots.is_trial
            return
    raise AssertionError("it never comes to an end")


def updates(flash):
    """The running code goes on with the release; the city offers it again if the bus does not."""
    bus = Bus()
    for _ in range(2):
        restarted = bus.runs(most=release.TURNS, until=lambda bus: flash._dead)
        if flash._dead:
            raise PowerCut  # a bus whose update fails runs on, and this one without power
        if restarted:
            return
        bus.offered()
    raise AssertionError(repr((bus.last(), bus.told())))


def begun():
    """-> Flash of a board whose old code is proven, with an old release in its other slot."""
    flash = blank(SMALL_BLOCKS if release is small_release else BLOCKS)
    board = Board(flash)
    board.mount()
    for folder in "ab":
        os.mkdir("/" + folder)
    files = [("a/" + name, data) for name, data in expected(OLD)]
    files += [("b/" + name, b"old" * 400) for name, _ in expected(NEW)]
    files += [("a/proven", b""), ("b/proven", b""), ("slot", b"a")]
    files.append(("release.pub", release.KEY.encode() + b"\n"))
    for name, data in files:
        with open("/" + name, "wb") as file:
            file.write(data)
    board.unmount()
    flash.reset_counts()
    flash.operations = 0
    return flash


def once(begin, returns, at, tear):
    """The power fails at one operation, and what was begun goes on."""
    board = Board(begin.copy())
    board.flash.cut(at, tear)
    try:
        lives(board, returns)
    except PowerCut:
        lives(board, returns)
    else:
        raise AssertionError("the power did not fail")
    finally:
        board.unmount()


def chain(begin, returns, dice, longest):
    """The power fails again and again, cells are left weak, until it is lucky -> cuts."""
    board = Board(begin.copy())
    flash = board.flash
    for cuts in range(30):
        flash.power(dice.below(3))
        after = dice.below(longest // 3 + longest * cuts // 15)
        flash.cut(after, dice.below(len(TEARS)), dice.below(2) == 1)
        try:
            lives(board, returns)
            board.unmount()
            return cuts
        except PowerCut:
            pass
    flash.power()
    lives(board, returns)
    board.unmount()
    return 30


def shown(what, function, *given):
    """The result; at a failure, what shows it again is said."""
    try:
        return function(*given)
    except Exception:
        print("FAILED:", what)
        raise


def run(tears, every, chains, seed):
    begin = begun()
    told = {"cuts": 0, "chained": 0, "without_code": 0}
    for returns in (False, True):
        flash = begin.copy()
        flash.reset_counts()
        board = Board(flash)
        lives(board, returns)
        board.unmount()
        total = flash.operations
        told["returned" if returns else "proven"] = {
            "operations": total, "erases": flash.erases, "bytes": flash.programmed_bytes,
        }  # fmt: skip
        for at in range(0, total, every):
            for tear in (at // every % len(TEARS),) if tears == "turns" else tears:
                what = "cut at %d, tear %d, %s" % (at, tear, returns)  # noqa: UP031 - as in the VM
                shown(what, once, begin, returns, at, tear)
                told["cuts"] += 1
            gc.collect()
    dice = Dice(seed)
    for number in range(chains):
        what = "chain " + str(number) + " of seed " + str(seed)
        gc.collect()
        told["chained"] += shown(what, chain, begin, number % 2 == 1, dice, total)
    print(json.dumps(told))


def main(kind, tears, every, chains, seed):
    global release
    small_release.TURNS = 1500
    warm = update_bench.Bench(seals=False)  # all is imported while `/` is this computer's
    warm.offered()
    assert warm.runs()
    if kind != "small":
        release = update_bench.releases = FittedRelease(kind)
    update_bench.Parts = Parts
    stand_in()
    tears = tears if tears == "turns" else [int(tear) for tear in tears.split(",")]
    run(tears, int(every), int(chains), int(seed))


main(*sys.argv[1:])
