"""The cursor of a journal in the old form: a note in the lane itself, the newest one counts."""

from micropython import const

from firmware.journal.reader import Reader
from firmware.journal.recovery import OLD_CURSOR

_SCAN = const(512)  # bytes read at a time


def old_cursor(ring):
    """Recovered Ring -> the state for Lane.recover, or None. Refused (cells.py).

    What was acknowledged since it was written is not known: anything may have reached the city.
    """
    if _is_cursor(ring.note):
        return _state(ring, ring.note)
    scan = Reader(ring, ring.blocks.cells.scratch, _SCAN)
    for number in range(ring.newest, ring.oldest - 1, -1):
        header = ring.blocks.header(number)
        if header is None:
            continue
        scan.enter(header)
        scan.note = note = None
        scan.seq = 0
        while scan.find() and scan.sector == number:
            scan.step()
            note = scan.note
        if scan.sector == number:
            note = scan.note  # perhaps behind the last record
        if _is_cursor(note):
            return _state(ring, note)
    return None


def _is_cursor(note):
    return note is not None and len(note[1]) == OLD_CURSOR


def _state(ring, note):
    return note[0], int.from_bytes(note[1], "little"), ring.last, 0
