"""Verbs of a Story for what goes wrong on the road, under the seats and in the wires."""

from __future__ import annotations

from typing import Any

from firmware.config.in_use import FILE
from sim.bus.rig import Rig
from sim.stories.straight_road import StraightRoad
from sim.stories.timeline import Timeline
from sim.world.world import CHARGING_MV, PARKED_MV, Script, World

_SETTLE_MS = 45_000  # a warm start of the receiver, and gravity learnt
_CRASH_MS, _CRASH_MG = 120, 6000
_MG_PER_MSS = 102
_FLAP_MS = 200


class Mishaps:
    """A part of Story, which has what is declared here."""

    rig: Rig
    world: World
    _road: StraightRoad
    _timeline: Timeline
    _pass: Any
    _press: Any
    _reach: Any
    _begins: Any

    def is_fitted(self, *parts: str, **rules: int | str | list[str]) -> None:
        """Before the story: `accelerometer`, `cabin` or `readback` is fitted, and rules are set."""
        for part in parts:
            self.rig.config[part]["fitted"] = True
        self.rig.config["rules"].update(rules)
        listener, self._timeline.listener = self._timeline.listener, None
        self.rig.power_cut()
        self.rig.power_on()
        self._pass(_SETTLE_MS)
        self._begins()
        self._timeline.listener = listener

    def gets_settings(self, text: bytes) -> None:
        """A technician copies this bus.json past `make deploy`, and the board starts again."""
        self._timeline.tell("another bus.json is copied onto the board")
        self.rig.vehicle.files.content[FILE] = text
        self.rig.power_cut()
        self.rig.power_on()
        self._pass(_SETTLE_MS)

    # on the road

    def brakes_hard(self, speed_kmh: float = 0, mss: float = 6.0) -> None:
        """Down to this speed, at so many m/s2."""
        self._timeline.tell(f"brakes hard to {speed_kmh:g} km/h")
        self._road.braking_mss = mss
        self._reach(speed_kmh)
        self._road.braking_mss = None

    def pulls_away(self, speed_kmh: float, mss: float = 5.5) -> None:
        """Up to this speed, at so many m/s2."""
        self._timeline.tell(f"speeds up hard to {speed_kmh:g} km/h")
        self._road.pulling_mss = mss
        self._reach(speed_kmh)
        self._road.pulling_mss = None

    def corners(self, mss: float = 6.5, seconds: float = 2) -> None:
        self._timeline.tell("takes a bend too fast")
        self.world.blow(round(seconds * 1000), right=mss * _MG_PER_MSS)
        self._pass(round(seconds * 1000) + 3000)

    def crashes(self, throws: tuple[int, ...] = ()) -> None:
        """Into an obstacle; these children are thrown off their seats, out of open belts."""
        self._timeline.tell("crashes")
        self.world.blow(_CRASH_MS, forward=-_CRASH_MG, up=_CRASH_MG / 3)
        self._road.stop_dead()
        for seat in throws:
            self.world.unbuckle(seat)
            self.world.rise(seat)
        self._pass(3000)

    # heat and supply

    def heats_up(self, to_c: float, minutes: float) -> None:
        """The cabin, evenly; meanwhile other things happen."""
        self._timeline.tell(f"the sun is on the bus: {to_c:g} degC in {minutes:g} min")
        self.world.run(self._warm(round(to_c * 10), round(minutes * 60)))

    def _warm(self, to_c10: int, seconds: int) -> Script:
        start_c10 = self.world.cabin_c10
        for second in range(1, seconds + 1):
            yield 1000
            self.world.cabin_c10 = start_c10 + (to_c10 - start_c10) * second // seconds

    def loses_supply(self) -> None:
        """The battery is disconnected; the board lives on its backup."""
        self._timeline.tell("battery disconnected")
        self.world.supply_mv = 0

    def supply_sinks(self, to_mv: int) -> None:
        """An old battery, or an alternator that no longer charges."""
        self._timeline.tell(f"the supply sinks to {to_mv / 1000:g} V")
        self.world.supply_mv = to_mv

    def finds_supply(self) -> None:
        self._timeline.tell("battery back")
        self.world.supply_mv = CHARGING_MV if self.world.ignition else PARKED_MV

    # GNSS

    def is_jammed(self) -> None:
        self._timeline.tell("GNSS is jammed")
        self.world.sky = "jammed"

    def jumps(self, north_m: float) -> None:
        """Spoofing or reflections lead the receiver astray for three seconds."""
        self._timeline.tell(f"the position jumps {north_m:g} m")
        away = round(north_m * 90)
        self.rig.vehicle.faults.gnss_astray_e7 = away
        self._pass(3000)
        self.rig.vehicle.faults.gnss_astray_e7 = 0

    # contacts

    def holds_check_button(self, seconds: float) -> None:
        """It is stuck."""
        self._timeline.tell(f"the check button sticks for {seconds:g} s")
        self._press("check_button_pressed", round(seconds * 1000))

    def sticks(self, seat: int) -> None:
        """Its contact stays open, as if a child sat there all the time."""
        self._timeline.tell(f"the contact of seat {seat} sticks")
        self.rig.vehicle.faults.stick_seat(seat, True)
        self._pass(1000)

    def shakes_loose(self, seat: int, seconds: float = 10) -> None:
        """The plug of a seat is loose: its contact opens and closes."""
        self._timeline.tell(f"the plug of seat {seat} shakes loose")
        self.world.run(self._flap(seat, round(seconds * 1000 / _FLAP_MS)))
        self._pass(round(seconds * 1000))

    def _flap(self, seat: int, times: int) -> Script:
        faults = self.rig.vehicle.faults
        for time in range(times):
            faults.stick_seat(seat, time % 2 == 0)
            yield _FLAP_MS
        faults.mend_seat(seat)
