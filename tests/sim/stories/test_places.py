"""What has to come of the stories about places (sim/stories/scenarios_places.py)."""

import json

import pytest
from told import told

from sim.stories import scenarios_places
from sim.stories.story import Story
from sim.stories.straight_policy import pack

HEARD = [
    (scenarios_places.ordinary_route, []),
    (scenarios_places.school_zone, ["overspeed"]),
    (scenarios_places.overspeed_by_road, ["overspeed"]),
    (scenarios_places.off_route, ["off_route"]),
    (scenarios_places.stop_missed, ["stop_missed"]),
    (scenarios_places.stop_out_of_order, ["stop_out_of_order"]),
    (scenarios_places.zone_entered, ["zone_entered", "zone_entered"]),
    (scenarios_places.door_off_stop, ["door_off_stop"]),
    (scenarios_places.child_stays_at_school, ["seats_mismatch"]),
    (scenarios_places.home_from_school, []),
    (scenarios_places.bad_policy, []),
]


@pytest.mark.parametrize(("tell", "kinds"), HEARD, ids=lambda value: getattr(value, "__name__", ""))
def test_the_city_hears(tell, kinds):
    bus = told(tell)
    assert bus.city_heard("alarm", "warning") == kinds
    for event in bus.rig.account.journalled():
        if event["kind"] in kinds:
            assert event["why"]["policy"] == bus.rig.bus.policy.hash


def test_a_policy_that_switches_a_rule_off_stands_in_the_status_at_once():
    bus = Story()
    bus.receives_policy(pack(rules={"disabled": ["belt_off"], "flaps": 4}))
    (status,) = [text for topic, text in bus.rig.peer.retained.items() if "/status" in topic]
    assert json.loads(status)["disabled"] == ["belt_off"]
    assert json.loads(status)["policy"] == bus.rig.bus.policy.hash
    bus.drives(speed_kmh=40, seats={3}, belts=(), seconds=20)
    bus.shakes_loose(9, seconds=2)
    bus.waits(seconds=5)
    assert bus.journalled("warning") == ["sensor_flapping"]
    assert bus.told("sensor_flapping")[0]["why"]["changes"] == 4


def test_every_story_is_held_to_something():
    assert [tell for tell, _ in HEARD] == list(scenarios_places.SCENARIOS)


def test_the_alarm_comes_at_the_school_and_names_the_seat():
    bus = told(scenarios_places.child_stays_at_school)
    (event,) = bus.told("seats_mismatch")
    assert event["data"] == {"stop": "school", "seats": [7], "unknown": []}
    assert event["speed_kmh"] == 0
    assert bus.told("seats_mismatch", "cleared")


def test_the_limits_of_zone_and_road_stand_in_why():
    (event,) = told(scenarios_places.school_zone).told("overspeed")
    assert (event["why"]["limit_kmh"], event["why"]["limit_of"]) == (30, "at_school")
    bus = told(scenarios_places.overspeed_by_road)
    (event,) = bus.told("overspeed")
    assert (event["why"]["limit_kmh"], event["why"]["limit_of"]) == (60, "town_road")
    assert bus.told("overspeed", "updated")[0]["data"]["lasted_s"] >= 120
    assert bus.told("overspeed", "cleared")


def test_arrival_is_told_once_for_each_stop():
    events = told(scenarios_places.ordinary_route).told("arrival_notice")
    assert [event["data"]["stop"] for event in events] == ["one", "two", "school"]


def test_a_bad_pack_changes_nothing_and_is_answered_with_its_place():
    bus = Story()
    bus.receives_policy(pack(version=5))
    before = bus.rig.bus.policy.hash
    wrong = pack(version=6)
    wrong["zones"][1]["polygon"][2][0] = 913.0
    answer = bus.receives_policy(wrong)
    assert answer == "policy: zones[1].polygon[2]: latitude 913.0 is not from -90 to 90"
    assert bus.rig.bus.policy.hash == before
    bus.cuts_power()
    bus.restores_power()
    assert bus.rig.bus.policy.hash == before


def test_a_new_pack_waits_until_the_bus_is_parked():
    bus = Story()
    bus.receives_policy(pack())
    before = bus.rig.bus.policy.hash
    bus.drives(40, seats={3}, seconds=10)
    bus.receives_policy(pack(version=2, rules={"overspeed_kmh": 50}))
    assert bus.rig.bus.policy.hash == before
    assert bus.rig.bus.policy.thresholds["overspeed_kmh"] == 80
    bus.parks()
    bus.waits(minutes=1)
    assert bus.rig.bus.policy.hash != before
    assert bus.rig.bus.policy.thresholds["overspeed_kmh"] == 50
    assert len(bus.told("policy_changed")) == 2


def test_a_new_pack_counts_from_the_next_start():
    bus = Story()
    bus.drives(40, seats={3}, seconds=10)
    bus.receives_policy(pack())
    assert bus.rig.bus.policy.hash is None
    bus.cuts_power()
    bus.restores_power()
    assert bus.rig.bus.policy.hash is not None


def test_thresholds_of_the_pack_are_those_of_the_rules():
    bus = Story()
    bus.receives_policy(pack(routes=[], zones=[], roads=[], rules={"overspeed_kmh": 40}))
    bus.drives(45, seats={3}, seconds=20)
    (event,) = bus.told("overspeed")
    assert event["why"]["limit_kmh"] == 40


def test_the_policy_tunes_the_check_itself(bus):
    bus.receives_policy(pack(rules={"check_walk_s": 30}))
    bus.drives(seconds=10)
    bus.boards(3)
    bus.parks(seats={3})  # pressed after 22 s
    assert bus.city_heard("warning") == ["check_too_soon"]
    (event,) = bus.told("check_too_soon")
    assert event["why"]["limit_s"] == 30
    assert bus.rig.bus.snapshot.trip.phase == "checking"
