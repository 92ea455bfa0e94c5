"""What breaks on ordinary days: one wire, one chip. The day goes on, and nobody is in danger.

Each is a script beside the day: it breaks when it likes, and is mended in the workshop, later.
"""

from __future__ import annotations

from sim.soak.ordinary_van import Van
from sim.world.world import Script

_LOOSE_MS = (400, 2500)


def seat_wire_cut(van: Van) -> Script:
    """The wire of one seat is cut on the way: it reads taken for the rest of the day."""
    yield from van.waits(1, 4)
    van.faults.cut_seat(van.rng.randint(1, van.world.seat_count))


def seat_module_dead(van: Van) -> Script:
    """The expander of all seats fails on the way."""
    yield from van.waits(1, 4)
    van.faults.silence_expander(0)


def seat_plug_loose(van: Van) -> Script:
    """The plug of one seat is loose for three minutes of the ride."""
    yield from van.waits(1, 3)
    seat = van.rng.randint(1, van.world.seat_count)
    for times in range(900):
        van.faults.stick_seat(seat, times % 2 == 0)
        yield 200
    van.faults.mend_seat(seat)


def emergency_door_wire_cut(van: Van) -> Script:
    """The wire of the emergency door is cut on the way: it reads open."""
    yield from van.waits(1, 4)
    van.faults.cut_wire("emergency_door")


def front_door_wire_cut(van: Van) -> Script:
    """The wire of the front door is cut on the way: it reads open."""
    yield from van.waits(1, 4)
    van.faults.cut_wire("front_door")


def check_wire_cut(van: Van) -> Script:
    """The wire of the check button is cut on the way: no press is seen any more."""
    yield from van.waits(1, 4)
    van.faults.cut_wire("check_button")


def ignition_loose(van: Van) -> Script:
    """The ignition input is loose: it falls off now and then while the bus drives."""
    while True:
        yield from van.waits(0.3, 1)
        if van.world.speed_mms:
            van.faults.cut_wire("ignition")
            yield van.rng.randint(*_LOOSE_MS)
            van.faults.mend_switch("ignition")


def ignition_never(van: Van) -> Script:
    """The ignition input reads off all day; at red lights the bus stands for two minutes."""
    van.faults.cut_wire("ignition")
    yield 0


def gnss_dead(van: Van) -> Script:
    """The antenna's cable is off all day: no speed, no place."""
    van.faults.silence_gnss()
    yield 0


def horn_wire_cut(van: Van) -> Script:
    """The wire of the horn is cut."""
    yield from van.waits(1, 4)
    van.faults.cut_wire("horn")


FAULTS = (
    seat_wire_cut,
    seat_module_dead,
    seat_plug_loose,
    emergency_door_wire_cut,
    front_door_wire_cut,
    check_wire_cut,
    ignition_loose,
    ignition_never,
    gnss_dead,
    horn_wire_cut,
)
