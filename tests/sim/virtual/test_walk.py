"""python -m sim board --walk: the driver has been through the bus."""

import time
from argparse import Namespace

from sim.virtual.command import standing


def test_the_button_is_pressed_once_and_its_day_is_today():
    world = standing(Namespace(walk=True), 12)
    assert world.seat_count == 12
    assert abs(world.start_utc_ms / 1000 - time.time()) < 600
    pressed = []
    for ms in range(0, 60_000, 500):
        world.advance(ms)
        pressed.append(world.check_button_pressed)
    assert sum(pressed) == 2 and not any(pressed[:60])
    quiet = standing(Namespace(walk=False), 12)
    assert abs(quiet.start_utc_ms / 1000 - time.time()) < 600
    quiet.advance(60_000)
    assert not quiet.check_button_pressed
