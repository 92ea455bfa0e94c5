"""What a Ring finds on the flash at a start. Reads only.

Of all sectors the headers are read (firmware/journal/journal.py), of the newest the records.
"""

from micropython import const

from firmware.journal.reader import Reader
from firmware.journal.sector import HEADER

_SCAN = const(512)  # bytes read at a time
_NO_CURSOR = (-1, 0)


def recover(ring, highest):
    """Ring, highest sector number found. -> (number that is surely unused, bad units seen)."""
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
        if scan.bad != bad:  # between good records: at least one that was good
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

    A sector that was opened, and no more, does not count: its header may be torn, there at
    one start and not at another. So may be a sector's only record: then a start that does not
    see it opens the sector once more, for higher numbers, and what follows is out of date. A
    second record proves the first, and that no start overlooked the sector. If none has
    records, the highest counts.
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
    """-> (number, count) as written last. scan: Reader that passed the newest sector."""
    number = ring.newest
    while scan.cursor is None and number > ring.oldest:  # a flipped bit took it
        number -= 1
        header = ring.blocks.header(number)
        if header:
            scan.enter(header)
            while scan.find():
                scan.step()
    return scan.cursor or _NO_CURSOR


def _find_tail(ring, cursor, at):
    """Puts the tail behind the cursor. at: header of the oldest sector."""
    if cursor == _NO_CURSOR:  # send all again
        cursor = (at[1] - 1, at[3])
    ring.saved = cursor
    ring.tail.seq, ring.index = cursor
    ring.count = max(ring.count, ring.index)
    ring.lose(at)
    low, high = at[0], ring.newest
    middle = high  # most often there
    while low < high:  # the last sector that was opened when the cursor's record had come
        header = ring.blocks.header(middle)
        if header and header[1] <= cursor[0]:
            low, at = middle, header
        else:
            high = middle - 1
        middle = (low + high + 1) // 2
    ring.tail.enter(at)
    ring.checked = at[0]
