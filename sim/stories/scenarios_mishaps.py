"""Scenarios of what goes wrong on the road, under the seats and in the wires."""

from __future__ import annotations

from sim.stories.story import Story


def harsh_driving(bus: Story) -> None:
    """Hard braking and a bend too fast, felt by the accelerometer."""
    bus.is_fitted("accelerometer")
    bus.drives(speed_kmh=60, seats={3, 7}, seconds=20)
    bus.brakes_hard(20)
    bus.drives(speed_kmh=50, seconds=10)
    bus.corners()
    bus.stops(seconds=10)


def harsh_braking_by_gnss(bus: Story) -> None:
    """Hard braking in a bus without an accelerometer: the speeds of GNSS show it."""
    bus.drives(speed_kmh=70, seats={3, 7}, seconds=20)
    bus.brakes_hard(0, mss=6.5)
    bus.waits(seconds=15)


def crash(bus: Story) -> None:
    """A crash: the heads are counted as they were, though children fell off their seats."""
    bus.is_fitted("accelerometer")
    bus.drives(speed_kmh=60, seats={3, 7, 12}, seconds=20)
    bus.crashes(throws=(7, 12))
    bus.waits(minutes=1)


def harsh_acceleration(bus: Story) -> None:
    """The driver speeds up so hard that children are pressed into their seats."""
    bus.drives(speed_kmh=10, seats={3, 7}, seconds=20)
    bus.pulls_away(70)
    bus.waits(seconds=10)


def crash_by_gnss(bus: Story) -> None:
    """A crash in a bus without an accelerometer: a stop that no brakes make."""
    bus.drives(speed_kmh=60, seats={3, 7, 12}, seconds=20)
    bus.crashes(throws=(7, 12))
    bus.waits(minutes=1)


def emergency_door(bus: Story) -> None:
    """Smoke at a stop: all children leave through the emergency door, and the city counts."""
    bus.drives(speed_kmh=40, seats={3, 7, 12})
    bus.stops(seconds=5)
    bus.opens_door("emergency")
    bus.leaves(3, 7, 12)
    bus.waits(seconds=30)
    bus.closes_door("emergency")
    bus.waits(seconds=5)


def child_standing(bus: Story) -> None:
    """A child gets up at 40 km/h and sits down somewhere else after a while."""
    bus.drives(speed_kmh=40, seats={3, 7}, seconds=20)
    bus.leaves(7)
    bus.waits(seconds=10)
    bus.boards(9)
    bus.buckles(9)
    bus.waits(seconds=10)


def child_in_a_parked_bus(bus: Story) -> None:
    """A child slept on the floor; an hour after the check it climbs onto a seat."""
    bus.drives(seats={3, 7})
    bus.parks()
    bus.waits(minutes=60)
    bus.boards(20)
    bus.waits(seconds=30)
    bus.opens_door()
    bus.leaves(20)
    bus.waits(seconds=5)


def sos(bus: Story) -> None:
    """The driver holds the SOS button; nothing sounds, but the city knows."""
    bus.drives(speed_kmh=40, seats={3})
    bus.presses_sos(1)
    bus.waits(seconds=10)
    bus.presses_sos(3)
    bus.waits(seconds=30)
    bus.presses_sos(3)


def idling(bus: Story) -> None:
    """The driver waits with the engine on."""
    bus.drives(speed_kmh=40)
    bus.stops(seconds=330)
    bus.drives(speed_kmh=30, seconds=10)


def driver_hours(bus: Story) -> None:
    """Too long without a break, here after 30 min; it ends with a break of 10 min."""
    bus.is_fitted(drive_run_min=30, rest_min=10)
    bus.drives(speed_kmh=40, seconds=31 * 60)
    bus.parks()
    bus.waits(minutes=12)


def heat(bus: Story) -> None:
    """A child sleeps on in a bus that heats up: soon too hot after 3 min, too hot after 9."""
    bus.drives(seats={3, 7})
    bus.parks(seats={7})
    bus.waits(minutes=10)
    bus.opens_door()
    bus.leaves(7)
    bus.waits(seconds=15)
    bus.presses_check_button()


