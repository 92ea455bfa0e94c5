"""A radio without a driver behind it: up after an attach, down without a signal.

For runs that are not about the radio; sim/bus/wireless.py has the real drivers.
"""

from __future__ import annotations

from collections.abc import Callable

from sim.world.world import World

_ATTACH_MS = 2500
_LOSS_MS = 4000  # without a signal for so long, the modem reports that it lost the network


class SimRadio:
    """parts.radio over a World's `signal_dbm`; `clock` gives the simulator's ms."""

    name = "wifi"
    failure = fault = ""

    def __init__(self, world: World, clock: Callable[[], int]):
        self._world = world
        self._clock = clock
        self._asked_ms: int | None = None
        self._heard_ms = 0
        self._attached = False

    def up(self) -> None:
        if self._asked_ms is None:
            self._asked_ms = self._heard_ms = self._clock()

    def down(self) -> None:
        self._asked_ms = None
        self._attached = False

    def miss(self) -> None:
        """The board slept: a radio that was on has lost its network."""
        if not self.is_off():
            self.restart()

    def restart(self) -> None:
        self.down()
        self.up()

    def turn(self, now_ms: int) -> None:
        """This radio has nothing to do in its turn."""

    def is_off(self) -> bool:
        return self._asked_ms is None

    def is_up(self) -> bool:
        if self._asked_ms is None:
            return False
        now_ms = self._clock()
        if self._world.signal_dbm is None:
            if now_ms - self._heard_ms >= _LOSS_MS:
                self._attached = False
                self._asked_ms = now_ms  # looks for a network again
        else:
            self._heard_ms = now_ms
            if now_ms - self._asked_ms >= _ATTACH_MS:
                self._attached = True
        return self._attached

    def signal_dbm(self) -> int | None:
        """None while there is no network."""
        return self._world.signal_dbm if self.is_up() else None
