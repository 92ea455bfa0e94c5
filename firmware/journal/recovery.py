"""Recovery: rebuilds a Ring from the flash at a start. It writes nothing.

The headers of all sectors are read (firmware/journal/journal.py), and the records of the newest.
"""

from micropython import const

from firmware.journal.reader import Reader
from firmware.journal.sector import HEADER

_SCAN = const(512)  # bytes read at a time
_NO_CURSOR = (-1, 0)


def recover(ring, highest):
    """Fills in a Ring -> (record number that is surely unused, bad units seen).

    highest: the highest sector number found.
    """
    scan = Reader(ring, ring.blocks.scratch, _SCAN)
    newest, tried, cursor = _newest(ring, scan, highest)
    if newest is None:
        return 1, 0
    ring.newest, _, floor, ring.count = newest
    ring.coming = ring.newest + 1
    first = max(1, ring.coming - ring.blocks.count)
    while first < ring.newest and ring.blocks.header(first) is None:
        first += 1
    ring.oldest = first
    scan.enter(newest)
    end = HEADER
    bad = 0
    while scan.find():
        scan.step()
        ring.count += 1
        if scan.bad != bad:  # bad units between good records were at least one record
            ring.count += 1
            bad = scan.bad
        end = scan.offset
    ring.end = end
    ring.last = max(scan.seq, floor - 1)
    bad = scan.bad
    cursor = max(cursor, _cursor(ring, scan))
    _find_tail(ring, cursor, ring.after(0) or newest)
    return max(ring.last + 1, tried) + 1, bad


def _newest(ring, scan, highest):
    """-> (header of the newest sector with records, highest start seen, cursor).

    A sector without records does not count: its header may be torn, so that one start sees
    it and the next does not. A sector's only record may be torn, too: then a start that does
    not see it opens the sector again, for higher numbers, and the sectors after it are out of
    date. A second record proves the first, and proves that no start overlooked the sector. If
    no sector has records, the highest one counts.
    """
    newest = None
    tried = records = most = 0
    cursor = _NO_CURSOR
    for number in range(highest, max(0, highest - ring.blocks.count), -1):
        header = ring.blocks.header(number)
        if header is None:
            continue
        start = header[1]
        records = _up_to_two_records(scan, header)
        if newest is None or (records and start > most):
            newest = header
        if records:
            most = max(most, start)
        else:
            cursor = max(cursor, scan.cursor or _NO_CURSOR)
        tried = max(tried, start)
        if records == 2:
            break
    scan.seq = 0
    scan.cursor = None
    return newest, tried, cursor


def _up_to_two_records(scan, header):
    scan.enter(header)
    scan.seq = 0
    scan.cursor = None
    if not scan.find():
        return 0
    scan.step()
    return 2 if scan.find() else 1


def _cursor(ring, scan):
    """-> (number, count) of the last cursor. scan: Reader that passed the newest sector."""
    number = ring.newest
    while scan.cursor is None and number > ring.oldest:  # a flipped bit destroyed it
        number -= 1
        header = ring.blocks.header(number)
        if header:
            scan.enter(header)
            while scan.find():
                scan.step()
    return scan.cursor or _NO_CURSOR


def _find_tail(ring, cursor, at):
    """Puts the tail behind the cursor. at: header of the oldest sector."""
    if cursor == _NO_CURSOR:  # everything is sent again
        cursor = (at[1] - 1, at[3])
    ring.saved = cursor
    ring.tail.seq, ring.index = cursor
    ring.count = max(ring.count, ring.index)
    ring.lose(at)
    low, high = at[0], ring.newest
    middle = high  # most often it is the newest
    while low < high:  # the last sector that was opened before the cursor's record
        header = ring.blocks.header(middle)
        if header and header[1] <= cursor[0]:
            low, at = middle, header
        else:
            high = middle - 1
        middle = (low + high + 1) // 2
    ring.tail.enter(at)
    ring.checked = at[0]
