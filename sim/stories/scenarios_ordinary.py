"""Scenarios of ordinary days: an adult is with the children, and no horn sounds.

Each is one of the days of `python -m sim soak --nuisance`, on a bus with a here button.
"""

from __future__ import annotations

from sim.stories.story import Story


def village_round(bus: Story) -> None:
    """Three minutes at each of three houses, the engine off: the driver presses the here button."""
    bus.has_contacts("here")
    bus.drives(seats={3}, seconds=30)
    for seat in (7, 8, 12):
        bus.stops()
        bus.turns_ignition(False)
        bus.opens_door()
        bus.presses_here()
        bus.waits(minutes=3)
        bus.boards(seat)
        bus.closes_door()
        bus.drives(speed_kmh=30, seconds=20)


def at_the_pump(bus: Story) -> None:
    """Fuel with children on board: eight minutes, the engine off, the driver beside the bus."""
    bus.has_contacts("here")
    bus.drives(seats={3, 7, 8})
    bus.parks(seats={3, 7, 8}, check=False)
    bus.waits(seconds=10)
    bus.presses_here()
    bus.waits(minutes=5, seconds=10)
    bus.presses_here()
    bus.waits(minutes=3)
    bus.drives(speed_kmh=30, seconds=20)


def on_the_ferry(bus: Story) -> None:
    """Twenty minutes on a ferry, the engine off and the door open: five presses of the button."""
    bus.has_contacts("here")
    bus.drives(seats={3, 7})
    bus.parks(seats={3, 7}, check=False)
    bus.opens_door()
    for _ in range(5):
        bus.presses_here()
        bus.waits(minutes=4, seconds=30)
    bus.closes_door()
    bus.drives(speed_kmh=30, seconds=20)


def lunch_at_the_wheel(bus: Story) -> None:
    """The driver eats at the wheel for half an hour; the bus is empty and checked."""
    bus.has_contacts("here", "driver_seat")
    bus.driver_sits()
    bus.drives(seats={3})
    bus.parks()
    bus.waits(minutes=35)
    bus.driver_sits(False)
    bus.waits(minutes=5)


def drivers_swap(bus: Story) -> None:
    """Two drivers swap with children on board: the seat is empty for a minute, the engine off."""
    bus.has_contacts("here", "driver_seat")
    bus.driver_sits()
    bus.drives(seats={3, 7})
    bus.parks(seats={3, 7}, check=False)
    bus.waits(minutes=2)
    bus.driver_sits(False)
    bus.waits(minutes=1)
    bus.driver_sits()
    bus.waits(minutes=2)
    bus.drives(speed_kmh=30, seconds=20)


def teacher_stays_aboard(bus: Story) -> None:
    """At the school a teacher stays on a child's seat and talks with the driver for eight
    minutes."""
    bus.has_contacts("here")
    bus.drives(seats={3, 7})
    bus.parks(seats={7}, check=False)
    bus.presses_here()
    bus.waits(minutes=4, seconds=50)
    bus.presses_here()
    bus.waits(minutes=3)
    bus.opens_door()
    bus.leaves(7)
    bus.presses_check_button()
    bus.closes_door()
    bus.waits(minutes=5)


def washing_inside(bus: Story) -> None:
    """Washers lean on the seats behind a shut door; the driver has held the here button."""
    bus.has_contacts("here")
    bus.drives(seats={3})
    bus.parks()
    bus.waits(minutes=5)
    bus.presses_here(seconds=4)
    for seat in (1, 2, 9, 20):
        bus.boards(seat)
        bus.waits(seconds=20)
        bus.leaves(seat)
    bus.opens_door()
    bus.closes_door()
    bus.waits(minutes=10)


def children_wait(bus: Story) -> None:
    """Half an hour in the afternoon: children get on one by one, the engine off, the door open."""
    bus.has_contacts("here")
    bus.drives(seats={3})
    bus.parks()
    bus.waits(minutes=5)
    bus.opens_door()
    for seat in (3, 7, 8, 12, 13, 20):
        bus.boards(seat)
        if seat > 7:
            bus.presses_here()
        bus.waits(minutes=5)
    bus.closes_door()
    bus.drives(speed_kmh=30, seconds=20)


def flat_tyre(bus: Story) -> None:
    """The children get off, the driver changes the wheel for a quarter of an hour, all get on."""
    bus.has_contacts("here")
    bus.drives(seats={3, 7})
    bus.parks()
    bus.waits(minutes=15)
    bus.opens_door()
    bus.boards(3, 7)
    bus.closes_door()
    bus.drives(speed_kmh=30, seconds=20)


SCENARIOS = (
    village_round,
    at_the_pump,
    on_the_ferry,
    lunch_at_the_wheel,
    drivers_swap,
    teacher_stays_aboard,
    washing_inside,
    children_wait,
    flat_tyre,
)
