"""Scenarios of who attends the children: the driver, by key, button or seat; or nobody."""

from __future__ import annotations

from sim.stories.story import Story


def key_to_silence_the_prompt(bus: Story) -> None:
    """The driver turns the key to silence the prompt, and goes: five minutes are all it gains."""
    bus.drives(seats={3, 7})
    bus.parks(seats={7})
    bus.waits(minutes=1)
    bus.turns_key()
    bus.waits(minutes=9)


def key_during_the_alarm(bus: Story) -> None:
    """The horn sounds for a child; the engine does not silence it, and driving off ends it."""
    bus.drives(seats={3, 7})
    bus.parks(seats={7})
    bus.waits(minutes=3)
    bus.turns_key()
    bus.waits(minutes=1)
    bus.turns_ignition(False)
    bus.turns_ignition(True)
    bus.waits(minutes=1)
    bus.drives(speed_kmh=30, seconds=20)


def radio_with_the_key_on(bus: Story) -> None:
    """The bus is empty; the driver listens to the radio for half an hour and walks once."""
    bus.drives(seats={3, 7})
    bus.stops()
    bus.drives(seats=(), seconds=5)
    bus.stops()
    bus.turns_key()
    bus.waits(minutes=5, seconds=30)
    bus.presses_check_button()
    bus.waits(minutes=25)
    bus.turns_ignition(False)
    bus.waits(minutes=1)


def driver_waits_with_the_children(bus: Story) -> None:
    """Ten minutes at a gate, the engine off and the door shut: two presses of the here button."""
    bus.has_contacts("here")
    bus.drives(seats={3, 7})
    bus.parks(seats={3, 7})
    bus.presses_here()
    bus.waits(minutes=4)
    bus.presses_here()
    bus.waits(minutes=5, seconds=30)
    bus.drives(speed_kmh=30, seconds=20)


def here_and_gone(bus: Story) -> None:
    """The driver presses the here button and leaves: the alarm comes 3 min after its end."""
    bus.has_contacts("here")
    bus.drives(seats={3, 7})
    bus.parks(seats={7})
    bus.presses_here()
    bus.waits(minutes=9)
    bus.presses_here()
    bus.waits(minutes=1)


def nap_in_the_empty_bus(bus: Story) -> None:
    """After the walk the driver holds the here button and sleeps on the children's seats."""
    bus.has_contacts("here")
    bus.drives(seats={3})
    bus.parks()
    bus.waits(minutes=5)
    bus.presses_here(seconds=4)
    bus.boards(12)
    bus.waits(minutes=10)
    bus.leaves(12)
    bus.waits(minutes=2)
    bus.opens_door()
    bus.closes_door()
    bus.waits(minutes=5)


def driver_stays_seated(bus: Story) -> None:
    """The driver sits at the wheel for ten minutes, children behind; then leaves them alone."""
    bus.has_contacts("driver_seat")
    bus.driver_sits()
    bus.drives(seats={3, 7})
    bus.parks(seats={3, 7}, check=False)
    bus.waits(minutes=10)
    bus.driver_sits(False)
    bus.waits(minutes=3, seconds=10)


def bag_on_the_driver_s_seat(bus: Story) -> None:
    """A bag lies on the driver's seat while the driver walks: its contact is not believed."""
    bus.has_contacts("driver_seat")
    bus.driver_sits()
    bus.drives(seats={3, 7})
    bus.parks(seats={7})
    bus.waits(minutes=3)


def mechanic(bus: Story) -> None:
    """Eight starts of the engine in the yard, the doors shut: no walk is asked for."""
    for _ in range(8):
        bus.turns_ignition(True)
        bus.waits(seconds=40)
        bus.turns_ignition(False)
        bus.waits(minutes=4)


def ignition_stuck_on(bus: Story) -> None:
    """The ignition's wire touches the battery's: the check begins, and the wire is named."""
    bus.drives(seats={3, 7})
    bus.stops()
    bus.turns_key()
    bus.waits(minutes=9)
    bus.opens_door()
    bus.leaves(3, 7)
    bus.waits(seconds=15)
    bus.presses_check_button()
    bus.closes_door()
    bus.waits(minutes=115)


def ignition_dead(bus: Story) -> None:
    """The ignition's wire is cut: the bus drives, and waits at a light, and is not parked."""
    bus.cuts_wire("ignition")
    bus.drives(speed_kmh=40, seats={3, 7})
    bus.stops(seconds=240)
    bus.drives(speed_kmh=40, seconds=20)
    bus.parks()
    bus.waits(minutes=2)


def ignition_flaps(bus: Story) -> None:
    """The plug of the ignition is loose on the way: a fault, and no alarm while the bus moves."""
    bus.drives(speed_kmh=40, seats={3, 7})
    bus.shakes_plug("ignition", changes=24)
    bus.waits(minutes=3)
    bus.parks()
    bus.waits(minutes=2)


SCENARIOS = (
    key_to_silence_the_prompt,
    key_during_the_alarm,
    radio_with_the_key_on,
    driver_waits_with_the_children,
    here_and_gone,
    nap_in_the_empty_bus,
    driver_stays_seated,
    bag_on_the_driver_s_seat,
    mechanic,
    ignition_stuck_on,
    ignition_dead,
    ignition_flaps,
)
