"""Scenarios of what the policy knows: places, limits, stops (straight_policy.py)."""

from __future__ import annotations

from typing import Any

from sim.stories.story import Story
from sim.stories.straight_policy import pack


def _serves(bus: Story, *seats: int) -> None:
    """The door opens, these children get on, it closes."""
    bus.opens_door()
    bus.boards(*seats)
    bus.closes_door()
    bus.buckles(*seats)


def _lets_off(bus: Story, *seats: int) -> None:
    bus.opens_door()
    bus.leaves(*seats)
    bus.closes_door()


def ordinary_route(bus: Story) -> None:
    """A policy, its route, two stops and the school: notices of arrival, no warning."""
    bus.receives_policy(pack())
    bus.drives_to(1500)
    _serves(bus, 3)
    bus.drives_to(3000)
    _serves(bus, 7)
    bus.passes(4700, 50)
    bus.drives_to(5000, 25)
    _lets_off(bus, 3, 7)
    bus.waits(seconds=10)


def school_zone(bus: Story) -> None:
    """45 km/h past the school in the morning, where 30 are allowed."""
    bus.receives_policy(pack(routes=[]))
    bus.drives(45, seats={3}, seconds=0)
    bus.passes(5100, 45)
    bus.drives(25, seconds=20)
    bus.stops()


def overspeed_by_road(bus: Story) -> None:
    """76 km/h: too fast on the town's road for more than two minutes, allowed on the highway."""
    bus.receives_policy(pack(routes=[]))
    bus.drives(76, seats={3}, seconds=0)
    bus.passes(6700, 76)
    bus.stops(seconds=10)


def off_route(bus: Story) -> None:
    """The bus turns off its route and stops where none is planned."""
    bus.receives_policy(pack())
    bus.drives_to(1500)
    _serves(bus, 3)
    bus.drives(40, seconds=20)
    bus.turns_off(90)
    bus.waits(seconds=120)
    bus.stops()


def stop_missed(bus: Story) -> None:
    """Children wait at the second stop, and the bus drives past."""
    bus.receives_policy(pack())
    bus.drives_to(1500)
    _serves(bus, 3)
    bus.passes(3300, 50)
    bus.stops(seconds=10)


def stop_out_of_order(bus: Story) -> None:
    """The second stop of a route is served before the first, by a route in the other direction."""
    route = {"id": "back", "stops": ["two", "one", "school"], "hours": ["05:30-08:00"]}
    bus.receives_policy(pack(routes=[route]))
    bus.drives_to(1500)
    _serves(bus, 3)
    bus.drives_to(3000)
    _serves(bus, 7)
    bus.waits(seconds=10)


def zone_entered(bus: Story) -> None:
    """Over a closed bridge, and into a flooded hollow."""
    bus.receives_policy(pack(routes=[], zones=pack()["zones"][1:]))
    bus.drives(40, seats={3}, seconds=0)
    bus.passes(9200, 40)
    bus.stops(seconds=30)


def door_off_stop(bus: Story) -> None:
    """The driver lets a child out at a red light."""
    bus.receives_policy(pack())
    bus.drives_to(1500)
    _serves(bus, 3)
    bus.drives_to(2200)
    _lets_off(bus, 3)
    bus.waits(seconds=5)


def child_stays_at_school(bus: Story) -> None:
    """Of two children one sleeps on at the school: the alarm comes before the bus leaves."""
    bus.receives_policy(pack())
    bus.drives_to(1500)
    _serves(bus, 3, 7)
    bus.drives_to(3000)
    _serves(bus, 9)
    bus.passes(4700, 50)
    bus.drives_to(5000, 25)
    _lets_off(bus, 3, 9)
    bus.waits(seconds=5)
    _lets_off(bus, 7)
    bus.waits(seconds=10)


def home_from_school(bus: Story) -> None:
    """Children get on at the school while the engine is off, and are driven home: no alarm."""
    route = {"id": "home", "stops": ["school", "depot"], "hours": ["05:30-08:00"]}
    bus.receives_policy(pack(routes=[route], stops=_school_here()))
    bus.opens_door()
    bus.boards(3, 7)
    bus.waits(minutes=2)
    bus.turns_ignition(True)
    bus.closes_door()
    bus.buckles(3, 7)
    bus.drives(25, seconds=60)
    bus.stops()


def _school_here() -> list[Any]:
    """The school where the story begins."""
    stops = pack()["stops"]
    stops[0]["id"], stops[-1]["id"] = "school", "depot"
    return stops


def bad_policy(bus: Story) -> None:
    """The city sends a policy with a latitude of 913 degrees: refused, and the place named."""
    bus.receives_policy(pack())
    wrong = pack(version=2)
    wrong["zones"][1]["polygon"][2][0] = 913.0
    bus.receives_policy(wrong)
    bus.waits(seconds=5)


SCENARIOS = (
    ordinary_route,
    school_zone,
    overspeed_by_road,
    off_route,
    stop_missed,
    stop_out_of_order,
    zone_entered,
    door_off_stop,
    child_stays_at_school,
    home_from_school,
    bad_policy,
)
