"""Journal: what the bus has seen and the city has not, on raw flash.

Two lanes, each a ring of its own (firmware/journal/ring.py) with its own cursor, and one sequence
of record numbers for both. Promises P1 and P3: what append() returned for survives a power
cut at any byte, and no flood of positions evicts an alarm.

A number is used once. NVS keeps, a thousand at a time, which ones may have been used. The
flash cannot tell: a sector that confirmed nothing is erased to be opened again, and if the power
goes just then, what was tried there is forgotten, or is seen at one start and not at another. It
has to do where NVS was wiped; then a start leaves out some numbers by chance, up to 4095.

The epoch is drawn when no sector of ours is found on the flash: new, wiped, or of another
version. So are the sizes of the lanes; another alarm_kb waits for the next formatting.
"""

from micropython import const

from firmware.journal.blocks import Blocks
from firmware.journal.reader import Reader
from firmware.journal.recovery import recover
from firmware.journal.ring import Ring
from firmware.journal.sector import (
    HEADER,
    MAX_PAYLOAD,
    MAX_RECORD,
    SECTOR,
    UNIT,
    get_header,
    is_erased,
)

ALARM = const(0)
TRACK = const(1)
KIND_EVENT = const(1)
KIND_POSITION = const(2)

_GAP = const(0xFFF)
_NUMBERS_END = const(0xFFFFFFFF)
_RESERVE = const(10)  # bits: 1024 numbers at a time
_ENOSPC = const(28)  # MicroPython's errno has no name for it


class Journal:
    """Never raises on what stands on the flash, whatever it is.

    next_seq: the number that the next append uses up, whether the flash takes the record or not.
    """

    def __init__(self, device, entropy, alarm_kb=256, cursor_s=30, memory=None):
        """device: like esp32.Partition, blocks of 4096 B, at least four (ValueError).
        entropy(n): n random bytes. cursor_s: an acknowledgement is on flash so soon.
        memory: Memory, or None.
        """
        total = device.ioctl(4, 0)
        if total < 4:
            raise ValueError("a journal takes four sectors or more, not %d" % total)
        self._cursor_ms = cursor_s * 1000
        self._refused = False  # the last append to the alarm lane failed
        scratch = memoryview(bytearray(MAX_RECORD))
        found, damaged = _survey(device, total, scratch[:HEADER])
        newest = found[ALARM] or found[TRACK]
        if newest:
            _, alarms, total, epoch = newest[:4]
        else:
            alarms = min(max(2, alarm_kb * 1024 // SECTOR), total - 2)
            epoch = int.from_bytes(entropy(4), "big")
        self.epoch = "%08x" % epoch
        self._rings = [
            Ring(Blocks(device, scratch, lane, alarms, total, epoch)) for lane in (ALARM, TRACK)
        ]
        self._memory = memory
        kept = None if memory is None else memory.get("numbers")
        self._reserved = (kept or 0) << _RESERVE  # from here on none was ever used
        self.next_seq = max(1, self._reserved)
        if newest:
            self._recover(found, newest, damaged, int.from_bytes(entropy(2), "big") & _GAP)
        else:
            # At once: if a cut leaves it torn, the next formatting erases the same sector.
            self._rings[ALARM].advance(self.next_seq)

    def append(self, lane, kind, payload):
        """-> the record's number, once it reads back equal from the flash.

        kind 1..255, payload up to 1524 B (ValueError). OSError if the flash refuses, or when
        2**32 - 1 numbers are used up, 136 years of one a second.
        """
        if not 0 < kind < 256 or len(payload) > MAX_PAYLOAD:
            raise ValueError("no record: kind %d, %d bytes" % (kind, len(payload)))
        seq = self.next_seq
        if seq >= _NUMBERS_END:
            raise OSError(_ENOSPC)
        if seq >= self._reserved:
            self._reserve(seq)
        self.next_seq = seq + 1  # used, whatever comes of it
        if lane == ALARM:
            self._refused = True
        self._rings[lane].append(kind, payload, seq)
        if lane == ALARM:
            self._refused = False
        return seq

    def ack(self, lane, seq):
        """The city has everything of the lane up to this number."""
        self._rings[lane].ack(seq)

    def backlog(self, lane):
        """How many records of the lane the city has not acknowledged."""
        ring = self._rings[lane]
        return ring.count - ring.index

    def reader(self, lane):
        """-> Reader that stands before the first unacknowledged record."""
        reader = Reader(self._rings[lane])
        reader.rewind()
        return reader

    def prepare(self, now_ms):
        """Before the first tick: erases a sector of each lane, so that no tick has to."""
        for _ in self._rings:
            self.housekeep(now_ms)

    def housekeep(self, now_ms):
        """Between ticks: writes the cursors when due and erases ahead, one sector a call.

        Ahead of time only positions are dropped, never an alarm: that waits for a newer one.
        """
        for lane, ring in enumerate(self._rings):
            if ring.housekeep(now_ms, self._cursor_ms, self.next_seq, lane == TRACK):
                return

    def take_lost(self):
        """-> (lane, first, last, count), or None: a loss to announce.

        It means that the city won't get count records of the lane, numbered from first to
        last: dropped for newer ones, and then they are all of the lane in this range; or
        damaged at rest. Append the announcement to the alarm lane before the next call: that
        call takes it as made. Until then, and after a power cut, the loss is still there. What a
        lane loses further is held back until the city has acknowledged that announcement.
        """
        if self._refused:
            return None
        alarms = self._rings[ALARM]
        for ring in self._rings:
            ring.announced(alarms.last)
        for lane, ring in enumerate(self._rings):
            lost = ring.take_lost(alarms.tail.seq)
            if lost:
                return (lane,) + lost
        return None

    @property
    def damaged(self):
        """Confirmed records found unreadable since the start: bits flipped at rest."""
        return self._rings[ALARM].damaged + self._rings[TRACK].damaged

    def _reserve(self, seq):
        self._reserved = ((seq >> _RESERVE) + 1) << _RESERVE
        if self._memory is not None:
            self._memory.set("numbers", self._reserved >> _RESERVE)

    def _recover(self, found, newest, damaged, gap):
        highest = 0
        for lane, header in enumerate(found):
            if header and header[1:4] == newest[1:4]:
                unused, bad = recover(self._rings[lane], header[4])
                highest = max(highest, unused)
                damaged += bad
        if highest > self._reserved:
            # Whatever is damaged may have held the highest numbers, one in every 16 B.
            self.next_seq = highest + damaged + gap


def _survey(device, total, buf):
    """-> ([newest header of each lane or None], units that cannot be told)."""
    found = [None, None]
    damaged = 0
    for block in range(total):
        try:
            device.readblocks(block, buf, 0)
        except OSError:
            damaged += SECTOR // UNIT
            continue
        header = get_header(buf)
        if header is None:
            if not is_erased(buf):
                damaged += SECTOR // UNIT
            continue
        lane, alarms, sectors, _, number = header[:5]
        if lane > TRACK or not 0 < alarms < sectors <= total:
            continue
        here = number % (sectors - alarms) + alarms if lane else number % alarms
        if here == block and (found[lane] is None or number > found[lane][4]):
            found[lane] = header
    return found, damaged
