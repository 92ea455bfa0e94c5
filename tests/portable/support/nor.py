"""sim/wires/flash.py on both Pythons, and a journal on it.

In the MicroPython VM the package `sim` cannot be imported (it makes CPython look like
MicroPython), so there the file is taken by itself.
"""

import sys

from firmware.journal.journal import KIND_EVENT, Journal
from firmware.memory import Memory

try:
    from sim.wires.flash import ERROR, NEW, OLD, SILENT, Flash, PowerCut
except ImportError:
    sys.path.append("sim/wires")
    from flash import (  # type: ignore[import-not-found,no-redef]
        ERROR,
        NEW,
        OLD,
        SILENT,
        Flash,
        PowerCut,
    )

__all__ = [
    "ERROR", "NEW", "OLD", "SILENT", "Flash", "PowerCut", "cut_in", "drain", "entropy",
    "fill", "journal", "seqs",
]  # fmt: skip
BODY = b"fifty bytes that somebody wants to see again, soon"


def entropy(n):
    """Always the same epoch, and no numbers left out at a start."""
    return b"\x9f\x3a\x21\xc4" if n == 4 else bytes(n)


def journal(flash, alarm_sectors=4, nvs=None, warning_sectors=4):
    memory = None if nvs is None else Memory(nvs)
    return Journal(flash, entropy, alarm_sectors * 4, warning_sectors * 4, memory=memory)


def fill(journal, lane, n, body=BODY):
    """-> the numbers of so many records; 63 of them fill a sector."""
    return [journal.append(lane, KIND_EVENT, body) for _ in range(n)]


def drain(journal, lane):
    """[(seq, kind, payload)] of what is unacknowledged."""
    reader = journal.reader(lane)
    found = []
    while reader.read():
        found.append((reader.seq, reader.kind, bytes(reader.payload)))
    return found


def seqs(journal, lane):
    return [seq for seq, _, _ in drain(journal, lane)]


def cut_in(work):
    try:
        work()
    except PowerCut:
        return
    assert False, "the power was not cut"
