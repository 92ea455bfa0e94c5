"""Door open moving, at its boundaries: one below, at, one above."""

from watch import MINUTE, Watch, kmh

from firmware.rules.door_open_moving import DoorOpenMoving
from firmware.warnings import INSIDE, PROMPT, SILENT


def test_door_open_moving_front_after_2_s_above_5_kmh():
    watch = Watch(DoorOpenMoving, front_door=True, emergency_door=False)
    assert watch.sees(10000, speed_mms=kmh(5)) == []
    assert watch.sees(2000, speed_mms=kmh(5) + 1) == []
    assert watch.sees(100) == [("raised", {"door": "front"})]
    assert watch.rule.warning == PROMPT
    assert watch.states(front_door=False) == ["cleared"]
    assert watch.rule.warning == SILENT
    assert watch.sees(2000, front_door=True) == [], "its two seconds begin anew"
    assert watch.states() == ["raised"]


def test_door_open_moving_emergency_door_at_once_and_as_an_alarm():
    watch = Watch(DoorOpenMoving, front_door=False, emergency_door=True, speed_mms=kmh(6))
    assert watch.sees() == [("raised", {"door": "emergency"})]
    assert watch.events[0].severity == "alarm"
    assert watch.rule.warning == INSIDE
    assert watch.states(speed_mms=0) == ["cleared"]


def test_door_open_moving_tells_the_doors_apart():
    watch = Watch(DoorOpenMoving, front_door=True, emergency_door=True, speed_mms=kmh(20))
    assert sorted(data["door"] for _, data in watch.sees(3000)) == ["emergency", "front"]
    assert sorted(event.subject for event in watch.events) == ["emergency", "front"]


def test_door_open_moving_unknown_door_counts_as_when_last_known():
    watch = Watch(DoorOpenMoving, front_door=True, emergency_door=None, speed_mms=0)
    watch.sees()
    assert watch.states(3000, front_door=None, speed_mms=kmh(20)) == ["raised"]
    watch = Watch(DoorOpenMoving, front_door=None, emergency_door=None, speed_mms=kmh(20))
    assert watch.sees(5000) == []


def test_door_open_moving_unknown_speed_does_not_end_it():
    watch = Watch(
        DoorOpenMoving, phase="driving", front_door=True, emergency_door=False, speed_mms=kmh(20)
    )
    watch.sees(3000)
    assert watch.sees(MINUTE, speed_mms=None) == []
    assert watch.rule.warning == PROMPT
    assert watch.states(front_door=False) == ["cleared"]
    watch.sees(3000, front_door=True, speed_mms=kmh(20))
    assert watch.states(phase="parked", speed_mms=None) == ["cleared"]
    assert watch.rule.warning == SILENT


def test_door_open_moving_in_a_parked_bus_that_rolls_does_not_end_with_the_receiver():
    watch = Watch(DoorOpenMoving, phase="parked", emergency_door=True, speed_mms=kmh(20))
    assert watch.states() == ["raised"]
    assert watch.sees(MINUTE, speed_mms=None) == []
    assert watch.states(speed_mms=0) == ["cleared"]


def test_door_open_moving_in_a_bus_that_rolls_on_as_parked_does_not_end_with_the_receiver():
    watch = Watch(DoorOpenMoving, phase="driving", emergency_door=True, speed_mms=kmh(20))
    assert watch.states() == ["raised"]
    assert watch.sees(1000, phase="parked") == []
    assert watch.sees(MINUTE, speed_mms=None) == []
    assert watch.states(speed_mms=0) == ["cleared"]


def test_door_open_moving_ends_when_the_wire_turns_out_to_be_torn():
    watch = Watch(DoorOpenMoving, front_door=True, emergency_door=True, speed_mms=kmh(20))
    watch.sees(3000)
    assert watch.rule.warning == INSIDE
    assert watch.states(200, faulty=["emergency_door"]) == ["cleared"]
    assert watch.rule.warning == PROMPT
    assert watch.states(200, faulty=["emergency_door", "front_door"]) == ["cleared"]
    assert watch.rule.warning == SILENT
    assert watch.sees(MINUTE) == []
