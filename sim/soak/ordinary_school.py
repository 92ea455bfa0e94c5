"""What happens at the school on ordinary days, and in the afternoon.

SCHOOL: the bus comes with children and stands before the gate; afterwards it is empty, parked and
checked. HOME: the bus is parked at the school, empty and checked; the same afterwards, elsewhere.
"""

from __future__ import annotations

from sim.soak.ordinary_answers import ABOARD, AWAY, BESIDE
from sim.soak.ordinary_van import Van
from sim.world.world import Script


def lets_off(van: Van) -> Script:
    """The children get off, the engine off, the walk to the button."""
    yield from van.lets_off()
    yield from parks(van)


def parks(van: Van) -> Script:
    """The end of a run, as it should be."""
    yield from van.parks()
    yield from van.opens()
    van.goes(BESIDE)
    yield from van.shuts()


def checks_before_the_key(van: Van) -> Script:
    """The driver walks through with the engine on, then parks, and walks once more."""
    yield from van.lets_off()
    yield from van.checks()
    yield from parks(van)


def gate_shut(van: Van) -> Script:
    """The gate is shut: engine off and 8 min behind a shut door until it opens."""
    van.key_off()
    yield from van.waits(6, 10)
    yield from lets_off(van)


def gate_shut_door_open(van: Van) -> Script:
    """The gate is shut: engine off and 8 min with the door open, the driver beside it."""
    van.key_off()
    yield from van.opens()
    van.goes(BESIDE)
    yield from van.waits(6, 10)
    yield from lets_off(van)


def classes_one_after_another(van: Van) -> Script:
    """Engine off: the small ones get off first, the others 5 min later."""
    van.key_off()
    yield from van.lets_off(len(van.children) // 2)
    yield from van.waits(4, 6)
    yield from lets_off(van)


def teacher_stays_aboard(van: Van) -> Script:
    """A teacher rides on a child's seat, and stays for 10 min to talk with the driver."""
    seat = van.free_seat()
    van.sits(seat, "the teacher")
    yield from van.lets_off()
    van.key_off()
    yield from van.waits(8, 12)
    yield from van.opens()
    van.rises(seat)
    yield from van.shuts()
    yield from parks(van)


def carer_gets_off_last(van: Van) -> Script:
    """The carer rides on a child's seat and walks through the bus before she gets off."""
    seat = van.free_seat()
    van.sits(seat, "the carer")
    yield from van.lets_off()
    yield from van.opens()
    van.rises(seat)
    yield from van.waits(0.3, 0.6)
    yield from van.shuts()
    yield from parks(van)


def forgotten_umbrella(van: Van) -> Script:
    """A child comes back for its umbrella after the walk, and sits down for a moment."""
    yield from lets_off(van)
    yield from van.waits(0.2, 2)
    yield from van.opens()
    yield from van.boards(1)
    yield from van.waits(0.1, 0.3)
    yield from van.lets_off()


def bag_on_a_seat(van: Van) -> Script:
    """A school bag lies on a seat: the driver sees it on the walk and takes it away."""
    van.bag = van.free_seat()
    van.sits(van.bag, "a bag")
    yield from van.lets_off()
    yield from parks(van)


def bag_overlooked(van: Van) -> Script:
    """A school bag lies on a seat; the driver overlooks it until the prompt goes on."""
    seat = van.free_seat()
    van.sits(seat, "a bag")
    yield from van.lets_off()
    yield from van.parks()
    van.bag = seat
    yield from van.leaves()


def forgets_the_walk(van: Van) -> Script:
    """The driver goes off without the walk: the horn fetches him, as it should."""
    yield from van.lets_off()
    van.key_off()
    van.answers.ignores = True
    yield from van.opens()
    yield from van.shuts()
    van.goes(AWAY)
    yield from van.waits(3.5, 5)
    yield from van.checks()
    van.answers.ignores = False


def children_wait(van: Van) -> Script:
    """The afternoon: for 30 min children get on, engine off, door open, the driver with them."""
    yield from van.opens()
    for _ in range(6):
        yield from van.waits(2, 6)
        yield from van.boards(van.rng.randint(1, 2))
    yield from van.shuts()
    yield from goes_home(van)


def children_wait_doors_shut(van: Van) -> Script:
    """The afternoon, in the rain: children get on, and each time the door is shut behind them."""
    for _ in range(6):
        yield from van.waits(2, 6)
        yield from van.picks_up(van.rng.randint(1, 2))
    yield from goes_home(van)


def late_child(van: Van) -> Script:
    """The afternoon: all but one are on board; 10 min with the engine on, door shut."""
    yield from van.picks_up(van.rng.randint(3, 8))
    yield from van.starts()
    yield from van.waits(7, 12)
    yield from van.picks_up(1)
    yield from goes_home(van)


def goes_home(van: Van) -> Script:
    """Children get off at three places, the engine on; then the walk."""
    for _ in range(2):
        yield from van.drives_to_next_house()
        yield from van.lets_off(len(van.children) // 2)
    yield from van.drives_to_next_house()
    yield from lets_off(van)


def handed_to_parents(van: Van) -> Script:
    """At each house the engine off, the driver brings the child to the door, 2 min."""
    yield from van.picks_up(van.rng.randint(3, 6))
    while van.children:
        yield from van.drives_to_next_house()
        van.key_off()
        van.goes(ABOARD)
        yield from van.opens()
        yield from van.lets_off(1)
        van.goes(BESIDE)
        yield from van.waits(1, 2.5)
    yield from parks(van)


SCHOOL = (
    lets_off,
    checks_before_the_key,
    gate_shut,
    gate_shut_door_open,
    classes_one_after_another,
    teacher_stays_aboard,
    carer_gets_off_last,
    forgotten_umbrella,
    bag_on_a_seat,
    bag_overlooked,
    forgets_the_walk,
)
HOME = (children_wait, children_wait_doors_shut, late_child, handed_to_parents)
