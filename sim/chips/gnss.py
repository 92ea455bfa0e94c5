"""A GNSS module on a UART: what it sends. The commands that it obeys are its language:
ATGM336H-5N unless another is given (gnss_casic.py, gnss_mtk.py, gnss_ublox.py).

Source: Zhongkewei (CASIC) ATGM336H-5N user manual: 9600 Bd and 1 Hz from the factory,
cold start within 35 s, hot start 1 s, 1.5 m noise (CEP); CASIC multimode receiver
protocol specification: sentences (chapter 1).

The world constructs GnssChip(uart, seed), and sets when it knows better:
`truth` (lat_e7, lon_e7, speed_mms, course_cdeg), `utc_ms_at_0` (UTC when now_ms was
0), `sky` ("open", "blocked" as in a tunnel, "jammed"), `powered`. It calls
`advance(now_ms)` before the firmware reads the UART.
"""

from __future__ import annotations

import random

from sim.chips.gnss_casic import Casic
from sim.chips.gnss_error import Error
from sim.chips.gnss_language import Language
from sim.chips.gnss_nmea import SENTENCES, Report, finished
from sim.wires.uart import UART

_COLD_START_MS = 30_000
_HOT_START_MS = 1_000
_REACQUISITION_MS = 2_000
_MOST_LATE = 10  # after a longer pause the fixes in between are left out
_TALKERS = {1: "GP", 2: "BD", 4: "GL"}  # PCAS04; several of them: GN


class GnssChip:
    """`refused` counts commands with a wrong checksum or an argument out of range."""

    def __init__(
        self, uart: UART, seed: int, utc_ms_at_0: int = 0, language: Language | None = None
    ):
        self._uart = uart
        self._rng = random.Random(seed)
        self._error = Error(self._rng)
        self._language = language or Casic()
        self.truth: tuple[int, int, int, int] | None = None
        self.utc_ms_at_0 = utc_ms_at_0
        self.sky = "open"
        self.powered = True
        self.refused = 0
        self._on = False
        self._almanac = False  # it has had a fix, and its clock runs on the backup supply
        self._fix = False
        self._searching_until_ms = 0
        self._seen_sky = False
        self._saved = self._factory()
        self._wake_ms = 0

    def _factory(self) -> dict:
        return {
            "baudrate": self._uart.chip_baudrate,
            "interval_ms": 1000,
            "every": dict.fromkeys(self._language.outputs, 1),
            "systems": 3,
        }

    def advance(self, now_ms: int) -> None:
        """Obey what has come, send what is due by now_ms, let bytes cross the wire."""
        if self.powered != self._on:
            self._switch(now_ms)
        if self._on:
            if command := self._uart.received():
                self._language.hear(self, command, now_ms)
            if now_ms >= self._next_ms:
                self._due(now_ms)
        else:
            self._uart.received()  # its power is off
        self._uart.advance(now_ms)

    def _switch(self, now_ms: int) -> None:
        self._on = self.powered
        if self._on:
            self._start(now_ms, _HOT_START_MS if self._almanac else _COLD_START_MS)
        else:
            self._uart.silence()

    def _start(self, now_ms: int, search_ms: int) -> None:
        self.settings = {**self._saved, "every": dict(self._saved["every"])}
        self._uart.chip_baudrate = self.settings["baudrate"]
        self._started_ms = now_ms
        self._fix = self._seen_sky = False
        self._search_ms = search_ms
        self._count = 0
        self._align(now_ms)

    def _align(self, now_ms: int) -> None:
        """Fixes fall on whole intervals of UTC."""
        interval_ms = self.settings["interval_ms"]
        self._next_ms = now_ms + -(now_ms + self.utc_ms_at_0) % interval_ms

    def _due(self, now_ms: int) -> None:
        interval_ms = self.settings["interval_ms"]
        late = (now_ms - self._next_ms) // interval_ms
        if late > _MOST_LATE:
            self._next_ms += (late - _MOST_LATE) * interval_ms
        while self._next_ms <= now_ms:
            if self._next_ms >= self._wake_ms:
                self._search(self._next_ms)
                self._send(self._next_ms)
            self._next_ms += interval_ms

    def _search(self, at_ms: int) -> None:
        """A fix needs a while of open sky, and ends with it."""
        if self.sky != "open" or self.truth is None:
            if self._fix:
                self._search_ms = _REACQUISITION_MS
            self._fix = self._seen_sky = False
            return
        if not self._seen_sky:
            self._seen_sky = True
            self._searching_until_ms = at_ms + self._search_ms
        if not self._fix and at_ms >= self._searching_until_ms:
            self._fix = self._almanac = True
            self._error.settle()

    def _send(self, at_ms: int) -> None:
        interval_ms = self.settings["interval_ms"]
        utc_ms = self.utc_ms_at_0 + at_ms if self._almanac else at_ms - self._started_ms
        solution = (
            self._error.applied(self.truth, interval_ms) if self._fix and self.truth else None
        )
        systems = self.settings["systems"]
        report = Report(_TALKERS.get(systems, "GN"), utc_ms, self._almanac, solution, self.sky)
        self._count += 1
        out: list[str] = []
        for kind, every in self.settings["every"].items():
            if every and self._count % every == 0:
                SENTENCES[kind](report, out)
        if out:
            self._uart.transmit(finished(out), at_ms)

    # what a language asks of the chip

    def save(self) -> None:
        self._saved = {**self.settings, "every": dict(self.settings["every"])}

    def set_baudrate(self, baudrate: int) -> None:
        self.settings["baudrate"] = self._uart.chip_baudrate = baudrate

    def set_interval(self, interval_ms: int, now_ms: int) -> None:
        self.settings["interval_ms"] = interval_ms
        self._align(now_ms)

    def restart(self, how: int, now_ms: int) -> None:
        """0 hot, 1 warm, 2 cold, 3 cold with factory settings."""
        if how == 3:
            self._saved = self._factory()
        self._almanac = self._almanac and how < 2
        self._start(now_ms, _HOT_START_MS if self._almanac else _COLD_START_MS)

    def sleep_until(self, wake_ms: int) -> None:
        self._wake_ms = wake_ms

    def answer(self, data: bytes, now_ms: int) -> None:
        self._uart.transmit(data, now_ms)