def hot_cabin(bus: Story) -> None:
    """The same with a thermometer on a hot day: 33 degrees at the start, so 35 comes early."""
    bus.is_fitted("cabin")
    bus.drives(seats={3, 7})
    bus.heats_up(33, minutes=0.5)
    bus.parks(seats={7})
    bus.heats_up(38, minutes=5)
    bus.waits(minutes=4)
    bus.drives(speed_kmh=30, seconds=10)


def supply_cut(bus: Story) -> None:
    """The battery is disconnected while a child is on board; the backup lasts a minute."""
    bus.is_fitted("backup")
    bus.drives(seats={3, 7})
    bus.parks(seats={7})
    bus.loses_supply()
    bus.waits(minutes=1)
    bus.cuts_power()
    bus.waits(minutes=1)
    bus.restores_power()
    bus.finds_supply()
    bus.waits(seconds=30)


def supply_low(bus: Story) -> None:
    """The alternator no longer charges: the city knows before the battery is empty."""
    bus.drives(seats={3}, seconds=20)
    bus.supply_sinks(11300)
    bus.waits(seconds=90)
    bus.finds_supply()
    bus.waits(seconds=20)


def left_behind_in_japan(bus: Story) -> None:
    """The profile `japan`: the alarm sounds inside after 3 min, the horn outside after 15."""
    bus.is_fitted(left_behind_profile="japan", disabled=["heat"])
    bus.drives(speed_kmh=40, seats={7})
    bus.parks(seats={7})
    bus.waits(minutes=16)


def long_tunnel(bus: Story) -> None:
    """85 km/h into a long tunnel: too fast before it, place and speed unknown inside."""
    bus.drives(speed_kmh=85, seats={3}, seconds=20)
    bus.enters_tunnel()
    bus.waits(seconds=80)
    bus.leaves_tunnel()
    bus.waits(seconds=20)
    bus.drives(speed_kmh=60, seconds=10)


def gnss_jammed(bus: Story) -> None:
    """A standing bus loses its position all at once."""
    bus.drives(speed_kmh=40, seats={3})
    bus.stops(seconds=45)
    bus.is_jammed()
    bus.waits(seconds=30)
    bus.leaves_tunnel()
    bus.waits(seconds=20)


def gnss_jump(bus: Story) -> None:
    """The position jumps two kilometres and back."""
    bus.drives(speed_kmh=40, seats={3})
    bus.jumps(2000)
    bus.waits(seconds=70)


def seat_stuck(bus: Story) -> None:
    """A seat's contact sticks: the bus alarms, and later says that it may be the contact."""
    bus.drives(seats={3, 7})
    bus.sticks(7)
    bus.parks()
    bus.waits(minutes=32)


def loose_plug(bus: Story) -> None:
    """A seat's plug is loose: the seat is unknown, not empty, and the plug is reported."""
    bus.drives(seats={3})
    bus.shakes_loose(9, seconds=12)
    bus.waits(seconds=30)


def expander_dips(bus: Story) -> None:
    """The supply of an expander dips for a moment: too short for a silence, but reported."""
    bus.drives(seats={3})
    bus.resets_expander(1)
    bus.waits(minutes=1)


def horn_cut(bus: Story) -> None:
    """The horn's wire is torn: the test at the next engine start says so."""
    bus.is_fitted("readback")
    bus.cuts_wire("horn")
    bus.drives(seats={3}, seconds=30)
    bus.parks()
    bus.mends_wire("horn")
    bus.drives(seconds=30)


def buzzer_cut(bus: Story) -> None:
    """The buzzer's wire is torn: the test at the next engine start says so."""
    bus.is_fitted("readback")
    bus.cuts_wire("buzzer")
    bus.drives(seats={3}, seconds=30)


def button_stuck(bus: Story) -> None:
    """The check button is stuck: a press of it would mean nothing."""
    bus.drives(seats={3}, seconds=20)
    bus.holds_check_button(60)
    bus.waits(seconds=10)


SCENARIOS = (
    harsh_driving,
    harsh_braking_by_gnss,
    harsh_acceleration,
    crash,
    crash_by_gnss,
    emergency_door,
    child_standing,
    child_in_a_parked_bus,
    sos,
    idling,
    driver_hours,
    heat,
    hot_cabin,
    supply_cut,
    supply_low,
    left_behind_in_japan,
    long_tunnel,
    gnss_jammed,
    gnss_jump,
    seat_stuck,
    loose_plug,
    expander_dips,
    horn_cut,
    buzzer_cut,
    button_stuck,
)
