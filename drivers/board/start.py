"""Start: how this run began, and how it goes, for boot.py.

boot.py counts the resets: `resets` of crashes and watchdog, `dips` of the power. Start counts the
minutes of running since the first crash, and after five minutes it forgets the crashes. So three
in five minutes of running are a crash loop, however long the board was without power in between.
Dips are forgotten only by a run of five minutes: a horn that takes the supply down waits three
minutes after each start, so that minutes added up would hide it for ever. NVS keeps its
content in power cuts and brown-outs. The text of a crash is in RTC memory, which machine.reset()
and a watchdog leave alone, and which does not wear (MicroPython documentation, esp32.NVS,
machine.RTC.memory).
"""

import os

from micropython import const

from drivers.board.nvs import ask

_FORGET_MIN = const(5)
_GOOD_MIN = const(60)  # of a safe start; then the bus starts anew, as it is meant to be
_HOPELESS = const(6)  # resets in five minutes of running; the third made the start safe
_SAFE = const(1)  # as in boot.py
_PREVIOUS = const(2)
_LOOP = const(3)

_LEFT = (
    " The bus goes without its policy and its optional parts, and starts anew after a good hour."
)
_CRASHES = "Safe mode: %d resets in five minutes of running, by crashes or the watchdog." + _LEFT
_DIPS = (
    "Safe mode: the supply failed %d times, each time after less than five minutes, perhaps "
    "whenever the horn sounds: look at the battery, its cable and the converter." + _LEFT
)


class Start:
    """word: normal, previous or safe, as firmware.bus.Bus takes it. why: str, why it is safe, or
    None. is_hopeless: even safe starts were reset, so that nothing wired is used; main.py takes it
    back after a cut of the power. crash: str or None."""

    def __init__(self, memory, rtc):
        """memory: Memory of the namespace `start`. rtc: machine.RTC."""
        self._memory = memory
        how = memory.get("how") or 0
        self.word = "safe" if how & _SAFE else "previous" if how & _PREVIOUS else "normal"
        resets = memory.get("resets") or 0
        self.is_hopeless = self.word == "safe" and resets >= _HOPELESS
        self.why = None
        if self.word == "safe":
            dips = memory.get("dips") or 0
            self.why = _CRASHES % resets if resets >= _LOOP else _DIPS % dips
        self._since_ms = None
        self._minutes = 0
        self._trial = None
        self.crash = _last_words(rtc)
        # boot.py has counted every reset by the processor itself that was not asked for.
        self.was_asked = not resets and self.crash is None

    def watch(self, trial):
        """The code is new. trial: firmware.update.trial.Trial, which judges it."""
        self._trial = trial

    def live(self, now_ms, bus):
        """Call it after each tick -> bool: the board has to be reset now. bus: firmware.bus.Bus."""
        if self._since_ms is None:
            self._since_ms = now_ms
        if self._minutes < _FORGET_MIN:
            self._count((now_ms - self._since_ms) // 60000)
        if self._trial is not None:
            return self._judge(now_ms)
        if self.word != "safe" or now_ms - self._since_ms < _GOOD_MIN * 60000:
            return False
        # With nothing wired no bus is ever quiet, and nothing is watched that a reset would lose.
        return (self.is_hopeless or bus.is_quiet()) and self._ask()

    def _count(self, minutes):
        if minutes == self._minutes:
            return
        self._minutes = minutes
        total = (self._memory.get("minutes") or 0) + 1
        if minutes >= _FORGET_MIN:
            self._forget("resets", "minutes")
            if self._trial is None:  # on trial, code that takes the supply down is to be noticed
                self._forget("dips")
                _prove()
        elif not self._memory.get("resets"):
            return
        elif total >= _FORGET_MIN:
            self._forget("resets", "minutes")
        else:
            self._memory.set("minutes", total)

    def _forget(self, *names):
        for name in names:
            if self._memory.get(name):
                self._memory.set(name, 0)

    def _judge(self, now_ms):
        is_over = self._trial.update(now_ms)
        if self._trial.is_proven:
            self._trial = None
        return is_over and self._ask()

    def _ask(self):
        """-> True; boot.py is not to count this reset."""
        ask(self._memory)
        return True


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
