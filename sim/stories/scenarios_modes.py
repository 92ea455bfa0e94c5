"""Scenarios of settings that are wrong, of modes, and of a seat that is out of service."""

from __future__ import annotations

import json

from sim.stories.story import Story


def _settings(bus: Story, **more: object) -> bytes:
    """The bus.json of this bus, as it was deployed."""
    config = {key: value for key, value in bus.rig.config.items() if key != "wired"}
    return json.dumps({**config, **more}).encode()


def wrong_board_name(bus: Story) -> None:
    """A technician misspells the board: the bus runs on the settings that ran last, and watches."""
    bus.gets_settings(_settings(bus, board="devkit_wrover"))
    bus.waits(minutes=6)
    bus.gets_settings(_settings(bus, board="devkit-wrover"))
    bus.drives(seats={3, 7})
    bus.parks(seats={7})
    bus.waits(minutes=3)


def truncated_file(bus: Story) -> None:
    """Half a bus.json on a new board: no wire is guessed, every seat is unknown, the city hears."""
    whole = _settings(bus)
    bus.gets_settings(whole[: len(whole) // 2])
    bus.waits(minutes=1)
    bus.gets_settings(whole)
    bus.presses_check_button()
    bus.waits(minutes=1)


def brown_out_at_a_pickup(bus: Story) -> None:
    """Children board, engine off, door open, when the supply dips: no child was left, no horn."""
    bus.opens_door()
    bus.boards(3, 7)
    bus.waits(minutes=4)
    bus.cuts_power()
    bus.waits(seconds=2)
    bus.restores_power()
    bus.waits(minutes=2)
    bus.closes_door()
    bus.drives(seats={3, 7})


def power_cut_over_a_sleeper(bus: Story) -> None:
    """The supply dips while a child sleeps in the locked bus: it alarms at once, and again."""
    bus.drives(seats={3, 7})
    bus.parks(seats={7})
    bus.waits(minutes=1)
    bus.cuts_power()
    bus.waits(minutes=10)
    bus.restores_power()
    bus.waits(seconds=10)


def start_with_the_door_open(bus: Story) -> None:
    """An empty, checked bus starts while a cleaner has its door open: nobody is called."""
    bus.opens_door()
    bus.waits(minutes=2)
    bus.cuts_power()
    bus.waits(seconds=30)
    bus.restores_power()
    bus.waits(minutes=10)


def seat_out_of_service(bus: Story) -> None:
    """A cut wire holds the horn on until the city grants the seat three days; then a walk does."""
    bus.drives(seats={3})
    bus.cuts_wire(seat=7)
    bus.parks()
    bus.waits(minutes=4)
    bus.is_taken_out_of_service(7, days=3)
    bus.waits(seconds=10)
    bus.drives(seats={3})
    bus.parks(check=False)
    bus.waits(minutes=4)
    bus.presses_check_button()
    bus.waits(minutes=5)
    bus.cuts_power()
    bus.waits(minutes=1)
    bus.restores_power()
    bus.waits(minutes=5)


SCENARIOS = (
    wrong_board_name,
    truncated_file,
    brown_out_at_a_pickup,
    power_cut_over_a_sleeper,
    start_with_the_door_open,
    seat_out_of_service,
)
