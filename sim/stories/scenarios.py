"""Scenarios by name. Each is a function that puts a bus through a story; the first line of its
docstring says what happens.

    python -m sim story sleeping-child

A new scenario is one function here, and a test of what has to come of it in tests/sim/stories.
"""

from __future__ import annotations

from collections.abc import Callable

from sim import wording
from sim.stories import (
    scenarios_attend,
    scenarios_commands,
    scenarios_hard,
    scenarios_lies,
    scenarios_mishaps,
    scenarios_modes,
    scenarios_night,
    scenarios_ordinary,
    scenarios_persons,
    scenarios_places,
    scenarios_presence,
    scenarios_update,
)
from sim.stories.story import Story

SCENARIOS: dict[str, Callable[[Story], None]] = {}


def _named(scenario: Callable[[Story], None]) -> Callable[[Story], None]:
    SCENARIOS[scenario.__name__.replace("_", "-")] = scenario
    return scenario


@_named
def school_morning(bus: Story) -> None:
    """An ordinary morning: three stops, the school, the check button; no alarm."""
    bus.drives(speed_kmh=50, seats={1, 2, 5}, seconds=90)
    bus.drives(speed_kmh=60, seats={1, 2, 5, 8, 9, 12}, seconds=120)
    bus.drives(speed_kmh=45, seats={1, 2, 5, 8, 9, 12, 20, 33}, seconds=60)
    bus.drives(speed_kmh=50, seats=(), seconds=60)
    bus.parks()
    bus.waits(minutes=10)


@_named
def sleeping_child(bus: Story) -> None:
    """A child sleeps on in seat 7, the driver presses the button without looking."""
    bus.drives(speed_kmh=40, seats={3, 7})
    bus.parks(seats={7})
    bus.waits(minutes=3)
    bus.opens_door()
    bus.leaves(7)
    bus.waits(seconds=15)
    bus.presses_check_button()
    bus.closes_door()
    bus.waits(seconds=15)


@_named
def check_button_forgotten(bus: Story) -> None:
    """All children have left the bus, but the driver has not walked through it."""
    bus.drives(seats={4})
    bus.parks(check=False)
    bus.waits(minutes=4)
    bus.presses_check_button()
    bus.waits(seconds=30)


@_named
def overspeed(bus: Story) -> None:
    """95 km/h where 80 are allowed: a chime at once, an event after 10 s."""
    bus.drives(speed_kmh=95, seats={2}, seconds=20)
    bus.drives(speed_kmh=70, seconds=20)


@_named
def door_open(bus: Story) -> None:
    """The front door opens while the bus drives, then the emergency door."""
    bus.drives(speed_kmh=30, seats={2, 6})
    bus.opens_door()
    bus.waits(seconds=5)
    bus.closes_door()
    bus.opens_door("emergency")
    bus.waits(seconds=5)
    bus.closes_door("emergency")
    bus.waits(seconds=5)


@_named
def belt_off(bus: Story) -> None:
    """Of two children one does not buckle up; later it does."""
    bus.drives(speed_kmh=40, seats={11, 12}, belts={11}, seconds=30)
    bus.buckles(12)
    bus.waits(seconds=30)


@_named
def sensor_cut(bus: Story) -> None:
    """A seat's wire is cut and the expander of seven others fails: broken never reads empty."""
    bus.drives(seats={3, 20})
    bus.cuts_wire(seat=5)
    bus.loses_expander(2)
    bus.waits(seconds=30)
    bus.parks()
    bus.waits(minutes=3)
    bus.finds_expander(2)
    bus.mends_wire(seat=5)
    bus.waits(seconds=30)


@_named
def reboot_with_child(bus: Story) -> None:
    """The power goes while a child sleeps on; the bus alarms again by itself."""
    bus.drives(seats={3, 7})
    bus.parks(seats={7})
    bus.waits(minutes=3)
    bus.cuts_power()
    bus.waits(minutes=2)
    bus.restores_power()
    bus.waits(minutes=1)


@_named
def dead_spot(bus: Story) -> None:
    """Everything goes wrong where there is no signal; the city hears all of it later, once."""
    bus.drives(speed_kmh=40, seats={3, 7})
    bus.loses_signal()
    bus.drives(speed_kmh=95, seconds=30)
    bus.parks(seats={7})
    bus.waits(minutes=3)
    bus.finds_signal()
    bus.waits(minutes=1)


@_named
def gnss_lost(bus: Story) -> None:
    """A tunnel at 60 km/h, then the antenna's cable comes off: speed and place are unknown."""
    bus.drives(speed_kmh=60, seats={3})
    bus.enters_tunnel()
    bus.waits(seconds=30)
    bus.leaves_tunnel()
    bus.waits(seconds=15)
    bus.loses_gnss()
    bus.waits(seconds=15)
    bus.finds_gnss()
    bus.waits(seconds=15)


for _file in (
    scenarios_places,
    scenarios_mishaps,
    scenarios_modes,
    scenarios_hard,
    scenarios_persons,
    scenarios_attend,
    scenarios_lies,
    scenarios_commands,
    scenarios_presence,
    scenarios_night,
    scenarios_ordinary,
    scenarios_update,
):
    for _scenario in _file.SCENARIOS:
        _named(_scenario)


def summary(name: str) -> str:
    """One line about a scenario; KeyError if none has this name."""
    return (SCENARIOS[name].__doc__ or "").splitlines()[0]


def tell(name: str, say: Callable[[str], None] = print) -> int:
    """Tell it as a timeline: left what is done, right what comes of it.

    -> 0, or 1 if the city does not have every record five minutes after the end.
    """
    say(f"{name}: {summary(name)}\n")

    def line(clock: str, done: str, came: str) -> None:
        say(f"{clock}  {done:48}{came}".rstrip())

    bus = Story(line)
    SCENARIOS[name](bus)
    heard = bus.city_heard("alarm", "warning")
    bus.rig.drain()
    bus.rig.check()
    confirmed, missing = len(bus.rig.account.confirmed), bus.rig.missing()
    kinds = ", ".join(map(wording.kind, heard))
    say(f"\nThe city heard: {kinds or 'no alarm and no warning'}.")
    if missing:
        say(f"Of {confirmed} records that the journal confirmed the city lacks {missing}.")
        return 1
    say(f"It has received all {confirmed} records that the journal confirmed.")
    return 0
