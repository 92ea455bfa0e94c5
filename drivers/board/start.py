"""Start: how this run began, and when it has run long enough, for boot.py.

boot.py adds one to `resets` at each reset. Start counts the minutes of running since the first of
them, and after five minutes it sets both to 0. So three resets in five minutes of running are a
crash loop, however long the board was without power in between. NVS keeps its content in power
cuts and brown-outs. The text of a crash is in RTC memory, which machine.reset() and a watchdog
leave alone, and which does not wear (MicroPython documentation, esp32.NVS, machine.RTC.memory).
"""

import os

from micropython import const

_FORGET_MIN = const(5)
_HOPELESS = const(6)  # resets in five minutes of running; the third made the start safe
_SAFE = const(1)  # as in boot.py
_PREVIOUS = const(2)


class Start:
    """word: normal, previous or safe, as firmware.bus.Bus takes it. is_hopeless: even safe starts
    were reset. crash: str or None."""

    def __init__(self, memory, rtc):
        """memory: Memory of the namespace `start`. rtc: machine.RTC."""
        self._memory = memory
        how = memory.get("how") or 0
        self.word = "safe" if how & _SAFE else "previous" if how & _PREVIOUS else "normal"
        self.is_hopeless = self.word == "safe" and (memory.get("resets") or 0) >= _HOPELESS
        self._since_ms = None
        self._minutes = 0
        self.crash = _last_words(rtc)

    def live(self, now_ms):
        """Counts the minutes. Call it at least once a minute."""
        if self._minutes >= _FORGET_MIN:
            return
        if self._since_ms is None:
            self._since_ms = now_ms
        minutes = (now_ms - self._since_ms) // 60000
        if minutes == self._minutes:
            return
        self._minutes = minutes
        if minutes >= _FORGET_MIN:
            self._forget()
            _prove()
            return
        if not self._memory.get("resets"):
            return
        total = (self._memory.get("minutes") or 0) + 1
        if total >= _FORGET_MIN:
            self._forget()
        else:
            self._memory.set("minutes", total)

    def _forget(self):
        self._memory.set("resets", 0)
        self._memory.set("minutes", 0)


def _last_words(rtc):
    """-> str that main.py wrote there when it crashed, or None; then it is erased."""
    words = bytes(rtc.memory())
    if not words:
        return None
    rtc.memory(b"")
    try:
        return words.decode()
    except UnicodeError:
        return repr(words)


def _prove():
    """Marks this slot: it has run for five minutes, so that boot.py never leaves it."""
    try:
        os.stat("proven")
        return
    except OSError:
        pass
    try:
        open("proven", "w").close()
    except OSError:
        pass  # the file system is full: no reason to crash
