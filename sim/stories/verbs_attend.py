"""Verbs of a Story for who attends the children: key, here button, driver's seat."""

from __future__ import annotations

from typing import Any

from sim.bus.rig import Rig
from sim.stories.timeline import Timeline
from sim.world.world import World


class Attending:
    """A part of Story, which has what is declared here."""

    rig: Rig
    world: World
    _timeline: Timeline
    _pass: Any
    _press: Any
    is_fitted: Any

    def has_contacts(self, *names: str) -> None:
        """Before the story: these inputs are fitted (bus.json, inputs)."""
        for name in names:
            self.rig.config["inputs"][name] = True
        self.is_fitted()

    def presses_here(self, seconds: float = 1) -> None:
        self._timeline.tell(f"here button pressed for {seconds:g} s")
        self._press("here_button_pressed", round(seconds * 1000))

    def turns_key(self) -> None:
        """Ignition on; the engine is not started."""
        self._timeline.tell("key turned, engine off")
        self.world.turn_key()
        self._pass(1000)

    def driver_sits(self, seated: bool = True) -> None:
        self._timeline.tell(f"the driver {'sits on' if seated else 'leaves'} the driver's seat")
        self.world.driver_seated = seated
        self._pass(1000)

    def shakes_plug(self, name: str, changes: int) -> None:
        """A loose plug: the contact changes so often, twice a second."""
        self._timeline.tell(f"the plug of {name} is loose: {changes} changes")
        for number in range(changes):
            if number % 2:
                self.rig.vehicle.faults.mend_switch(name)
            else:
                self.rig.vehicle.faults.cut_wire(name)
            self._pass(500)
