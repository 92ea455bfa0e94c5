"""Two sensors whose output says "something moves", as their data sheets describe them.

PIR: HC-SR501 module with a BISS0001 (Silvan, BISS0001 data sheet: Tx, Ti). A movement sets OUT
high for the output time Tx (`hold_ms`; the module's range begins at 0.3 s, 2 to 8 s is usual in a
vehicle). In repeatable mode, jumper H, each further movement starts Tx anew. After OUT has gone low
nothing triggers for the blocking time Ti, 2.5 s. In the first minute after power-on it may give up
to three false pulses.

LD2410: Hi-Link HLK-LD2410, 24 GHz. OUT is high while a person is detected and for the unattended
duration after that (`hold_ms`, 5 s as delivered, 0 to 65535 s). It has no blocking time. That it
sees a person who only breathes is left out here: the wall of a seat may be between them.

Both may trigger falsely (sun on the floor, hot air, a curtain): `false_per_h`.
"""

from __future__ import annotations

import random

_HOUR_MS = 3_600_000
_WARM_UP_MS = 60_000
_BLOCKED_MS = 2500


class _Sensor:
    """out: the level of its output."""

    def __init__(self, hold_ms: int, rng: random.Random | None, false_per_h: float):
        self._hold_ms = hold_ms
        self._rng = rng or random.Random(0)
        self.false_per_h = false_per_h
        self._now_ms = 0
        self._until_ms = 0
        self._false: list[int] = []  # pulses that are due
        self.out = False

    def advance(self, now_ms: int, moves: bool) -> None:
        """To this time. moves: something moves in its view now."""
        if now_ms < self._now_ms:
            raise ValueError("time does not go back")
        passed_ms, self._now_ms = now_ms - self._now_ms, now_ms
        is_false = bool(self._false) and now_ms >= self._false[0]
        if is_false:
            self._false.pop(0)
        if self.false_per_h and self._rng.random() < self.false_per_h * passed_ms / _HOUR_MS:
            is_false = True
        self._see(now_ms, moves or is_false)

    def _see(self, now_ms: int, moves: bool) -> None:
        raise NotImplementedError


class PIR(_Sensor):
    def __init__(
        self,
        now_ms: int = 0,
        rng: random.Random | None = None,
        hold_ms: int = 4000,
        false_per_h: float = 0,
        warms_up: bool = True,
    ):
        """Powered at now_ms. hold_ms: 300 to 300000."""
        if not 300 <= hold_ms <= 300_000:
            raise ValueError("the module's potentiometer gives 0.3 to 300 s")
        super().__init__(hold_ms, rng, false_per_h)
        self._now_ms = now_ms
        self._blocked_ms = now_ms
        if warms_up:
            pulses = range(self._rng.randint(0, 3))
            self._false = sorted(now_ms + self._rng.randrange(_WARM_UP_MS) for _ in pulses)

    def _see(self, now_ms: int, moves: bool) -> None:
        if self.out and now_ms >= self._until_ms and not moves:
            self.out = False
            self._blocked_ms = self._until_ms + _BLOCKED_MS
        if moves and (self.out or now_ms >= self._blocked_ms):
            self.out = True
            self._until_ms = now_ms + self._hold_ms


class LD2410(_Sensor):
    def __init__(
        self,
        now_ms: int = 0,
        rng: random.Random | None = None,
        hold_ms: int = 5000,
        false_per_h: float = 0,
    ):
        """Powered at now_ms. hold_ms: 0 to 65535000, whole seconds."""
        if not 0 <= hold_ms <= 65_535_000 or hold_ms % 1000:
            raise ValueError("the unattended duration is 0 to 65535 whole seconds")
        super().__init__(hold_ms, rng, false_per_h)
        self._now_ms = self._until_ms = now_ms

    def _see(self, now_ms: int, moves: bool) -> None:
        if moves:
            self._until_ms = now_ms + self._hold_ms
        self.out = moves or now_ms < self._until_ms
