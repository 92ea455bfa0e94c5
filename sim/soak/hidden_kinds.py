"""What hides a child that is left behind: where it goes, what people do, what lies."""

from __future__ import annotations

import json
import random
from typing import Any

from firmware.config.in_use import FILE, LAST
from sim.chips.mcp23017 import IODIR, IPOL
from sim.soak.hidden_day import HiddenDay, Kind
from sim.soak.left_day import LIMIT_MS
from sim.world.world import Script

_FLAP_MS = (200, 3000)
_KEY_MS = 300_000  # trip.key_on_min
_SPARE_MS = 60_000  # a flapping key is told from a hand within a minute


def _crawls(day: HiddenDay) -> Script:
    yield day.draw.randint(5000, 60_000)
    while True:
        day.lies_down()
        yield day.draw.randint(5000, 90_000)
        day.climbs()
        yield day.draw.randint(5000, 60_000)


def _changes_seats(day: HiddenDay) -> Script:
    while True:
        yield day.draw.randint(8000, 40_000)
        day.child.alights(day.world)
        yield day.draw.randint(500, 6000)
        day.climbs()


def _lies(day: HiddenDay) -> Script:
    yield day.draw.randint(5000, 170_000)
    day.lies_down()


def _lies_at_once(day: HiddenDay) -> Script:
    """Before its seat has felt it for long: nobody sat down."""
    day.lies_down()
    yield 0


def _floor_and_moves(day: HiddenDay) -> Script:
    """Turns over in its sleep, awakes after a while and moves: one input sees it."""
    sees = day.draw.randrange(2)
    while True:
        yield day.draw.randint(8000, 35_000)
        day.world.presence[sees] = True
        yield day.draw.randint(1500, 4000)
        day.world.presence[sees] = False


def _driver_is_seen(day: HiddenDay) -> Script:
    """In the moving bus everything moves."""
    day.lies_down()
    for _ in range(200):
        yield 2000
        day.world.presence[:2] = (day.draw.random() < 0.5 for _ in range(2))
        if day.off_ms is not None:
            day.world.presence[:2] = (False, False)
            return


def _stands_up_early(day: HiddenDay) -> Script:
    """Rises as the bus has stopped, hides, and lies on the floor while the others get off."""
    while day.world.speed_mms or not day.world.next_stop or day.world.now_ms < 120_000:
        yield 500
    day.child.slides(day.world)
    day.tell("the child hides on the floor as the bus stands")


def _key_turned(day: HiddenDay) -> Script:
    """A passer-by turns the key to silence what sounds, and goes."""
    yield LIMIT_MS + day.draw.randint(1000, 8000)
    day.world.turn_key()
    day.tell("the key is turned, the engine stays off")
    yield day.draw.randint(2000, 15_000)
    if day.draw.random() < 0.5:
        day.world.turn_ignition(False)
        day.tell("the key is turned back")


def _key_turned_before(day: HiddenDay) -> Script:
    yield day.draw.randint(20_000, 170_000)
    day.world.turn_key()
    day.tell("the key is turned, the engine stays off")
    yield day.draw.randint(5000, 60_000)
    day.world.turn_ignition(False)


def _ignition_stuck(day: HiddenDay) -> Script:
    day.rig.vehicle.faults.stick_switch("ignition", True)
    yield 0


def _ignition_flaps(day: HiddenDay) -> Script:
    faults = day.rig.vehicle.faults
    while True:
        faults.stick_switch("ignition", day.draw.random() < 0.5)
        yield day.draw.randint(*_FLAP_MS)


def _ignition_cut(day: HiddenDay) -> Script:
    yield day.draw.randint(60_000, 100_000)
    day.rig.vehicle.faults.cut_wire("ignition")
    day.tell("the ignition's wire is cut")


def _contact_dies(day: HiddenDay) -> Script:
    yield day.draw.randint(60_000, 100_000)
    day.rig.vehicle.faults.stick_seat(day.seat, False)
    day.tell("the seat's contact dies; the belt is closed")


def _contact_dead(day: HiddenDay) -> Script:
    day.rig.vehicle.faults.stick_seat(day.seat, False)
    yield 0


def _unbuckled_dead(day: HiddenDay) -> Script:
    day.child.buckles = False
    yield from _contact_dead(day)


def _register_flips(day: HiddenDay) -> Script:
    chips = day.rig.vehicle.board.seat_wiring.chips
    pin = (day.seat - 1) % 7 * 2
    chip = chips[(day.seat - 1) // 7]
    for _ in range(3):
        yield day.draw.randint(10_000, 50_000)
        chip.flip(day.draw.choice((IODIR, IPOL)) + pin // 7, pin % 7)
        day.tell("a register bit of the seat's chip turns over")


def _wrong_file(day: HiddenDay) -> Script:
    """The board restarts on a file that is wrong; the settings that ran last are used."""
    yield day.draw.randint(10_000, 120_000)
    names = ("fleet", "bus", "board", "broker", "seats")
    text = json.dumps({name: day.rig.config[name] for name in names}).encode()
    day.rig.vehicle.files.content.update({LAST: text, FILE: _broken(text, day.draw)})
    day.tell("a wrong bus.json, and a restart")
    day.cuts_power(day.draw.randint(1000, 20_000))


def _broken(text: bytes, rng: random.Random) -> bytes:
    return rng.choice(
        (text[: len(text) // 2], text.replace(b'"devkit', b'"devkit-wrover', 1), b"", b"{}{")
    )


def _songthaew(config: dict[str, Any]) -> None:
    config["inputs"].update(front_door=False, emergency_door=False)


def _sees_floor(config: dict[str, Any]) -> None:
    config["inputs"]["presence"] = 2


KINDS = (
    Kind("crawls", _crawls),
    Kind("changes seats", _changes_seats),
    Kind("songthaew, asleep on its seat", fits=_songthaew),
    Kind("songthaew, lies down", _lies, fits=_songthaew),
    Kind("key left on", keeps_key=True, later_ms=_KEY_MS),
    Kind("key turned at the alarm", _key_turned, later_ms=30_000),
    Kind("key turned before it", _key_turned_before, later_ms=_KEY_MS),
    Kind("ignition stuck on", _ignition_stuck, later_ms=_KEY_MS),
    Kind("ignition flaps", _ignition_flaps, later_ms=_KEY_MS),
    Kind("ignition cut on the way", rides=_ignition_cut),
    Kind("seat contact dies over a closed belt", rides=_contact_dies, walks=True),
    Kind("register bits turn over", _register_flips),
    Kind("wrong bus.json", _wrong_file),
    Kind("on the floor, presence inputs", _floor_and_moves, _driver_is_seen, _sees_floor,
         later_ms=_SPARE_MS * 2, walks=True),
    Kind("on the floor, no presence input", rides=_lies_at_once, walks=True,
         blind="the child was never felt on a seat, and nothing sees the floor"),
    Kind("hides as the doors open", rides=_stands_up_early, walks=True,
         blind="a child that stands up at a stop leaves, for all that seats and doors can tell"),
    Kind("seat contact dead, belt closed later", rides=_contact_dead, walks=True,
         blind="a belt over a seat that never felt anybody is a habit, once the driver walked by"),
    Kind("seat contact dead, belt open", rides=_unbuckled_dead, walks=True,
         blind="the only sensor of the seat reads empty"),
)  # fmt: skip
