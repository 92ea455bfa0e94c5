"""Commands that a bus has to refuse (sim/stories/scenarios_commands.py)."""

import json

import pytest
from told import told

from sim.stories import scenarios_commands as scenarios

LEFT = ["child_left_behind", "heat"]
HEARD = [
    (scenarios.replayed_drill, ["drill", "command_refused", *LEFT]),
    (scenarios.forged_service, ["command_refused", "command_refused", *LEFT]),
    (scenarios.command_of_another_bus, ["command_refused", "drill"]),
    (scenarios.expired_command, []),
    (scenarios.retained_command, ["command_refused"]),
    (scenarios.flood_of_commands, ["command_refused", *LEFT]),
]


@pytest.mark.parametrize(("tell", "kinds"), HEARD, ids=lambda value: getattr(value, "__name__", ""))
def test_the_city_hears(tell, kinds):
    assert told(tell).city_heard("alarm", "warning") == kinds


def test_every_story_is_held_to_something():
    assert [tell for tell, _ in HEARD] == list(scenarios.SCENARIOS)


def refused(bus):
    """-> [(reason, command, count)]"""
    told = [event["data"] for event in bus.told("command_refused")]
    return [(data["reason"], data["command"], data["count"]) for data in told]


def answers(bus):
    return [ok for ok, _ in said(bus)]


def said(bus):
    replies = [json.loads(text) for _, topic, text in bus.rig.peer.city if topic.endswith("/reply")]
    return [(reply["ok"], reply["message"]) for reply in replies]


def test_a_drill_that_is_played_again_quiets_no_horn():
    bus = told(scenarios.replayed_drill)
    assert refused(bus) == [("number", "drill", 1)]
    assert answers(bus) == [True, True, False]
    assert bus.horn_sounds
    (left,) = bus.told("child_left_behind")
    assert "exercise" not in left
    assert [event["data"]["by"] for event in bus.told("drill")] == ["somchai"]


def test_service_that_somebody_else_asks_for_quiets_no_horn():
    bus = told(scenarios.forged_service)
    assert answers(bus) == [False, False, False]
    assert [reason for reason, _, _ in refused(bus)] == ["form", "signature"]
    assert bus.horn_sounds and bus.told("service_mode") == bus.told("drill") == []


def test_a_command_for_another_bus_is_none_for_this_one():
    bus = told(scenarios.command_of_another_bus)
    assert refused(bus) == [("other_bus", "drill", 1)]
    assert answers(bus) == [False, True], "one for the whole fleet is"


def test_a_command_that_comes_too_late_is_information_and_not_done():
    bus = told(scenarios.expired_command)
    assert refused(bus)[0][0] == "expired"
    assert bus.told("command_refused")[0]["severity"] == "info"
    assert answers(bus) == [False, False] and bus.told("drill") == []


def test_a_retained_command_is_done_at_no_connection():
    bus = told(scenarios.retained_command)
    assert refused(bus) == [("retained", "drill", 1)]
    assert bus.told("drill") == [] and answers(bus) == [False]


def test_a_flood_of_forged_commands_delays_no_alarm_and_fills_no_lane():
    flooded, quiet = told(scenarios.flood_of_commands), told(the_same_child)
    (left,), (calm,) = flooded.told("child_left_behind"), quiet.told("child_left_behind")
    assert left["why"]["ignition_off_s"] == calm["why"]["ignition_off_s"]
    assert [reason for reason, _, _ in refused(flooded)] == ["signature"]
    assert flooded.rig.vehicle.latest_ms <= 20, "P4"
    heard_ms = {bus: arrival_ms(bus, event) for bus, event in ((flooded, left), (quiet, calm))}
    assert heard_ms[flooded] <= heard_ms[quiet] + 300
    assert flooded.horn_sounds


def the_same_child(bus):
    """The same child, and nobody sends anything."""
    bus.drives(seats={3, 7})
    bus.parks(seats={7})
    bus.waits(seconds=235)


def arrival_ms(bus, event):
    """From the event to the broker."""
    for at_ms, topic, text in bus.rig.peer.city:
        if topic.endswith("/event") and json.loads(text)["seq"] == event["seq"]:
            return at_ms
    raise AssertionError("it has not arrived")
