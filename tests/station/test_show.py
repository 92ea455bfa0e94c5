"""What the page shows a bus as: a drill never looks like an alarm, nor an alarm like a drill."""

import json

import pytest
from station_told import state

from station.live import EXERCISE, Bus, view

NOW_MS = 1_795_306_323_400


def shown(alarms=(), dark=False, **said):
    bus = Bus("lc", "bus-01", state=json.loads(state(**said)[1]), heard_ms=NOW_MS)
    bus.alarms = dict(enumerate(alarms))
    bus.dark_ms = NOW_MS if dark else None
    return view(bus, NOW_MS)["show"]


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
        ("alarm", {"mode": "drill", "active": ["sos"]}),  # nobody has said yet that it is one
        ("dark", {"mode": "drill", "alarms": [EXERCISE], "dark": True}),
        ("driving", {"alarms": ["info"]}),  # a drill that is over, and nobody has acknowledged
    ],
)
def test_a_drill_and_an_alarm_are_told_apart(show, of):
    assert shown(**of) == show
