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
    bus.waits(seconds=20)
    bus.presses_check_button()


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


def door_wire_torn(bus: Story) -> None:
    """The emergency door's wire tears on the way: after three minutes of driving the alarm ends."""
    bus.drives(seats={3})
    bus.cuts_wire("emergency_door")
    bus.drives(seats={3}, seconds=200)
    bus.mends_wire("emergency_door")
    bus.stops(seconds=5)
    bus.opens_door("emergency")
    bus.closes_door("emergency")


def supply_wire_cut(bus: Story) -> None:
    """The wire that measures the supply is cut in a bus without a backup: the board runs on."""
    bus.drives(seats={3})
    bus.parks(check=False)
    bus.loses_supply()
    bus.waits(seconds=40)
    bus.presses_check_button()
    bus.waits(minutes=2)
    bus.finds_supply()
    bus.waits(seconds=10)


def button_wire_cut(bus: Story) -> None:
    """The check button cannot be pressed: at the horn the driver calls the city, and it ends."""
    bus.drives(seats={3})
    bus.cuts_wire("check_button")
    bus.parks(check=False)
    bus.presses_check_button()
    bus.waits(minutes=3)
    bus.presses_sos()
    bus.waits(minutes=30)
    bus.mends_wire("check_button")
    bus.presses_check_button()


def monthly_test(bus: Story) -> None:
    """Nobody has tried the SOS button and the emergency door for 36 days; then it is done."""
    bus.was_tried(days=36)
    bus.waits(minutes=3)
    bus.opens_door("emergency")
    bus.closes_door("emergency")
    bus.presses_sos()
    bus.presses_sos()
    bus.waits(minutes=2)
    bus.drives(seats={3})


SCENARIOS = (
    bit_flips,
    leans_aside,
    dead_contact,
    belts_tidied,
    door_wire_torn,
    supply_wire_cut,
    button_wire_cut,
    monthly_test,
)
