"""Scenarios of sensors that lie: what they say cannot be true, or never changes."""

from __future__ import annotations

from sim.chips.mcp23017 import IODIR, IPOL
from sim.stories.story import Story


def bit_flips(bus: Story) -> None:
    """A child sleeps on while register bits turn over in its seat chip.

    Not set right, the chip would read "empty" for ever.
    """
    bus.drives(seats={3, 7})
    bus.parks(seats={7})
    bus.waits(seconds=60)
    bus.turns_a_bit_over(0, IODIR + 1, 5)
    bus.waits(seconds=30)
    bus.turns_a_bit_over(0, IPOL + 1, 5)
    bus.waits(minutes=2)


SCENARIOS = (bit_flips,)
