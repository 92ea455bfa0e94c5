"""ATGM336H-5N, a GNSS module on a UART: what it sends, and the commands it obeys.

Source: Zhongkewei (CASIC) ATGM336H-5N user manual: 9600 Bd and 1 Hz from the factory,
cold start within 35 s, hot start 1 s, 1.5 m noise (CEP); CASIC multimode receiver
protocol specification: sentences (chapter 1), PCAS00 to PCAS12 (chapter 2).

The world constructs GnssChip(uart, seed), and sets when it knows better:
`truth` (lat_e7, lon_e7, speed_mms, course_cdeg), `utc_ms_at_0` (UTC when now_ms was
0), `sky` ("open", "blocked" as in a tunnel, "jammed"), `powered`. It calls
`advance(now_ms)` before the firmware reads the UART.
"""

from __future__ import annotations

import random

from sim.chips.gnss_error import Error
from sim.chips.gnss_nmea import SENTENCES, Report, finished
from sim.uart import UART

_COLD_START_MS = 30_000
_HOT_START_MS = 1_000
_REACQUISITION_MS = 2_000
_MOST_LATE = 10  # fixes of a time that nobody watched are not made up for
_BAUD_RATES = (4800, 9600, 19200, 38400, 57600, 115200)  # PCAS01
_INTERVALS_MS = (1000, 500, 250, 200, 100)  # PCAS02
_OUTPUTS = ("GGA", "GLL", "GSA", "GSV", "RMC", "VTG", "ZDA")  # PCAS03, in its order
_TALKERS = {1: "GP", 2: "BD", 4: "GL"}  # PCAS04; several of them: GN


class GnssChip:
    """`refused` counts commands with a wrong checksum or an argument out of range."""

    def __init__(self, uart: UART, seed: int, utc_ms_at_0: int = 0):
        self._uart = uart
        self._rng = random.Random(seed)
        self._error = Error(self._rng)
        self._line = b""  # of a command that is still coming
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
            "every": dict.fromkeys(_OUTPUTS, 1),
            "systems": 3,
        }

    def advance(self, now_ms: int) -> None:
        """Obey what has come, send what is due by now_ms, let bytes cross the wire."""
        if self.powered != self._on:
            self._switch(now_ms)
        if self._on:
            if command := self._uart.received():
                self._hear(command, now_ms)
            if now_ms >= self._next_ms:
                self._due(now_ms)
        else:
            self._uart.received()  # nobody listens
        self._uart.advance(now_ms)

    def _switch(self, now_ms: int) -> None:
        self._on = self.powered
        if self._on:
            self._start(now_ms, _HOT_START_MS if self._almanac else _COLD_START_MS)
        else:
            self._uart.silence()

    def _start(self, now_ms: int, search_ms: int) -> None:
        self._settings = {**self._saved, "every": dict(self._saved["every"])}
        self._uart.chip_baudrate = self._settings["baudrate"]
        self._started_ms = now_ms
        self._fix = self._seen_sky = False
        self._search_ms = search_ms
        self._count = 0
        self._align(now_ms)

    def _align(self, now_ms: int) -> None:
        """Fixes fall on whole intervals of UTC."""
        interval_ms = self._settings["interval_ms"]
        self._next_ms = now_ms + -(now_ms + self.utc_ms_at_0) % interval_ms

    def _due(self, now_ms: int) -> None:
        interval_ms = self._settings["interval_ms"]
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
        interval_ms = self._settings["interval_ms"]
        utc_ms = self.utc_ms_at_0 + at_ms if self._almanac else at_ms - self._started_ms
        solution = (
            self._error.applied(self.truth, interval_ms) if self._fix and self.truth else None
        )
        systems = self._settings["systems"]
        report = Report(_TALKERS.get(systems, "GN"), utc_ms, self._almanac, solution, self.sky)
        self._count += 1
        out: list[str] = []
        for kind, every in self._settings["every"].items():
            if every and self._count % every == 0:
                SENTENCES[kind](report, out)
        if out:
            self._uart.transmit(finished(out), at_ms)

    def _hear(self, data: bytes, now_ms: int) -> None:
        *lines, self._line = (self._line + data)[-256:].split(b"\n")
        for line in lines:
            start = line.rfind(b"$PCAS")
            if start >= 0:
                self._command(line[start:].rstrip(b"\r"), now_ms)

    def _command(self, line: bytes, now_ms: int) -> None:
        body, star, checksum = line[1:].partition(b"*")
        try:
            if not star or finished([body.decode()]) != b"$" + body + b"*" + checksum + b"\r\n":
                raise ValueError("wrong checksum")
            name, *arguments = body.decode().split(",")
            _COMMANDS[name](self, arguments, now_ms)
        except (ValueError, KeyError, IndexError):
            self.refused += 1

    def _save(self, arguments, now_ms):
        self._saved = {**self._settings, "every": dict(self._settings["every"])}

    def _set_baudrate(self, arguments, now_ms):
        self._settings["baudrate"] = self._uart.chip_baudrate = _BAUD_RATES[_among(arguments, 6)]

    def _set_interval(self, arguments, now_ms):
        interval_ms = int(arguments[0])
        if interval_ms not in _INTERVALS_MS:
            raise ValueError(interval_ms)
        self._settings["interval_ms"] = interval_ms
        self._align(now_ms)

    def _set_outputs(self, arguments, now_ms):
        wanted = {
            kind: int(every)
            for kind, every in zip(_OUTPUTS, arguments, strict=False)
            if every.strip()
        }
        if any(not 0 <= every <= 9 for every in wanted.values()):
            raise ValueError(arguments)
        self._settings["every"].update(wanted)

    def _set_systems(self, arguments, now_ms):
        self._settings["systems"] = _among(arguments, 8) or 3

    def _restart(self, arguments, now_ms):
        how = _among(arguments, 4)  # hot, warm, cold, cold with factory settings
        if how == 3:
            self._saved = self._factory()
        self._almanac = self._almanac and how < 2
        self._start(now_ms, _HOT_START_MS if self._almanac else _COLD_START_MS)

    def _set_mode(self, arguments, now_ms):
        _among(arguments, 8)  # portable ... vehicle ... watch: no difference in this model

    def _stand_by(self, arguments, now_ms):
        seconds = int(arguments[0])
        if not 0 <= seconds <= 65535:
            raise ValueError(seconds)
        self._wake_ms = now_ms + 1000 * seconds


def _among(arguments: list[str], count: int) -> int:
    """The first argument, one of 0..count-1; ValueError otherwise."""
    value = int(arguments[0])
    if not 0 <= value < count:
        raise ValueError(value)
    return value


_COMMANDS = {
    "PCAS00": GnssChip._save,
    "PCAS01": GnssChip._set_baudrate,
    "PCAS02": GnssChip._set_interval,
    "PCAS03": GnssChip._set_outputs,
    "PCAS04": GnssChip._set_systems,
    "PCAS10": GnssChip._restart,
    "PCAS11": GnssChip._set_mode,
    "PCAS12": GnssChip._stand_by,
}
