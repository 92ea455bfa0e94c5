"""sim/wires/flash.py on both Pythons, and a journal on it.

In the MicroPython VM the package `sim` cannot be imported (it makes CPython look like
MicroPython), so there the file is taken by itself.
"""

import sys

from firmware.journal.journal import ALARM, KIND_EVENT, TRACK, WARNING, Journal
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
    "ERROR", "NEW", "OLD", "SILENT", "Flash", "PowerCut", "announce", "block", "cut_in", "deliver",
    "drain", "entropy", "fill", "journal", "later", "losses", "lost", "offset", "seqs",
]  # fmt: skip
_now_ms = [0]
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


def block(journal, lane, number):
    """Where a sector of a lane stands."""
    return journal._book.lanes[lane].ring.blocks.block(number)


def offset(n):
    """Of the record n, from 0, in a sector of records of 50 B."""
    return 32 + 64 * n


def later(journal, seconds=40):
    """The time between two ticks, once a second."""
    for _ in range(seconds):
        _now_ms[0] += 1000
        journal.housekeep(_now_ms[0])


def lost(journal):
    """-> (lane, first, last, count, is exact) of the loss to announce, or None."""
    journal._book.ledger.save()
    loss = journal.take_lost()
    return loss and (loss.lane, loss.first, loss.last, loss.count, loss.exact)


def announce(journal):
    """-> number of the record that announces a loss, or None."""
    journal._book.ledger.save()
    loss = journal.take_lost()
    if loss is None:
        return None
    seq = journal.append(WARNING, KIND_EVENT, b"records_lost")
    journal.announced(loss, seq)
    return seq


def losses(journal):
    """[(lane, first, last, count, is exact)] of all, each announced and heard of."""
    found = []
    while True:
        loss = lost(journal)
        if loss is None:
            return found
        found.append(loss)
        journal.ack(WARNING, announce(journal))


def deliver(journal, *lanes):
    """The city gets and acknowledges what waits in these lanes, or in all -> {lane: numbers}."""
    got = {}
    for lane in lanes or (ALARM, WARNING, TRACK):
        reader = journal.reader(lane)
        got[lane] = []
        while reader.read():
            if journal.may_send(lane, reader.seq, reader.seq):
                got[lane].append(reader.seq)
        if got[lane]:
            journal.ack(lane, got[lane][-1])
    return got


def cut_in(work):
    try:
        work()
    except PowerCut:
        return
    assert False, "the power was not cut"
