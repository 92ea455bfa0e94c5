"""What happens on the way to school on ordinary days: at the houses, and between them.

HOUSES: a round on which the children are picked up. WAY: the bus has children on board and stands
where its last leg ended; afterwards it drives on. An adult is with the children on every one.
"""

from __future__ import annotations

from sim.soak.ordinary_answers import ABOARD, ASLEEP, AWAY, BESIDE, WHEEL
from sim.soak.ordinary_van import STOPS_M, Van
from sim.world.world import Script

_BOARD_UP_MS = 1500


def stops(van: Van) -> Script:
    """Two stops, the engine runs on."""
    for stop in ("one", "two"):
        yield from van.drives(STOPS_M[stop])
        yield from van.picks_up(van.rng.randint(2, 5))


def village_round(van: Van) -> Script:
    """Four houses, at each the engine off and the door open, 3 min until the child comes."""
    for house_m in (250, 500, 750, 1000):
        yield from van.drives(house_m)
        van.key_off()
        yield from van.opens()
        yield from van.waits(2.5, 3.5)
        yield from van.boards(1)
        yield from van.shuts()


def village_round_doors_shut(van: Van) -> Script:
    """Four houses, at each the engine off, 3 min behind a shut door until the child comes."""
    for house_m in (250, 500, 750, 1000):
        yield from van.drives(house_m)
        van.key_off()
        yield from van.waits(2.5, 3.5)
        yield from van.picks_up(1)


def fetched_at_the_gate(van: Van) -> Script:
    """At two houses the driver gets out and carries a small child into the bus."""
    yield from stops_one(van)
    for house_m in (750, 1000):
        yield from van.drives(house_m)
        van.key_off()
        yield from van.opens()
        van.goes(BESIDE)
        yield from van.waits(0.7, 1.5)
        van.goes(ABOARD)
        yield from van.boards(1)
        yield from van.shuts()


def stops_one(van: Van) -> Script:
    """The first stop only."""
    yield from van.drives(STOPS_M["one"])
    yield from van.picks_up(van.rng.randint(2, 5))


def fuel(van: Van) -> Script:
    """Fuel: engine off for 6 min, the driver beside the pump, the children inside, door shut."""
    van.may_start = False
    van.key_off()
    yield from van.waits(0.2, 0.5)
    van.goes(BESIDE)
    yield from van.waits(4, 8)
    van.may_start = True


def ferry(van: Van) -> Script:
    """A ferry: engine off for 25 min, door open, the driver with the children."""
    van.may_start = False
    van.key_off()
    yield from van.opens()
    van.goes(ABOARD)
    yield from van.waits(18, 30)
    yield from van.shuts()
    van.may_start = True


def flat_tyre(van: Van) -> Script:
    """A flat tyre: the driver changes the wheel for 25 min, the children wait inside."""
    van.key_off()
    yield from van.opens()
    van.goes(BESIDE)
    yield from van.waits(18, 30)
    yield from van.shuts()


def flat_tyre_children_outside(van: Van) -> Script:
    """A flat tyre: the children wait at the roadside until the wheel is changed."""
    count = len(van.children)
    van.key_off()
    van.goes(BESIDE)
    yield from van.lets_off()
    yield from van.waits(15, 25)
    yield from van.picks_up(count)


def police_check(van: Van) -> Script:
    """Police: engine off for 4 min, an officer looks in and counts."""
    van.key_off()
    yield from van.waits(0.5, 1)
    yield from van.opens()
    yield from van.waits(2, 4)
    yield from van.shuts()


def level_crossing(van: Van) -> Script:
    """A goods train: engine off for 6 min, door shut, the driver at the wheel."""
    van.key_off()
    yield from van.waits(4, 8)


def traffic_jam(van: Van) -> Script:
    """A jam: 20 min at standstill with the engine on."""
    yield from van.waits(15, 25)


def water(van: Van) -> Script:
    """The driver buys water, 2 min away from the bus that he can see; the engine runs."""
    van.goes(AWAY)
    yield from van.waits(1.5, 2.5)
    van.goes(WHEEL)


def sick_child(van: Van) -> Script:
    """A child is sick: engine off, it gets off with the driver for 6 min and comes back."""
    van.key_off()
    yield from van.lets_off(1)
    van.goes(BESIDE)
    yield from van.waits(4, 8)
    yield from van.picks_up(1)


def radio(van: Van) -> Script:
    """They are early: engine off, then the key on again for the radio, 12 min."""
    van.key_off()
    yield from van.waits(0.3, 0.8)
    van.world.turn_key()
    yield from van.waits(8, 15)
    van.key_off()


def two_drivers_swap(van: Van) -> Script:
    """Two drivers swap: engine off, one gets off and another gets in, 3 min."""
    van.key_off()
    yield from van.waits(0.2, 0.5)
    yield from van.opens()
    van.goes(BESIDE)
    yield from van.waits(1, 3)
    van.goes(ABOARD)
    yield from van.shuts()


def breakfast_at_the_wheel(van: Van) -> Script:
    """They are early: the driver eats at the wheel for 15 min, engine off, children on board."""
    van.key_off()
    yield from van.waits(12, 18)


def brown_out(van: Van) -> Script:
    """Engine off at a pick-up; the starter pulls the board down for a second and a half."""
    van.key_off()
    yield from van.picks_up(1)
    van.world.turn_ignition(True)
    van.has_power = False
    yield _BOARD_UP_MS
    van.has_power = True
    yield from van.waits(0.2, 0.4)


def stalls(van: Van) -> Script:
    """A weak battery: the engine starts at the fourth attempt."""
    for _ in range(3):
        van.key_off()
        yield from van.waits(0.05, 0.2)
        van.world.turn_ignition(True)
        yield 900
    van.key_off()
    yield from van.waits(0.1, 0.3)


def sleeps_with_the_children(van: Van) -> Script:
    """They are an hour early: engine off, the driver dozes at the wheel for 25 min."""
    van.key_off()
    van.goes(ASLEEP)
    yield from van.waits(20, 30)
    van.goes(WHEEL)


def breakdown(van: Van) -> Script:
    """The engine dies: after 30 min another bus takes the children over; this one is towed."""
    van.may_start = False
    van.key_off()
    van.goes(BESIDE)
    yield from van.waits(1, 2)
    yield from van.opens()
    yield from van.waits(20, 30)
    yield from van.lets_off()
    yield from van.checks()
    van.may_start = True


def children_fight(van: Van) -> Script:
    """Two children fight: the driver halts and separates them, engine on, 3 min."""
    van.goes(ABOARD)
    yield from van.waits(2, 4)
    van.goes(WHEEL)


HOUSES = (stops, village_round, village_round_doors_shut, fetched_at_the_gate)
WAY = (
    fuel,
    ferry,
    flat_tyre,
    flat_tyre_children_outside,
    police_check,
    level_crossing,
    traffic_jam,
    water,
    sick_child,
    radio,
    two_drivers_swap,
    breakfast_at_the_wheel,
    brown_out,
    stalls,
    sleeps_with_the_children,
    breakdown,
    children_fight,
)
