"""What a Ring finds on the flash at a start. Reads only.

Of all sectors the headers are read (firmware/journal.py), of the newest the records.
"""

from micropython import const

from firmware.reader import Reader
from firmware.sector import HEADER

_SCAN = const(512)  # bytes read at a time


def recover(ring, newest):
    """Ring, header of its newest sector. -> (number that is surely unused, bad units seen)."""
    newest = _linked(ring, newest)
    ring.newest, start, floor, ring.count, _, ring.mark = newest
    ring.coming = ring.newest + 1
    first = max(1, ring.coming - ring.blocks.count)
    while first < ring.newest and ring.blocks.header(first) is None:
        first += 1
    ring.oldest = first
    scan = Reader(ring, ring.blocks.scratch, _SCAN)
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
    _find_tail(ring, _cursor(ring, scan), ring.after(0) or newest)
    return max(ring.last + 1, start) + 1, bad


def _linked(ring, newest):
    """-> header of the newest sector that belongs to the ring.

    A header that was torn may be there at one start, so that the next sector is opened, and
    not at another, so that its own is opened once more. What follows it then is no part of
    the ring, though its number is higher; it holds no records.
    """
    header = newest
    while not _holds_records(ring, header):
        before = ring.blocks.header(header[0] - 1)
        if before is None:
            break
        if before[5] != header[4]:
            newest = before
        header = before
    return newest


def _holds_records(ring, header):
    ring.newest = header[0]
    probe = Reader(ring, ring.blocks.scratch)
    probe.enter(header)
    return probe.find()


def _cursor(ring, scan):
    """-> (number, count) as written last, or None. scan: Reader that passed the newest sector."""
    number = ring.newest
    while scan.cursor is None and number > ring.oldest:  # torn, though its header was not
        number -= 1
        header = ring.blocks.header(number)
        if header:
            scan.enter(header)
            while scan.find():  # it passes the cursors
                scan.step()
    return scan.cursor


def _find_tail(ring, cursor, at):
    """Puts the tail behind the cursor. at: header of the oldest sector."""
    if cursor is None:  # a flipped bit took it: send all again
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
