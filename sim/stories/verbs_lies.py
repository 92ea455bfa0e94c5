"""Verbs of a Story for sensors that do not tell the truth."""

from __future__ import annotations

from typing import Any

from firmware.sensing.days import day
from sim.bus.rig import Rig
from sim.stories.timeline import Timeline
from sim.world.world import World

_SETTLE_MS = 45_000  # a warm start of the receiver, and with it the time


class Lies:
    """A part of Story, which has what is declared here."""

    rig: Rig
    world: World
    _timeline: Timeline
    _pass: Any

    def turns_a_bit_over(self, number: int, register: int, bit: int) -> None:
        """A disturbance reaches the registers of a seat expander; `number` counts from 0."""
        self._timeline.tell(f"a register bit of expander {number + 1} turns over")
        self.rig.vehicle.board.seat_wiring.chips[number].flip(register, bit)
        self._pass(1000)

    def reads_empty(self, seat: int) -> None:
        """Its contact has a short to ground: whoever sits there, the seat reads empty."""
        self._timeline.tell(f"the contact of seat {seat} reads empty for good")
        self.rig.vehicle.faults.stick_seat(seat, False)
        self._pass(1000)

    def was_tried(self, days: int) -> None:
        """Before the story: SOS button and emergency door were last used so many days ago."""
        listener, self._timeline.listener = self._timeline.listener, None
        today = day(self.world.utc_ms)
        assert today is not None
        for name in ("tried_sos", "tried_door"):
            self.rig.vehicle.board.nvs.set(name, today - days)
        self.rig.power_cut()
        self.rig.power_on()
        self._pass(_SETTLE_MS)
        self._timeline.listener = listener
