"""Numbers: which record numbers were never used. A number is used once in an epoch.

NVS keeps, a thousand at a time, which ones may have been used. The flash cannot tell: a sector
that confirmed nothing is erased to be opened again, and if the power goes just then, what was
tried there is forgotten, or is seen at one start and not at another. It has to do where NVS was
wiped or holds what cannot be true; then a start leaves out some numbers by chance, up to 4095.

It keeps one bit more: the flash did not take the newest state of the ledger (ledger.py).
"""

from micropython import const

END = const(0xFFFFFFFF)
_GAP = const(0xFFF)
_AHEAD = const(1 << 26)  # NVS is never so far ahead of the flash
_RESERVE = const(10)  # bits: 1024 numbers at a time
_NAME = "numbers"
_LAGS = "ledger_lags"


class Numbers:
    def __init__(self, memory):
        """memory: Memory, or None."""
        self._memory = memory
        self._reserved = 0  # from here on none was ever used
        self.next = 1
        self.lags = bool(memory and memory.get(_LAGS))

    def start(self, found, damaged, entropy):
        """found: the first number that is not on the flash, 1 if there is no journal; damaged:
        units that may have held the highest numbers, one each."""
        kept = None if self._memory is None else self._memory.get(_NAME)
        if kept is None or not 0 <= kept << _RESERVE < found + _AHEAD:
            kept = 0
        self._reserved = kept << _RESERVE
        self.next = max(1, self._reserved)
        if found > self._reserved:
            self.next = found
            if found > 1:
                self.next += damaged + (int.from_bytes(entropy(2), "big") & _GAP)

    def take(self, seq):
        """Before this number is used; the ledger's are reserved with the records'."""
        if seq >= self._reserved:
            self._reserved = ((seq >> _RESERVE) + 1) << _RESERVE
            if self._memory is not None:
                self._memory.set(_NAME, self._reserved >> _RESERVE)

    def note_lag(self, lags):
        """The ledger on flash is older than what it should hold, or is not."""
        if lags != self.lags:
            self.lags = lags
            if self._memory is not None:
                self._memory.set(_LAGS, int(lags))
