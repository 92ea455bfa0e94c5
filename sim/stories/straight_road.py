"""A straight, empty road for stories: the bus drives as fast as the story says."""

from __future__ import annotations

from sim.world.roads import moved
from sim.world.world import Script, World

_STEP_MS = 100
_UP_MMS = 120  # mm/s a step: 1.2 m/s2
_DOWN_MMS = 180


class StraightRoad:
    def __init__(self, world: World, course_deg: int = 183):
        self._world = world
        self._course_deg = course_deg
        self._lat, self._lon = float(world.lat_e7), float(world.lon_e7)
        self._wanted_mms = 0
        self._rolls = False
        self.braking_mss: float | None = None  # instead of a gentle 1.8
        self.pulling_mss: float | None = None  # instead of 1.2
        world.course_cdeg = course_deg * 100

    @property
    def is_steady(self) -> bool:
        """The bus drives at the speed that was asked for."""
        return self._world.speed_mms == self._wanted_mms

    def turn(self, degrees: int) -> None:
        """The road bends from here on, to the right if positive: a degree each 100 ms."""
        self._world.run(self._bend(degrees))

    def _bend(self, degrees: int) -> Script:
        for _ in range(abs(degrees)):
            self._course_deg = (self._course_deg + (1 if degrees > 0 else -1)) % 360
            self._world.course_cdeg = self._course_deg * 100
            yield _STEP_MS

    def set_speed(self, kmh: float) -> None:
        """Speed up or slow down to this; 0 to stand."""
        self._wanted_mms = round(kmh * 1000 / 3.6)
        if not self._rolls:
            self._rolls = True
            self._world.run(self._roll())

    def stop_dead(self) -> None:
        """Stop from one moment to the next."""
        self._wanted_mms = self._world.speed_mms = 0

    def _roll(self) -> Script:
        world = self._world
        while self._wanted_mms or world.speed_mms:
            change = self._wanted_mms - world.speed_mms
            down_mms = _DOWN_MMS if self.braking_mss is None else round(self.braking_mss * _STEP_MS)
            up_mms = _UP_MMS if self.pulling_mss is None else round(self.pulling_mss * _STEP_MS)
            world.speed_mms += max(-down_mms, min(up_mms, change))
            metres = world.speed_mms * _STEP_MS / 1e6
            self._lat, self._lon = moved(self._lat, self._lon, self._course_deg, metres)
            world.lat_e7, world.lon_e7 = round(self._lat), round(self._lon)
            yield _STEP_MS
        self._rolls = False
