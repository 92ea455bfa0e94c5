"""Pin, ADC and WDT shaped like MicroPython's machine module on the ESP32.

A Pin ends at a Wire; the simulator holds the other end. Where no wire holds
an input it reads its pull resistor, and noise if it has none.

Source: MicroPython docs, classes Pin, ADC, WDT; ESP32 datasheet for the ADC
range at 11 dB attenuation (150..2450 mV is linear, clipping near 3100 mV).
"""

from __future__ import annotations

import random
from collections.abc import Callable

_ADC_FULL_UV = 3_100_000


class Wire:
    """One conductor. `level`: 0, 1 or None (nothing holds it); `cut`: torn in between."""

    def __init__(self, level: int | None = None):
        self.level = level
        self.cut = False
        self.driven: int | None = None  # by the board's output

    @property
    def load(self) -> int:
        """What arrives at a load (buzzer, lamp, horn) at the far end: 0 or 1."""
        return 0 if self.cut else self.driven or 0


class SenseWire(Wire):
    """From a load back to an input: high while the load has voltage."""

    def __init__(self, load: Wire):
        self._load = load
        super().__init__()

    @property
    def level(self) -> int:
        return self._load.load

    @level.setter
    def level(self, value: int | None) -> None:
        """Nothing else holds it."""


class Pin:
    """machine.Pin at the near end of a wire."""

    IN, OUT, OPEN_DRAIN = 1, 3, 7
    PULL_DOWN, PULL_UP = 1, 2

    def __init__(
        self,
        wire: Wire,
        mode: int = IN,
        pull: int | None = None,
        *,
        value: int | None = None,
        rng: random.Random | None = None,
    ):
        self._wire = wire
        self._rng = rng or random.Random(0)
        self._latch = 0
        self.init(mode, pull, value=value)

    def init(self, mode: int = IN, pull: int | None = None, *, value: int | None = None) -> None:
        if mode not in (Pin.IN, Pin.OUT, Pin.OPEN_DRAIN):
            raise ValueError("invalid pin mode")
        if pull not in (None, Pin.PULL_DOWN, Pin.PULL_UP):
            raise ValueError("invalid pull")
        self._mode, self._pull = mode, pull
        if value is not None:
            self._latch = 1 if value else 0
        self._drive()

    def _drive(self) -> None:
        if self._mode == Pin.OUT:
            self._wire.driven = self._latch
        elif self._mode == Pin.OPEN_DRAIN:
            self._wire.driven = None if self._latch else 0
        else:
            self._wire.driven = None

    def value(self, x=None):
        """-> 0 or 1; value(x) sets the output latch (without effect while the pin is an input)."""
        if x is not None:
            self._latch = 1 if x else 0
            self._drive()
            return None
        wire = self._wire
        if wire.driven is not None:
            return wire.driven
        if wire.level is not None and not wire.cut:
            return wire.level
        if self._pull is None:
            return self._rng.getrandbits(1)
        return 1 if self._pull == Pin.PULL_UP else 0

    __call__ = value

    def on(self) -> None:
        self.value(1)

    def off(self) -> None:
        self.value(0)


class ADC:
    """machine.ADC; `source` gives the uV at the pin, `noise_uv` is their standard deviation."""

    ATTN_11DB = 3

    def __init__(
        self,
        source: Callable[[], int],
        *,
        atten: int = ATTN_11DB,
        noise_uv: int = 0,
        rng: random.Random | None = None,
    ):
        self._source = source
        self._noise_uv = noise_uv
        self._rng = rng or random.Random(0)
        self.atten(atten)

    def atten(self, atten: int) -> None:
        if atten != ADC.ATTN_11DB:
            raise ValueError("only ATTN_11DB is simulated")

    def read_uv(self) -> int:
        """Calibrated uV, clipped to what the converter can see."""
        uv = self._source()
        if self._noise_uv:
            uv += int(self._rng.gauss(0, self._noise_uv))
        return 0 if uv < 0 else _ADC_FULL_UV if uv > _ADC_FULL_UV else uv

    def read_u16(self) -> int:
        return self.read_uv() * 65535 // _ADC_FULL_UV


class WDT:
    """machine.WDT: once started it cannot be stopped, only fed; `deadline_ms` is when it bites.

    `clock` gives the simulator's ms. The owner of the power resets the board
    when the deadline has passed.
    """

    def __init__(self, clock: Callable[[], int], timeout: int = 5000):
        if timeout < 1:
            raise ValueError("WDT timeout too short")
        self._clock = clock
        self._timeout_ms = timeout
        self.deadline_ms = clock() + timeout

    def feed(self) -> None:
        self.deadline_ms = self._clock() + self._timeout_ms
