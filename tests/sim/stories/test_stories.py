"""Stories: what a person would tell about a bus, and what has to come of it.

The fixture `bus` (conftest.py) is a sim.stories.story.Story; what its client sends is held to
the MQTT standard and to docs/schema when the story ends.
"""

import re
from pathlib import Path

import pytest
from schemas import validate

from sim.stories.scenarios import SCENARIOS, summary, tell

# name -> (alarms, warnings) that the city hears, in order
OUTCOMES = {
    "school-morning": ([], []),
    "sleeping-child": (["child_left_behind", "heat"], []),
    "check-button-forgotten": (["check_button_missed"], []),
    "overspeed": ([], ["overspeed"]),
    "door-open": (["emergency_door", "door_open_moving"], ["door_open_moving"]),
    "belt-off": ([], ["belt_off"]),
    "sensor-cut": (["child_left_behind", "heat"], ["sensor_silent", "belt_off"]),
    "reboot-with-child": (
        ["child_left_behind", "heat", "child_left_behind", "heat", "check_button_missed"],
        [],
    ),
    "dead-spot": (["child_left_behind", "heat"], ["overspeed"]),
    "gnss-lost": ([], ["sensor_silent"]),
}


# every registered story; those of places, mishaps and modes have files of their own


@pytest.mark.parametrize("name", OUTCOMES)
def test_a_registered_story_comes_out_as_told(bus, name):
    SCENARIOS[name](bus)
    bus.rig.drain()
    assert bus.rig.missing() == 0
    alarms, warnings = OUTCOMES[name]
    assert (bus.city_heard(), bus.city_heard("warning")) == (alarms, warnings)
    assert (bus.journalled(), bus.journalled("warning")) == (alarms, warnings)


def test_every_story_is_held_by_a_test_and_has_a_line_about_it():
    tests = "".join(path.read_text() for path in Path(__file__).parent.glob("test_*.py"))
    for name, story in SCENARIOS.items():
        assert name in OUTCOMES or re.search(rf"\.{story.__name__}\b", tests), name
        assert 20 < len(summary(name)) < 100, name
    assert OUTCOMES.keys() < SCENARIOS.keys()


def test_a_told_story_is_a_timeline():
    lines = []
    assert tell("sleeping-child", lines.append) == 0
    text = "\n".join(lines)
    assert "06:00:00  drives at 40 km/h, seats 3, 7 taken" in text
    raised = next(line for line in lines if "alarm: child left behind: " in line)
    assert raised.startswith("06:04:3") and "seat 7" in raised
    for what in (
        "  the city hears: child left behind",
        "  horn on",
        "  horn off",
        "  buzzer, lamp off",
    ):
        assert what in text
    assert "_" not in text and "[" not in text, "names of the contract"
    assert lines[-2:] == [
        "\nThe city heard: child left behind, heat.",
        "It has received all 18 records that the journal confirmed.",
    ]


# power and watchdog


def test_a_tick_that_hangs_is_ended_by_the_watchdog(bus):
    bus.drives(seats={3, 7})
    bus.parks(seats={7})
    running = bus.rig.bus

    def hangs(now_ms):
        running.next_tick_ms = now_ms + 100

    running.tick = hangs
    bus.waits(seconds=7)
    assert bus.rig.bus is running
    bus.waits(seconds=3)
    assert bus.rig.bus is not running
    assert bus.told("started")[-1]["data"]["reset"] == "watchdog"
    bus.waits(minutes=3)
    assert "child_left_behind" in bus.journalled()


def test_a_power_cut_in_the_middle_of_a_write_loses_nothing_confirmed(bus):
    bus.loses_signal()
    for cut in range(1, 7):
        bus.drives(speed_kmh=95, seats={7}, seconds=15)
        bus.rig.vehicle.flash.cut(after=cut % 3, tear=cut - 1)
        bus.waits(minutes=3)
        bus.restores_power()
        bus.waits(seconds=10)
    assert bus.rig.vehicle.boots == 7
    bus.finds_signal()
    bus.rig.drain()
    assert bus.rig.missing() == 0
    assert bus.city_heard("warning").count("started") == 0  # power_on is no warning
    assert bus.city_heard("warning").count("overspeed") >= 5


# the network


def test_a_bus_in_a_dead_spot_is_reported_offline_and_comes_back(bus):
    root = "schoolbus/laemchabang/bus-01/"
    bus.drives(seats={3})
    assert validate(root + "status", bus.rig.peer.retained[root + "status"])["online"]
    bus.cuts_power()
    bus.waits(minutes=3)
    will = bus.rig.peer.retained[root + "status"]
    assert will.startswith(b'{"v":1,"online":false,"boot":1,"mac":"')
    bus.restores_power()
    bus.waits(minutes=1)
    status = validate(root + "status", bus.rig.peer.retained[root + "status"])
    assert (status["online"], status["boot"]) == (True, 2)


def test_what_is_sent_in_a_short_gap_arrives_late_and_over_the_same_connection(bus):
    bus.drives(speed_kmh=40, seats={3})
    bus.loses_signal()
    bus.opens_door("emergency")
    bus.waits(seconds=1)
    assert (bus.journalled(), bus.city_heard()) == (["emergency_door", "door_open_moving"], [])
    bus.finds_signal()
    bus.waits(seconds=5)
    assert bus.city_heard() == ["emergency_door", "door_open_moving"]
    assert len(bus.rig.peer.connects) == 1


def test_the_state_keeps_its_promise(bus):
    """While connected the next `state` comes within next_s."""
    bus.drives(seats={3, 7}, seconds=300)
    bus.parks()
    bus.waits(minutes=10)
    states = [
        (at_ms, validate(topic, payload))
        for at_ms, topic, payload in bus.rig.peer.city
        if topic.endswith("/state")
    ]
    assert len(states) > 30
    for (at_ms, state), (next_ms, _) in zip(states, states[1:], strict=False):
        assert next_ms - at_ms <= state["next_s"] * 1000
