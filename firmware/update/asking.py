"""Asking: the bus asks for one piece at a time, and waits longer each time that none comes."""

from binascii import a2b_base64

from micropython import const

PIECE = const(600)  # bytes
_FIRST_MS = const(30000)
_LONGEST_MS = const(600000)
_PATIENCE = const(3)  # asks without an answer; after them the bus may sleep
_AROUND = const(700)  # bytes of fetch, piece and their packets, beside the data


class Asking:
    """have, need: bytes that came and have to come over the air. writer: of what has come, or None;
    it is closed before a long wait. quota: Quota."""

    def __init__(self, update, quota):
        """update: Update, of whose bus and time it makes use."""
        self._update = update
        self.quota = quota
        self._wanted = None  # (at, bytes)
        self._data = None
        self._misses = 0
        self.have = self.need = 0
        self.writer = None

    @property
    def has_hope(self):
        """bool: pieces come."""
        return self._misses < _PATIENCE

    def take(self, at, data):
        """A piece has come -> bool: it is the one that was asked for. data: base64, str."""
        if self._wanted is None or self._data is not None or at != self._wanted[0]:
            return False
        if not isinstance(data, str):
            return False
        try:
            found = a2b_base64(data)
        except ValueError:
            return False
        if len(found) != self._wanted[1]:
            return False
        self._data = found
        return True

    def piece(self, at, size):
        """Generator -> the bytes at this place of the image."""
        update = self._update
        self._wanted, self._data = (at, size), None
        wait_ms = _FIRST_MS
        while self._data is None:
            if not self._may_ask(size):
                yield from self._rest()
                yield from update.pause()
                continue
            if not update.asks(at, size, self.have, self.need):
                yield False
                continue
            if update.is_cellular:
                self.quota.count(size * 4 // 3 + _AROUND)
            due_ms = update.now_ms + wait_ms
            while self._data is None and update.now_ms < due_ms and update.is_connected:
                yield False
            if self._data is None and update.is_connected:
                yield from self._rest()
                self._misses += 1
                wait_ms = min(2 * wait_ms, _LONGEST_MS)
        data, self._wanted, self._data = self._data, None, None
        self._misses = 0
        self.have += size
        return data

    def rests(self, ms):
        """Generator: nothing is asked for so long, and the bus may sleep. Somebody forges pieces,
        or the city has others than the release."""
        self._misses = _PATIENCE
        yield from self._rest()
        due_ms = self._update.now_ms + ms
        while self._update.now_ms < due_ms:
            yield from self._update.pause()

    def _rest(self):
        """Generator: what has come is on flash before a wait, but not while an alarm waits."""
        if self.writer is not None and self.writer.is_open and self._update.is_clear:
            yield from self._update.is_calm()
            self.writer.close()

    def _may_ask(self, size):
        update = self._update
        if not update.is_connected or not update.is_clear:
            return False
        size = size * 4 // 3 + _AROUND
        if update.is_cellular and not self.quota.allows(size, update.utc_s):
            update.tell("limit")
            return False
        return True
