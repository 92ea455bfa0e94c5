"""Scenarios of persons who rise behind shut doors: they are still inside."""

from __future__ import annotations

from sim.stories.story import Story


def sleeper_rises(bus: Story) -> None:
    """A child left behind wakes and rises before the alarm; nobody comes for a quarter of an hour.

    Then the driver opens the bus, finds the child on the floor, and walks through once more.
    """
    bus.drives(seats={3, 7})
    bus.parks(seats={7})
    bus.waits(seconds=70)
    bus.leaves(7)
    bus.waits(minutes=15)
    bus.opens_door()
    bus.waits(seconds=15)
    bus.presses_check_button()
    bus.waits(seconds=10)


def rises_in_fear_of_the_horn(bus: Story) -> None:
    """A child rises when the horn sounds: it sounds on until the driver has looked for it."""
    bus.drives(seats={3, 7})
    bus.parks(seats={7})
    bus.waits(minutes=3)
    bus.leaves(7)
    bus.waits(seconds=30)
    bus.presses_check_button()
    bus.opens_door()
    bus.waits(seconds=15)
    bus.presses_check_button()
    bus.waits(seconds=10)


def slides_to_the_floor(bus: Story) -> None:
    """A child slides to the floor at 40 km/h; at the school the others leave, and the driver walks
    past."""
    bus.drives(speed_kmh=40, seats={3, 7, 8})
    bus.leaves(7)
    bus.drives(speed_kmh=40, seats={3, 8}, seconds=30)
    bus.parks()
    bus.waits(minutes=4)
    bus.opens_door()
    bus.waits(seconds=15)
    bus.presses_check_button()
    bus.waits(seconds=10)


def risen_and_power_cut(bus: Story) -> None:
    """The child has risen when the power goes: the bus alarms again by itself."""
    bus.drives(seats={3, 7})
    bus.parks(seats={7})
    bus.waits(minutes=1)
    bus.leaves(7)
    bus.cuts_power()
    bus.waits(seconds=30)
    bus.opens_door()
    bus.restores_power()
    bus.waits(seconds=30)


def stands_up_before_the_stop(bus: Story) -> None:
    """A child stands up when the bus brakes for the school: it leaves as all the others do."""
    bus.drives(speed_kmh=50, seats={3, 7})
    bus.leaves(7)
    bus.stops(seconds=3)
    bus.parks()
    bus.waits(minutes=4)


SCENARIOS = (
    sleeper_rises,
    rises_in_fear_of_the_horn,
    slides_to_the_floor,
    risen_and_power_cut,
    stands_up_before_the_stop,
)
