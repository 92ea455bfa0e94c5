"""The journal: what a record costs the flash, beside littlefs; recovery of a full 2 MB."""

from __future__ import annotations

from collections.abc import Callable

from firmware.journal.journal import ALARM, TRACK, WARNING, Journal
from sim.bench import vm64
from sim.soak.journal_oracle import entropy_from
from sim.virtual.process import find
from sim.wires.flash import SECTOR, Dice, Flash

_BODY = bytes(range(50))
_BLOCKS = 512  # 2 MB
_KB = SECTOR // 1024
_LEDGER = 8
_ALARMS = 64
_WARNINGS = 32
_LANES = (
    ("alarms", ALARM, _LEDGER, _ALARMS),
    ("warnings", WARNING, _LEDGER + _ALARMS, _WARNINGS),
    ("track", TRACK, _LEDGER + _ALARMS + _WARNINGS, _BLOCKS - _LEDGER - _ALARMS - _WARNINGS),
)


def _journal(flash: Flash) -> Journal:
    return Journal(flash, entropy_from(Dice(1)), _ALARMS * _KB, _WARNINGS * _KB)


def _ring(say: Callable[[str], None], name: str, lane: int, first: int, blocks: int) -> None:
    """A lap and a half of a lane in fair weather, the housekeeping in between: once without the
    city, and once with each record sent and acknowledged."""
    for is_heard in (False, True):
        flash = Flash(_BLOCKS)
        journal = _journal(flash)
        journal.prepare(0)
        records = blocks * 63 * 3 // 2
        flash.reset_counts()
        waited = 0
        for now in range(records):
            erases = flash.erases
            seq = journal.append(lane, 1, _BODY)
            waited += flash.erases - erases
            if is_heard:
                journal.may_send(lane, seq, seq)
                journal.ack(lane, seq)
            journal.housekeep(now * 1000)
        how = f"{name}, acknowledged" if is_heard else f"{name}, unheard"
        say(
            f"  {how:<22}{flash.programmed_bytes / records / len(_BODY):>6.2f} B a payload byte"
            f"  {flash.erases / records:.4f} erases a record  "
            f"wear max - min {flash.spread(first, first + blocks)}, of the ledger "
            f"{flash.spread(0, _LEDGER)}  appends that waited for an erase {waited}"
        )


def _recovery(say: Callable[[str], None]) -> None:
    """All lanes full, the newest sectors from empty to full."""
    flash = Flash(_BLOCKS)
    journal = _journal(flash)
    for _, lane, _, blocks in _LANES:
        for _ in range(blocks * 63 - 62):
            journal.append(lane, 1, _BODY)
    figures = []
    for _ in range(63):
        flash.reset_counts()
        _journal(flash)
        figures.append((flash.reads, flash.read_bytes))
        for _, lane, _, _ in _LANES:
            journal.append(lane, 1, _BODY)
    reads = [reads for reads, _ in figures]
    sizes = [size for _, size in figures]
    say(
        f"  recovery of a full 2 MB  {min(reads)} to {max(reads)} reads (goal 600), "
        f"{min(sizes):,} to {max(sizes):,} B, on average {sum(sizes) // len(sizes):,} B "
        "(goal 24 KB)"
    )


def _side_by_side(say: Callable[[str], None], vm: str) -> None:
    lines = vm64.told(vm, "journal_vm.py", heap="32m")
    names = ("ring", "littlefs, flushed each", "littlefs, flushed every 10")
    for name, line in zip(names, lines, strict=True):
        erases, size, us = (float(figure) for figure in line.split()[1:])
        say(f"  {name:<27} {size / len(_BODY):>5.1f} B a payload byte  "
            f"{erases:.4f} erases a record  {us:>5.0f} us on the model")  # fmt: skip


def run(say: Callable[[str], None]) -> None:
    say("Journal, records of 50 B (goals: 1.4 B a payload byte, 0.017 erases, wear 2)")
    for lane in _LANES:
        _ring(say, *lane)
    _recovery(say)
    vm = find("micropython")
    if vm is None:
        say("  beside littlefs: skipped, there is no MicroPython VM here")
        return
    say("In the MicroPython VM, 3,000 records of 50 B on 512 KB")
    _side_by_side(say, vm)
