"""Scenarios of contacts that may be fitted: presence inputs, the changeover of the check button;
and of a songthaew, which has no contacts at its doors.
"""

from __future__ import annotations

from sim.stories.story import Story


def on_the_floor_after_the_check(bus: Story) -> None:
    """A child slides to the floor at the school's door, where no seat can tell; it stirs later.

    The driver comes for the horn, opens the bus, finds the child, and walks through once more.
    """
    bus.has_inputs(presence=2)
    bus.drives(seats={3, 7})
    bus.leaves(7)
    bus.stops()
    bus.parks()
    bus.waits(minutes=5)
    bus.stirs(2)
    bus.waits(seconds=20)
    bus.stirs(2)
    bus.waits(minutes=4)
    bus.opens_door()
    bus.waits(seconds=15)
    bus.presses_check_button()
    bus.closes_door()
    bus.waits(minutes=5)


def sensor_that_sees_no_walk(bus: Story) -> None:
    """A bag covers a presence sensor: it does not see the driver walk past, and is reported."""
    bus.has_inputs(presence=2)
    bus.covers_presence(2)
    bus.drives(seats={3, 7})
    bus.parks()
    bus.waits(minutes=1)
    bus.uncovers_presence(2)
    bus.drives(seats={3, 7})
    bus.parks()
    bus.waits(minutes=1)


def sensor_that_never_rests(bus: Story) -> None:
    """The wire of a presence sensor tears at night: one alarm, one walk, and it is known as faulty.

    The next day ends without an alarm; mended, it is believed again.
    """
    bus.has_inputs(presence=2)
    bus.drives(seats={3, 7})
    bus.parks()
    bus.waits(minutes=5)
    bus.cuts_wire("presence_1")
    bus.waits(minutes=1)
    bus.opens_door()
    bus.waits(seconds=15)
    bus.presses_check_button()
    bus.closes_door()
    bus.waits(minutes=2)
    bus.drives(seats={3, 7})
    bus.parks()
    bus.waits(minutes=5)
    bus.mends_wire("presence_1")
    bus.waits(minutes=2)


def check_wire_on_ground(bus: Story) -> None:
    """The check wire touches ground: the changeover contradicts it, and it counts as no walk."""
    bus.has_inputs(check_button_2=True)
    bus.drives(seats={3, 7})
    bus.rig.vehicle.faults.stick_switch("check_button", closed=True)
    bus.parks(check=False)
    bus.waits(seconds=20)
    bus.mends_wire("check_button")
    bus.presses_check_button()
    bus.waits(seconds=20)


def songthaew_school_run(bus: Story) -> None:
    """A songthaew without door contacts: two houses, the school, the walk; it never sounds."""
    bus.has_inputs(front_door=False, emergency_door=False)
    bus.boards(3)
    bus.waits(minutes=3)
    bus.drives(seats={3, 7}, seconds=40)
    bus.drives(seats={3, 7, 12}, seconds=40)
    bus.parks()
    bus.waits(minutes=10)


def songthaew_waits_with_the_engine_off(bus: Story) -> None:
    """Its engine stops at the school before the children get off: they are settled by the walk."""
    bus.has_inputs(front_door=False, emergency_door=False)
    bus.drives(seats={3, 7}, seconds=40)
    bus.stops()
    bus.turns_ignition(False)
    bus.leaves(3)
    bus.leaves(7)
    bus.waits(seconds=20)
    bus.presses_check_button()
    bus.waits(minutes=5)


def songthaew_child_left(bus: Story) -> None:
    """A child sleeps on in a songthaew: the alarm comes in time, without any door contact."""
    bus.has_inputs(front_door=False, emergency_door=False)
    bus.drives(seats={3, 7}, seconds=40)
    bus.parks(seats={7})
    bus.waits(minutes=4)


SCENARIOS = (
    on_the_floor_after_the_check,
    sensor_that_sees_no_walk,
    sensor_that_never_rests,
    check_wire_on_ground,
    songthaew_school_run,
    songthaew_waits_with_the_engine_off,
    songthaew_child_left,
)
