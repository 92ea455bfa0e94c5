"""Scenarios: the hard ones, and the modes."""

from __future__ import annotations

from sim.stories.story import Story


def sleeper_changes_seats(bus: Story) -> None:
    """A child left behind wakes, and lies down on another seat."""
    bus.drives(seats={3, 7})
    bus.parks(seats={7})
    bus.waits(minutes=1)
    bus.leaves(7)
    bus.waits(seconds=10)
    bus.boards(12)
    bus.waits(minutes=3)


def sleeper_moves_to_a_dead_seat(bus: Story) -> None:
    """The check is done; the child wakes and sits down where the expander has died."""
    bus.drives(seats={3, 13})
    bus.parks(seats={13})
    bus.loses_expander(0)
    bus.waits(seconds=30)
    bus.leaves(13)
    bus.boards(6)
    bus.waits(minutes=3)


def wire_cut_under_a_child(bus: Story) -> None:
    """The wire of a seat is cut while a child sleeps there; empty or not, it reads taken."""
    bus.drives(seats={7})
    bus.parks(seats={7})
    bus.waits(minutes=1)
    bus.cuts_wire(seat=7)
    bus.waits(minutes=3)
    bus.opens_door()
    bus.leaves(7)
    bus.waits(seconds=30)
    bus.mends_wire(seat=7)
    bus.waits(seconds=15)
    bus.presses_check_button()
    bus.closes_door()
    bus.waits(seconds=15)


def expander_dies_in_the_check(bus: Story) -> None:
    """An expander dies after the ignition went off: the button does not settle its seats."""
    bus.drives(seats={3, 20})
    bus.parks(seats={20}, check=False)
    bus.waits(seconds=30)
    bus.loses_expander(2)
    bus.waits(seconds=30)
    bus.presses_check_button()
    bus.waits(minutes=3)


def dead_expander_and_power_cut(bus: Story) -> None:
    """The child's expander dies, then the power goes: the bus remembers who sat there."""
    bus.drives(seats={3, 20})
    bus.loses_expander(2)
    bus.waits(seconds=10)
    bus.cuts_power()
    bus.waits(seconds=30)
    bus.restores_power()
    bus.waits(seconds=30)
    bus.parks(seats={20})
    bus.waits(minutes=3)


def hidden_while_the_power_was_off(bus: Story) -> None:
    """A child hides in the checked bus; while the power is off it sits down."""
    bus.drives(seats={3})
    bus.parks()
    bus.waits(minutes=1)
    bus.cuts_power()
    bus.boards(9)
    bus.waits(seconds=30)
    bus.restores_power()
    bus.waits(seconds=10)


def boarding_before_the_engine(bus: Story) -> None:
    """A morning: children get on through the open door, a quarter of an hour before the engine."""
    bus.opens_door()
    bus.waits(minutes=5)
    bus.boards(3)
    bus.waits(minutes=5)
    bus.boards(7, 8)
    bus.waits(minutes=4)
    bus.closes_door()
    bus.waits(seconds=20)
    bus.drives(seats={3, 7, 8})


def boarded_and_left(bus: Story) -> None:
    """A child gets on a parked bus; its door is closed, and no adult comes."""
    bus.opens_door()
    bus.boards(3)
    bus.waits(seconds=30)
    bus.closes_door()
    bus.waits(minutes=4)
    bus.opens_door()
    bus.leaves(3)
    bus.waits(seconds=15)
    bus.presses_check_button()
    bus.closes_door()
    bus.waits(seconds=10)


def boarded_at_an_open_door(bus: Story) -> None:
    """Children wait in a bus whose door stays open; the driver walks past them once, and goes."""
    bus.opens_door()
    bus.boards(3, 7)
    bus.waits(minutes=13)
    bus.presses_check_button()
    bus.waits(minutes=16)


def boards_an_unreadable_seat(bus: Story) -> None:
    """The check is done; later a child gets on, perhaps where an expander has failed."""
    bus.drives(seats={13})
    bus.loses_expander(0)
    bus.waits(seconds=10)
    bus.parks()
    bus.opens_door()
    bus.closes_door()
    bus.waits(minutes=2)
    bus.opens_door()
    bus.boards(3)
    bus.closes_door()
    bus.waits(minutes=4)


