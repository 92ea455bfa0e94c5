"""What the page shows a bus as: a drill never looks like an alarm, nor an alarm like a drill."""

import json
import re
from pathlib import Path

import pytest
from station_told import state

from station.live.live_bus import Listed, LiveBus
from station.live.view import ALARM_KINDS, EXERCISE, view

NOW_MS = 1_795_306_323_400


def seen(alarms=(), dark=False, **said):
    """alarms: the weights of what is listed, all of kind sos; or (weight, kind)."""
    bus = LiveBus("lc", "bus-01", state=json.loads(state(**said)[1]), heard_ms=NOW_MS)
    listed = [Listed(one, "sos") if isinstance(one, str) else Listed(*one) for one in alarms]
    bus.alarms = dict(enumerate(listed))
    bus.dark_ms = NOW_MS if dark else None
    return view(bus, NOW_MS)


@pytest.mark.parametrize(
    ("show", "of"),
    [
        ("driving", {}),
        ("alarm", {"alarms": ["alarm"]}),
        ("alarm", {"active": ["sos"]}),  # the database is away, and what stands cannot be listed
        ("drill", {"mode": "drill"}),
        ("drill", {"mode": "drill", "active": ["sos"], "alarms": [EXERCISE]}),
        ("alarm", {"active": ["sos"], "alarms": [EXERCISE]}),  # the drill is over, and it was none
        ("alarm", {"mode": "drill", "active": ["sos"], "alarms": [EXERCISE, "alarm"]}),
        ("alarm", {"mode": "drill", "active": ["sos", "heat"], "alarms": [EXERCISE]}),
        ("alarm", {"mode": "drill", "active": ["sos"]}),  # nobody has said yet that it is one
        ("dark", {"mode": "drill", "alarms": [EXERCISE], "dark": True}),
        ("driving", {"alarms": ["info"]}),  # a drill that is over, and nobody has acknowledged
    ],
)
def test_a_drill_and_an_alarm_are_told_apart(show, of):
    assert seen(**of)["show"] == show


def test_how_far_a_bus_may_be_from_its_place_is_shown():
    shown = seen(accuracy_m=350, estimated=True)
    assert (shown["accuracy_m"], shown["estimated"]) == (350, True)
    assert seen(accuracy_m=5)["estimated"] is False


@pytest.mark.parametrize(
    ("unlisted", "of"),
    [
        (False, {}),
        (True, {"active": ["sos"]}),
        (False, {"active": ["sos"], "alarms": ["alarm"]}),
        (True, {"active": ["sos"], "alarms": [("warning", "belt_off")]}),
        (True, {"active": ["child_left_behind", "sos"], "alarms": ["alarm"]}),
        (False, {"active": ["belt_off"]}),  # a warning is never loud
        (False, {"mode": "drill", "active": ["emergency_door"], "alarms": [EXERCISE]}),
        (True, {"mode": "drill", "active": ["child_left_behind"], "alarms": [EXERCISE]}),
    ],
)
def test_in_need_is_what_no_listed_alarm_tells_of(unlisted, of):
    """By this the page sounds while no database can list alarms."""
    assert seen(**of)["unlisted"] == unlisted


def test_every_kind_that_may_be_an_alarm_is_known_here_or_left_out_with_a_reason():
    contract = (Path(__file__).parents[3] / "docs" / "mqtt.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| ((?:alarm|warning|info)[ ,;|][^|]*)", contract, re.MULTILINE)
    may_be = {kind for kind, severity in rows if "alarm" in severity}
    assert may_be - ALARM_KINDS == {"supply", "door_open_moving"}
    assert may_be > ALARM_KINDS


def test_a_bus_with_a_seat_that_is_not_watched_is_not_surely_empty():
    for out, sure in (([], True), ([7], False)):
        said = json.loads(state(phase="parked")[1])
        said["seats"]["out_of_service"] = out
        assert LiveBus("lc", "bus-01", state=said).is_surely_empty == sure
