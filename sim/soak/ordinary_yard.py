"""What happens in the yard on ordinary days: the bus is parked, empty and checked, before and
after.

A mechanic and washers do not know the bus: they press the here button where one is fitted, as its
label says, and nothing else. When they have done their work the driver comes back.
"""

from __future__ import annotations

from sim.soak.ordinary_answers import ABOARD, ASLEEP, AWAY, BESIDE, WHEEL
from sim.soak.ordinary_van import Van
from sim.world.world import Script


def rests(van: Van) -> Script:
    """The bus stands shut for half an hour, the driver is away."""
    van.goes(AWAY)
    yield from van.waits(25, 35)


def nap_door_shut(van: Van) -> Script:
    """The driver sleeps on a child's seat for 40 min, door shut."""
    yield from _nap(van, shut=True)


def nap_door_open(van: Van) -> Script:
    """The driver sleeps on a child's seat for 40 min, door open."""
    yield from _nap(van, shut=False)


def _nap(van: Van, shut: bool) -> Script:
    yield from van.opens()
    van.goes(ABOARD)
    if shut:
        yield from van.shuts()
    yield from van.stays()
    seat = van.free_seat()
    van.sits(seat)
    yield from van.waits(30, 50)
    van.rises(seat)
    yield from van.opens()
    yield from van.shuts()


def nap_at_the_wheel(van: Van) -> Script:
    """The driver sleeps at the wheel for 40 min, door shut, engine off."""
    van.goes(ASLEEP)
    yield from van.stays()
    yield from van.waits(30, 50)


def lunch_at_the_wheel(van: Van) -> Script:
    """The driver eats at the wheel, 25 min, engine off."""
    van.goes(WHEEL)
    yield from van.stays()
    yield from van.waits(20, 30)


def lunch_on_the_seats(van: Van) -> Script:
    """Three drivers eat on the children's seats, door open, 30 min."""
    yield from van.opens()
    van.goes(ABOARD)
    yield from van.stays()
    seats = []
    for _ in range(3):
        yield from van.waits(0.1, 0.5)
        seats.append(van.free_seat())
        van.sits(seats[-1])
    yield from van.waits(25, 35)
    for seat in seats:
        van.rises(seat)
        yield from van.waits(0.05, 0.2)
    yield from van.shuts()


def radio_in_the_yard(van: Van) -> Script:
    """The driver listens to the radio at the wheel, key on, engine off, 30 min."""
    van.goes(WHEEL)
    van.world.turn_key()
    yield from van.waits(25, 35)
    van.key_off()
    van.goes(BESIDE)


def washing_doors_shut(van: Van) -> Script:
    """Washers clean outside, then inside behind a shut door; they lean on the seats.

    The driver has shown them the here button, where one is fitted.
    """
    yield from _washing(van, shut=True)


def washing_doors_open(van: Van) -> Script:
    """Washers clean inside, door open; they lean on the seats."""
    yield from _washing(van, shut=False)


def _washing(van: Van, shut: bool) -> Script:
    van.answers.is_stranger = True
    yield from van.waits(8, 12)
    yield from van.opens()
    van.goes(ABOARD)
    if shut:
        yield from van.shuts()
        yield from van.stays()
    for seat in range(1, van.world.seat_count + 1):
        yield from van.waits(0.1, 0.4)
        van.sits(seat, "a washer")
        yield van.rng.randint(300, 6000)
        van.rises(seat)
    yield from van.opens()
    van.goes(BESIDE)
    yield from van.waits(1, 5)
    yield from van.shuts()
    van.answers.is_stranger = False


def mechanic(van: Van) -> Script:
    """A mechanic starts the engine eight times in an hour; nobody rides, nobody walks through."""
    yield from van.opens()
    van.answers.is_stranger = True
    van.goes(WHEEL)
    yield from van.shuts()
    for _ in range(8):
        van.world.turn_ignition(True)
        yield from van.waits(0.3, 2)
        van.key_off()
        yield from van.waits(3.5, 7)
    van.answers.is_stranger = False


def test_drive(van: Van) -> Script:
    """A mechanic drives round the block and parks; nobody else was on board."""
    van.answers.is_stranger = True
    yield from van.drives_on(600)
    van.key_off()
    yield from van.waits(4, 6)
    van.answers.is_stranger = False


def shunting(van: Van) -> Script:
    """The bus is moved by a length, twice, and nobody walks through."""
    for _ in range(2):
        yield from van.drives_on(25, speed_kmh=10)
        van.key_off()
        van.goes(BESIDE)
        yield from van.waits(4, 8)


def next_driver(van: Van) -> Script:
    """The next driver takes over: in by the front door, drives to the other yard, parks."""
    yield from van.opens()
    yield from van.shuts()
    yield from van.drives_on(500)
    yield from van.parks()


def fuel_empty(van: Van) -> Script:
    """Fuel without children: engine off at the pump for 6 min, back to the yard."""
    yield from van.drives_on(400)
    van.may_start = False
    van.key_off()
    van.goes(BESIDE)
    yield from van.waits(4, 8)
    van.may_start = True
    yield from van.drives_on(400)
    yield from van.parks()


def aired(van: Van) -> Script:
    """The door stands open for an hour to let the heat out, the driver is away."""
    yield from van.opens()
    van.goes(AWAY)
    yield from van.waits(50, 60)
    yield from van.shuts()


def goods(van: Van) -> Script:
    """Rice for the school kitchen lies on two seats, engine off, door open for 20 min."""
    yield from van.opens()
    van.goes(BESIDE)
    seats = [van.free_seat()]
    van.sits(seats[0], "a sack of rice")
    seats.append(van.free_seat())
    van.sits(seats[1], "a sack of rice")
    yield from van.waits(15, 25)
    yield from van.shuts()
    yield from van.drives_to_next_house()
    yield from van.opens()
    for seat in seats:
        van.rises(seat)
        yield from van.waits(0.2, 0.5)
    yield from van.shuts()
    yield from van.parks()


def battery_off(van: Van) -> Script:
    """The battery is off for 20 min while the bus is parked; the power comes back."""
    van.goes(AWAY)
    van.has_power = False
    yield from van.waits(15, 25)
    van.has_power = True
    yield from van.waits(4, 6)


YARD = (
    rests,
    nap_door_shut,
    nap_door_open,
    nap_at_the_wheel,
    lunch_at_the_wheel,
    lunch_on_the_seats,
    radio_in_the_yard,
    washing_doors_shut,
    washing_doors_open,
    mechanic,
    test_drive,
    shunting,
    next_driver,
    fuel_empty,
    aired,
    goods,
    battery_off,
)
