"""Ride: the acceleration inside the bus: braking, bends, bumps, the engine, a crash."""

from __future__ import annotations

import math
import random

from sim.world.world import World

_G_MG = 1000.0
_MMSS_PER_MG = 9.80665
_ENGINE_MG = 15.0
_ROAD_MG = 40.0
_LONGEST_MS = 2000  # between two looks; after a longer pause the acceleration is unknown


class Ride:
    """`look` as often as the world is looked at; `feel` then for any time since the last look."""

    def __init__(self, world: World, rng: random.Random, forward: str = "+x", up: str = "+z"):
        """forward, up: how the chip is mounted, as in bus.json."""
        self._world = world
        self._bits = rng.getrandbits
        self._axes = _axes(forward, up)
        self._at_ms = world.now_ms
        self._speed, self._course = world.speed_mms, world.course_cdeg
        self._forward_mg = self._right_mg = 0.0

    def look(self) -> None:
        """Take the change of speed and course since the last look."""
        world = self._world
        ms = world.now_ms - self._at_ms
        if ms <= 0:
            return
        turn = (world.course_cdeg - self._course + 18000) % 36000 - 18000
        known = ms <= _LONGEST_MS
        self._forward_mg = (world.speed_mms - self._speed) * 1000 / ms / _MMSS_PER_MG * known
        rate = math.radians(turn / 100) * 1000 / ms  # rad/s, + to the right
        self._right_mg = rate * world.speed_mms / _MMSS_PER_MG * known
        self._at_ms, self._speed, self._course = world.now_ms, world.speed_mms, world.course_cdeg

    def feel(self, at_ms: int) -> tuple[float, float, float]:
        """-> mg along the chip's x, y and z. At rest the axis that points up reads +1 g."""
        world = self._world
        forward, right, up = self._forward_mg, self._right_mg, _G_MG
        shake = _ROAD_MG if world.speed_mms else _ENGINE_MG if world.ignition else 0.0
        if shake:
            bits = self._bits(24)  # three numbers of 8 bits
            shake /= 128
            forward += ((bits & 255) - 128) * shake
            right += ((bits >> 8 & 255) - 128) * shake
            up += ((bits >> 16) - 128) * shake
        for start_ms, end_ms, blow in world.blows:
            if start_ms <= at_ms < end_ms:
                forward, right, up = forward + blow[0], right + blow[1], up + blow[2]
        felt = forward, right, up
        (x, x_sign), (y, y_sign), (z, z_sign) = self._axes
        return felt[x] * x_sign, felt[y] * y_sign, felt[z] * z_sign


def _axes(forward: str, up: str) -> list[tuple[int, int]]:
    """For x, y and z of the chip: which of forward, right, up it is, and its sign."""
    letters = "xyz"
    f, u = letters.index(forward[1]), letters.index(up[1])
    forward_sign, up_sign = int(forward[0] + "1"), int(up[0] + "1")
    right_sign = forward_sign * up_sign * (1 if (u - f) % 3 == 1 else -1)
    axes = [(1, right_sign)] * 3
    axes[f] = (0, forward_sign)
    axes[u] = (2, up_sign)
    return axes
