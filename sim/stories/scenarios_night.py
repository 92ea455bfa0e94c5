"""Scenarios of a bus that sleeps: parked, checked and empty, its radio off."""

from __future__ import annotations

from sim.stories.story import Story


def night(bus: Story) -> None:
    """A quiet night: the bus sleeps, reports as promised, and drives in the morning."""
    bus.drives(seats={3, 7})
    bus.parks()
    bus.waits(minutes=100)
    bus.drives(seats={3, 7}, seconds=30)


def child_at_night(bus: Story) -> None:
    """A child climbs into the sleeping bus at night: it alarms at once and wakes its radio."""
    bus.parks()
    bus.waits(minutes=32)
    bus.boards(20)
    bus.waits(minutes=1)


def thief_of_a_battery(bus: Story) -> None:
    """The battery is disconnected while the bus sleeps: it wakes, and reports it."""
    bus.is_fitted("backup")
    bus.parks()
    bus.waits(minutes=17)
    bus.loses_supply()
    bus.waits(seconds=40)
    bus.finds_supply()
    bus.waits(minutes=10)


SCENARIOS = (night, child_at_night, thief_of_a_battery)