def tunnel_at_85(bus: Story) -> None:
    """A tunnel at 85 km/h where 80 are allowed: unknown speed neither raises nor ends anything."""
    bus.drives(speed_kmh=85, seats={3}, seconds=20)
    bus.enters_tunnel()
    bus.waits(seconds=30)
    bus.leaves_tunnel()
    bus.drives(speed_kmh=70, seconds=30)


def clock_set_back(bus: Story) -> None:
    """The satellites' clock goes back two hours during a check: the alarm is in time."""
    bus.drives(seats={7})
    bus.parks(seats={7})
    bus.waits(minutes=1)
    bus.sets_clock_back(hours=2)
    bus.waits(minutes=2)


def button_without_walking(bus: Story) -> None:
    """The driver presses the button on the way out, without walking through the bus."""
    bus.drives(seats={4})
    bus.parks(check=False)
    bus.presses_check_button()
    bus.waits(minutes=3)
    bus.presses_check_button()
    bus.waits(seconds=10)


def acknowledged(bus: Story) -> None:
    """The driver answers the chime about a belt; it keeps quiet for a minute."""
    bus.drives(speed_kmh=40, seats={11, 12}, belts={11}, seconds=20)
    bus.presses_check_button()
    bus.waits(seconds=40)
    bus.waits(seconds=40)
    bus.buckles(12)
    bus.waits(seconds=20)


def service(bus: Story) -> None:
    """A technician's service mode: the horn is mute, the city hears all, a drive ends it."""
    bus.is_asked_for("service")
    bus.turns_ignition(True)
    bus.boards(7)
    bus.turns_ignition(False)
    bus.waits(minutes=4)
    bus.is_asked_for("service")
    bus.opens_door()
    bus.leaves(7)
    bus.waits(seconds=15)
    bus.presses_check_button()
    bus.closes_door()
    bus.waits(seconds=10)
    bus.drives(speed_kmh=30, seats=(), seconds=10)


def drill(bus: Story) -> None:
    """A drill with SOS, the emergency door and an evacuation: all of it marked, the horn quiet."""
    bus.drives(seats={3, 7})
    bus.stops()
    bus.turns_ignition(False)
    bus.is_asked_for("drill")
    bus.presses_sos()
    bus.waits(seconds=2)
    bus.presses_sos()
    bus.is_asked_for("evacuation")
    bus.opens_door("emergency")
    bus.leaves(3, 7)
    bus.waits(seconds=10)
    bus.closes_door("emergency")
    bus.is_asked_for("normal")
    bus.presses_check_button()
    bus.waits(seconds=10)


def drill_with_a_left_child(bus: Story) -> None:
    """A child sleeps on board in a drill: its alarm is real, and the horn sounds."""
    bus.drives(seats={3, 7})
    bus.parks(seats={7})
    bus.is_asked_for("drill")
    bus.waits(minutes=4)


def drill_that_was_none(bus: Story) -> None:
    """A drill ends, and the emergency door still stands open: it is real from then on."""
    bus.drives(seats={3, 7})
    bus.stops()
    bus.opens_door()
    bus.is_asked_for("drill")
    bus.opens_door("emergency")
    bus.waits(minutes=1)
    bus.is_asked_for("normal")
    bus.waits(seconds=10)


def evacuation(bus: Story) -> None:
    """Smoke: the bus stops, heads are counted until every seat is empty."""
    bus.drives(seats={3, 7, 8, 20})
    bus.stops()
    bus.opens_door()
    bus.is_asked_for("evacuation")
    bus.waits(seconds=5)
    bus.leaves(3, 8)
    bus.waits(seconds=5)
    bus.leaves(7, 20)
    bus.waits(seconds=10)


SCENARIOS = (
    sleeper_changes_seats,
    sleeper_moves_to_a_dead_seat,
    wire_cut_under_a_child,
    expander_dies_in_the_check,
    dead_expander_and_power_cut,
    hidden_while_the_power_was_off,
    boarding_before_the_engine,
    boarded_and_left,
    boarded_at_an_open_door,
    boards_an_unreadable_seat,
    tunnel_at_85,
    clock_set_back,
    button_without_walking,
    acknowledged,
    service,
    drill,
    drill_with_a_left_child,
    drill_that_was_none,
    evacuation,
)
