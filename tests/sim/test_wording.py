"""What people read in a terminal: words, not names of the contract."""

import json
import re

import pytest
from vm import ROOT

from firmware import now
from sim import wording
from sim.stories.story import Story

KINDS = re.findall(
    r"^\| `(\w+)` \| (?:alarm|warning|info)", (ROOT / "docs/mqtt.md").read_text(), re.M
)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(66.6667, "66.7 s"), (4, "4 s"), (154, "2 min 34 s"), (300, "5 min"), (7500, "2 h 5 min"),
     (86_400, "24 h"), (99.99, "100 s")],
)  # fmt: skip
def test_a_duration_is_in_the_words_that_people_use(seconds, words):
    assert wording.duration(seconds) == words


def test_distances_and_places():
    assert wording.distance(485) == "485 m"
    assert wording.distance(17_141) == "17.1 km"
    assert wording.place("thung_sukhla_school") == "Thung Sukla Phitthaya School"
    assert wording.place("ao_udom-am-1") == "Ao Udom"
    assert wording.place("a_stop_of_another_town") == "a stop of another town"


@pytest.mark.parametrize(
    ("kind", "state", "data", "words"),
    [
        ("child_left_behind", "raised", {"seats": [39], "unknown": [], "stage": 3, "heat_min": 6},
         "child left behind: seat 39, the horn sounds, dangerously hot in 6 min"),
        ("child_left_behind", "raised", {"seats": [], "loose": [7], "stage": 3, "heat_min": None},
         "child left behind: rose from seat 7, not seen to get off, the horn sounds"),
        ("trip_ended", "raised", {"trip": 1, "distance_m": 485, "stops": 1, "boarded": 3,
                                  "alighted": 2, "unaccounted": [7]},
         "trip ended: trip 1, 485 m, 1 stop, 3 got on, 2 got off, not seen to get off: seat 7"),
        ("child_left_behind", "cleared", {"seats": [], "unknown": [], "stage": 0, "heat_min": 4},
         "child left behind: ended"),
        ("heat", "cleared", {"level": None, "seats": [], "cabin_c": 32.8, "minutes": 4},
         "heat: ended"),
        ("heat", "updated", {"level": "now", "seats": [7], "cabin_c": 35.0, "minutes": 0},
         "heat: changed, dangerously hot, seat 7, cabin at 35 °C"),
        ("stop_served", "raised", {"stop": 1, "boarded": [1, 9], "alighted": list(range(20)),
                                   "on_board": 2, "place": "na_kao"},
         "stop served: Ban Na Kao, 2 got on (seats 1, 9), 20 got off, 2 on board"),
        ("arrival_notice", "raised", {"stop": "na_kao", "route": "port-am-1", "distance_m": 487},
         "arrival notice: Ban Na Kao in 487 m, route Port"),
        ("overspeed", "cleared", {"top_kmh": 75.5, "lasted_s": 154},
         "overspeed: ended, up to 76 km/h, for 2 min 34 s"),
        ("started", "raised", {"boot": 2, "reset": "watchdog", "start": "safe", "fw": "0.2.0"},
         "started: start 2 of the board (a watchdog reset, in safe mode), firmware 0.2.0"),
        ("gnss_lost", "raised", {"last_lat": 13.0763713, "last_lon": 100.8829488},
         "GNSS lost: last seen at 13.07637, 100.88295"),
        ("a_new_kind", "raised", {"a_new_name": 3, "odd": {"x": 1}},
         "a new kind: a new name 3, odd {'x': 1}"),
    ],
)  # fmt: skip
def test_an_event_is_told_in_words(kind, state, data, words):
    assert wording.event(kind, state, data) == words


def test_a_line_of_the_console_is_told_in_words_and_what_is_no_event_stays():
    line = 'info arrival_notice raised {"stop":"na_kao","route":"port-am-1","distance_m":489}'
    assert wording.console_line(line) == "info: arrival notice: Ban Na Kao in 489 m, route Port"
    parts = [["gnss", True, "ok"], ["horn", False, "silent"], ["radio", None, "?"]]
    assert wording.console_line("selftest " + json.dumps({"parts": parts})) == (
        "self-test of 3 parts: horn failed"
    )
    for line in (
        "boot.py: OSError(5)",
        'selftest {"parts": [["gn',
        "info started raised (('boot', 1),)",
    ):
        assert wording.console_line(line) == line


def test_what_the_bus_is_doing_is_told_in_words():
    bus = Story()
    bus.drives(speed_kmh=40, seats={3, 7})
    told = wording.console_line(wording.NOW + now.line(bus.rig.bus))
    assert told.startswith("Now: driving at 40 km/h; 2 persons on board (seats 3, 7); position "
                           "known; connected to the city"), told  # fmt: skip
    bus.parks(seats={7})
    bus.loses_signal()
    bus.waits(minutes=4)
    bus.opens_door("emergency")
    bus.waits(seconds=2)
    told = wording.console_line(wording.NOW + now.line(bus.rig.bus))
    assert told.startswith("Now: checking; 1 person on board (seat 7); emergency door open;"), told
    assert "stands: child left behind" in told and "not connected to the city" in told, told
    assert re.search(r"; \d+ records wait for it; running for \d+ min; firmware \d", told), told


def test_nobody_says_that_the_bus_is_empty_while_seats_are_not_known():
    bus = Story()
    bus.drives(speed_kmh=40)
    told = json.loads(now.line(bus.rig.bus))
    assert "nobody on board" in wording.console_line(wording.NOW + json.dumps(told))
    told["unknown"] = [1, 2]
    said = wording.console_line(wording.NOW + json.dumps(told))
    assert "who is on board is not known; 2 seats not known" in said
    assert "nobody" not in said


def test_every_kind_of_the_contract_reads_as_words():
    assert len(KINDS) > 40
    for kind in KINDS:
        assert re.fullmatch(r"(GNSS|SOS|[a-z]+)( [a-z]+)*", wording.kind(kind)), kind
