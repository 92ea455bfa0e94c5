"""What a Ring finds on the flash at a start. Reads only.

Of all sectors the headers are read (survey.py), of the newest the records.
"""

from binascii import crc32

from micropython import const

from firmware.journal.reader import Reader
from firmware.journal.sector import HEADER, SECTOR, UNIT, get_header, is_erased

_OLD_CURSOR = const(4)  # bytes of a note in version 1
_SCAN = const(512)  # bytes read at a time


def recover(ring, highest, see):
    """Ring, highest sector number found. -> number that is surely unused, even if everything that
    cannot be read at the end held a record. Refused (cells.py).

    see(reader): called for each record of the newest sector.
    """
    scan = Reader(ring, ring.blocks.cells.scratch, _SCAN)
    newest, tried, bad_units = _newest(ring, scan, _highest(ring, highest))
    if newest is None:
        ring.ruined = _find_ruined(ring, scan) if ring.blocks.count else None
        return 1 if ring.ruined is None else ring.ruined[0] + 2
    ring.newest, _, floor, ring.count = newest
    ring.coming = ring.newest + 1
    first = max(1, ring.coming - ring.blocks.count)
    while first < ring.newest and ring.blocks.header(first) is None:
        first += 1
    ring.oldest = first
    ring.end = SECTOR
    scan.enter(newest)
    end = HEADER
    bad = 0
    while scan.find():
        scan.step()
        see(scan)
        # Version 1: between good records was at least one that was good.
        ring.count = scan.nth or ring.count + (2 if scan.bad != bad else 1)
        bad = scan.bad
        end = scan.offset
    ring.end = end
    if scan.bad > bad and end > HEADER:  # else it is marked already
        ring.is_torn = True
        _mark(ring, ring.newest, end)
    bad_units += scan.bad
    ring.last = max(scan.seq, floor - 1)
    ring.note = scan.note
    ring.ruined = _find_ruined(ring, scan)
    last = ring.ruined[0] if ring.ruined else ring.last
    return max(last + 1, tried) + 1 + bad_units


def look_back(ring, see):
    """see(reader) for the records of the sectors before the newest, until one has some. For what
    was seen in the newest at first, and then no more: its cells are weak."""
    scan = Reader(ring, ring.blocks.cells.scratch, _SCAN)
    for number in range(ring.newest - 1, ring.oldest - 1, -1):
        header = ring.blocks.header(number)
        if header is None:
            continue
        scan.enter(header)
        scan.seq = 0
        seen = False
        while scan.find() and scan.sector == number:
            scan.step()
            see(scan)
            seen = True
        if seen:
            return


def old_cursor(ring):
    """Recovered Ring -> the state for Lane.recover, or None. Refused (cells.py).

    In version 1 the cursor is a note in the lane itself; the newest one counts.

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


def _highest(ring, highest):
    """The highest sector number; a survey may have misread a flipped bit of it."""
    if ring.blocks.count and ring.blocks.header(highest + 1):
        return highest + 1
    return highest


def _newest(ring, scan, highest):
    """-> (header of the newest sector with records, highest start seen, bad units behind it).

    A sector that was opened, and no more, does not count: its header may be torn, there at
    one start and not at another. So may be a sector's only record: then a start that does not
    see it opens the sector once more, for higher numbers, and what follows is out of date. A
    second record proves the first, and that no start overlooked the sector. If none has
    records, the highest counts.
    """
    newest = None
    tried = records = most = bad_units = 0
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
        elif not most and scan.bad:
            ring.is_torn = True
            _mark(ring, number, HEADER)
            bad_units += scan.bad
        tried = max(tried, start)
        if records == 2:
            break
    scan.seq = 0
    scan.note = None
    return newest, tried, bad_units


def _up_to_two_records(scan, header):
    """A note that says what follows this journal (book.py) counts as a record."""
    scan.enter(header)
    scan.seq = 0
    scan.note = None
    if not scan.find():
        return 1 if scan.note and len(scan.note[1]) > _OLD_CURSOR else 0
    scan.step()
    return 2 if scan.find() else 1


def _mark(ring, number, offset):
    """ring.mark gets what tells this unreadable place from others."""
    unit = ring.blocks.cells.head[:UNIT]
    ring.blocks.load(number, offset, unit)
    ring.mark = crc32(unit, ring.mark) or 1


def _find_ruined(ring, scan):
    """-> (number, place) of the last record of a sector behind the newest one whose header cannot
    be read any more, and its records can; or None."""
    number = ring.newest + 1
    blocks = ring.blocks
    head = blocks.cells.head
    if blocks.first + blocks.count > blocks.cells.blocks:
        ring.is_torn = True  # the partition was longer: perhaps newer sectors stood there
        ring.mark ^= blocks.cells.blocks
    if not blocks.load(number, 0, head):
        return None
    if get_header(head) is not None or is_erased(head):
        return None
    scan.enter((number, 0, 0, ring.count))
    scan.seq = ring.last
    if scan.look(SECTOR) < 0:
        return None
    newest, end = ring.newest, ring.end
    ring.newest, ring.end = number, SECTOR
    while scan.find():
        scan.step()
    ring.newest, ring.end = newest, end
    _mark(ring, number, 0)
    return scan.seq, scan.nth


def _is_cursor(note):
    return note is not None and len(note[1]) == _OLD_CURSOR


def _state(ring, note):
    return note[0], int.from_bytes(note[1], "little"), ring.last, 0
