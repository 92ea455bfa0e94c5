"""Verbs of a Story for what contacts are fitted, and for who moves where presence inputs look."""

from __future__ import annotations

from typing import Any

from sim.bus.rig import Rig
from sim.stories.timeline import Timeline
from sim.world.world import World


class Moving:
    """A part of Story, which has what is declared here."""

    rig: Rig
    world: World
    _timeline: Timeline
    _pass: Any
    is_fitted: Any

    def has_inputs(self, **inputs: int) -> None:
        """Before the story: the inputs of bus.json that differ from the defaults."""
        self.rig.config["inputs"].update(inputs)
        self.is_fitted()

    def stirs(self, number: int = 1, seconds: float = 1) -> None:
        """A person moves in front of this presence input, and of no seat contact."""
        self._timeline.tell(f"a person stirs in front of presence input {number}")
        self.world.run(self.world.stir(number - 1, round(seconds * 1000)))
        self._pass(round(seconds * 1000))

    def covers_presence(self, number: int) -> None:
        """Its wire touches ground: it sees nothing any more."""
        self._timeline.tell(f"presence input {number} sees nothing any more")
        self.rig.vehicle.faults.stick_switch(f"presence_{number}", closed=True)

    def uncovers_presence(self, number: int) -> None:
        self._timeline.tell(f"presence input {number} sees again")
        self.rig.vehicle.faults.mend_switch(f"presence_{number}")
