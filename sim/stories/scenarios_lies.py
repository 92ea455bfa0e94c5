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


def leans_aside(bus: Story) -> None:
    """A strapped child leans aside in its sleep, and its seat reads empty: the belt tells more.

    The driver presses the button without a look. Then an adult opens the belt.
    """
    bus.drives(seats={3, 7})
    bus.reads_empty(7)
    bus.drives(seats={3, 7})
    bus.parks(seats={7})
    bus.waits(minutes=3)
    bus.opens_door()
    bus.leaves(7)
    bus.presses_check_button()
    bus.waits(seconds=20)


def dead_contact(bus: Story) -> None:
    """A child buckles up on a seat whose contact is dead, and sleeps on; the driver forgets to
    check."""
    bus.reads_empty(7)
    bus.drives(seats={3, 7})
    bus.parks(seats={7}, check=False)
    bus.waits(minutes=3)


def belts_tidied(bus: Story) -> None:
    """An attendant closes the belts behind the children, before the walk and after it."""
    bus.drives(seats={3, 7})
    bus.parks(check=False)
    bus.buckles(3)
    bus.waits(seconds=20)
    bus.presses_check_button()
    bus.buckles(7, 8)
    bus.waits(minutes=20)
    bus.drives(seats={5}, belts={3, 5, 7, 8})
    bus.parks()
    bus.waits(minutes=5)


SCENARIOS = (bit_flips, leans_aside, dead_contact, belts_tidied)
