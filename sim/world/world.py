"""World: the truth about one bus, which sensors may or may not see.

Where it is, who sits where, which doors are open, what the battery gives and
what the modem hears. Everything is a plain attribute; scripts
(generators that yield how many ms they wait) change it in world time. The same scripts and seed
give the same truth, however often it is read.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable, Generator
from typing import NamedTuple

Script = Generator[int, None, None]
Air = Callable[[float, float], "int | None"]
Blow = tuple[int, int, tuple[float, float, float]]
"""From ms, to ms, and mg forward, right and up."""

MONDAY_UTC_MS = 1_795_366_800_000
"""2026-11-22T17:00Z: midnight of a Monday in Thailand (UTC+7)."""

PARKED_MV, CRANKING_MV, CHARGING_MV = 12_600, 9_800, 13_800
_CRANKING_MS = 1200
_PASSES_MS = 500
PRESENCE_INPUTS = 4


class World:
    """One bus. Positions in 1e-7 degree, speed in mm/s, course in 0.01 degree.

    `utc_ms` is the true time at `now_ms` = 0. `air` gives the signal in dBm (None:
    no network) at a position in 1e-7 degree; without it `signal_dbm` stays as set.
    """

    def __init__(
        self,
        utc_ms: int = MONDAY_UTC_MS,
        seats: int = 40,
        lat_e7: int = 130827000,
        lon_e7: int = 1008833000,
        rng: random.Random | None = None,
        air: Air | None = None,
    ):
        self.rng = rng or random.Random(0)
        self.start_utc_ms = utc_ms
        self.now_ms = 0
        self.seat_count = seats

        self.lat_e7, self.lon_e7 = lat_e7, lon_e7
        self.altitude_mm = 12_000
        self.speed_mms = 0
        self.course_cdeg = 0

        self.ignition = False  # the key, and with it the wire
        self.engine_runs = False
        self.front_door_open = False
        self.emergency_door_open = False
        self.check_button_pressed = False
        self.sos_button_pressed = False
        self.here_button_pressed = False
        self.driver_seated = False
        self.presence = [False] * PRESENCE_INPUTS  # something moves where each looks
        self.supply_mv = PARKED_MV
        self.backup_mv = 4000  # of the board's own battery, where it has one
        self.cabin_c10 = 300  # 0.1 degC; stays as it is set
        self.blows: list[Blow] = []  # beside braking and bends: bumps, a crash

        self.seats: dict[int, str] = {}  # seat number -> who sits there
        self.buckled: set[int] = set()  # seats whose belt is closed
        self.seat_changes = 0  # moves with either of them
        self._sat_ms = -1000  # when a person last sat down or rose
        self.claimed: set[int] = set()  # seats that belong to a child, sitting or not

        self.sky = "open"  # as a GNSS antenna sees it: open, blocked, jammed
        self.horn_sounds = False  # what the people around the bus hear
        self.next_stop = ""
        self._air = air
        self.signal_dbm: int | None = -65
        self.listen()

        self._scripts: list[tuple[int, int, Script]] = []
        self._started = 0

    @property
    def utc_ms(self) -> int:
        return self.start_utc_ms + self.now_ms

    @property
    def local_clock(self) -> str:
        """Time of day in Thailand, HH:MM:SS."""
        seconds = (self.utc_ms // 1000 + 7 * 3600) % 86400
        return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"

    # time

    def run(self, script: Script) -> None:
        """Begin a script now, beside those that run already."""
        self._schedule(self.now_ms, script)

    def advance(self, now_ms: int) -> None:
        """Let everything happen up to `now_ms`; time does not go back."""
        scripts = self._scripts
        while scripts and scripts[0][0] <= now_ms:
            due_ms, order, script = heapq.heappop(scripts)
            self.now_ms = due_ms
            try:
                pause_ms = next(script)
            except StopIteration:
                continue
            heapq.heappush(scripts, (due_ms + pause_ms, order, script))
        if now_ms > self.now_ms:
            self.now_ms = now_ms

    @property
    def next_change_ms(self) -> int | None:
        """When a script wakes next; None if no script runs."""
        return self._scripts[0][0] if self._scripts else None

    def _schedule(self, at_ms: int, script: Script) -> None:
        self._started += 1
        heapq.heappush(self._scripts, (at_ms, self._started, script))

    # seats

    def sit(self, seat: int, who: str = "a child") -> None:
        """ValueError if the seat does not exist or is taken."""
        if not 1 <= seat <= self.seat_count or seat in self.seats:
            raise ValueError(f"seat {seat} does not exist or is taken")
        self.seats[seat] = who
        self._sat_ms = self.now_ms
        self.seat_changes += 1

    def rise(self, seat: int) -> None:
        if self.seats.pop(seat, None) is not None:
            self._sat_ms = self.now_ms
            self.seat_changes += 1

    def is_seen_by(self, number: int) -> bool:
        """Does something move where this presence input, from 0, looks? Everywhere a person does
        who walks to the check button, sits down or rises."""
        walks = self.check_button_pressed or self.now_ms - self._sat_ms < _PASSES_MS
        return self.presence[number] or walks

    def stir(self, number: int, ms: int) -> Script:
        """A person moves in front of this presence input, from 0."""
        self.presence[number] = True
        yield ms
        self.presence[number] = False

    def buckle(self, seat: int) -> None:
        self.buckled.add(seat)
        self.seat_changes += 1

    def unbuckle(self, seat: int) -> None:
        self.buckled.discard(seat)
        self.seat_changes += 1

    # blows

    def blow(self, ms: int, forward: float = 0, right: float = 0, up: float = 0) -> None:
        """Add this acceleration (mg) for `ms`."""
        self.blows = [one for one in self.blows if one[1] > self.now_ms - 2000]
        self.blows.append((self.now_ms, self.now_ms + ms, (forward, right, up)))

    # engine and signal

    def turn_ignition(self, on: bool) -> None:
        if on == self.ignition:
            return
        self.ignition = on
        self.engine_runs = False
        self.supply_mv = CRANKING_MV if on else PARKED_MV
        if on:
            self.run(self._crank())

    def turn_key(self) -> None:
        """Ignition on for the radio; the engine is not started."""
        self.ignition = True
        self.engine_runs = False
        self.supply_mv = PARKED_MV - 100

    def _crank(self) -> Script:
        yield _CRANKING_MS
        if self.ignition:
            self.engine_runs = True
            self.supply_mv = CHARGING_MV

    def listen(self) -> None:
        """The modem's signal where the bus is now."""
        if self._air is not None:
            self.signal_dbm = self._air(self.lat_e7, self.lon_e7)


class Habits(NamedTuple):
    """How often people do what they should not; probabilities from 0 to 1."""

    speeding: float = 0.0  # a leg driven well over the limit
    early_door: float = 0.0  # a stop where the door opens while the bus still rolls
    forgets_check: float = 0.0  # leaves without walking to the rear, so no sleeper is found
    sleeping: float = 0.0  # a child stays in its seat at the school
    unbuckled: float = 0.0  # a child that does not fasten its belt
    restless: float = 0.0  # a child that changes seats on the way
    engine_off: float = 0.0  # waits at the school without the engine until they are on board


ORDINARY = Habits()
MISCHIEF = Habits(speeding=0.3, early_door=0.15, forgets_check=0.3, sleeping=0.01, unbuckled=0.03,
                  restless=0.02)  # fmt: skip
NEGLECT = Habits(speeding=0.5, early_door=0.2, forgets_check=1.0, sleeping=1.0, unbuckled=0.05)
"""A driver who does not look, and children of whom one sleeps on (see children.py)."""
