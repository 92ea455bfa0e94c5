"""Every rule at its own boundaries: one below, at, one above. Its contract: test_rules_contract."""

from watch import CONFIG, MINUTE, Watch, kmh

from firmware.rules.belt_off import BeltOff
from firmware.rules.check_button_missed import CheckButtonMissed
from firmware.rules.check_too_soon import CheckTooSoon
from firmware.rules.child_left_behind import ChildLeftBehind
from firmware.rules.door_open_moving import DoorOpenMoving
from firmware.rules.overspeed import Overspeed
from firmware.rules.sensor_silent import SensorSilent
from firmware.warnings import CHIME, HORN, INSIDE, LAMP, PROMPT, SILENT

JAPAN = dict(CONFIG, left_behind_profile="japan")


def parked_with(rule, config=CONFIG, **readings):
    watch = Watch(rule, config, ignition=False, phase="checking", **readings)
    watch.now_ms = 10 * MINUTE  # long after boot
    return watch


def test_child_left_behind_prompts_at_once_and_alarms_at_180_s():
    watch = parked_with(ChildLeftBehind)
    assert watch.sees(sitting=[7], ignition_off_ms=0) == []
    assert watch.rule.warning == PROMPT
    assert watch.sees(ignition_off_ms=179999) == []
    assert watch.rule.warning == PROMPT
    assert watch.sees(ignition_off_ms=180000) == [
        ("raised", {"seats": [7], "unknown": [], "stage": 3, "heat_min": 6})
    ]
    assert watch.rule.warning == HORN
    assert watch.sees(MINUTE) == []


def test_child_left_behind_japan_sounds_the_horn_at_15_min():
    watch = parked_with(ChildLeftBehind, JAPAN, sitting=[7])
    assert watch.sees(ignition_off_ms=180000)[0][1]["stage"] == 2
    assert watch.rule.warning == INSIDE
    assert watch.sees(ignition_off_ms=899999) == []
    assert watch.sees(ignition_off_ms=900000) == [
        ("updated", {"seats": [7], "unknown": [], "stage": 3, "heat_min": 0})
    ]
    assert watch.rule.warning == HORN


def test_child_left_behind_counts_a_doubtful_seat_as_taken():
    watch = parked_with(ChildLeftBehind)
    assert watch.sees(doubtful=[2], ignition_off_ms=180000) == [
        ("raised", {"seats": [], "unknown": [2], "stage": 3, "heat_min": 6})
    ]


def test_child_left_behind_is_updated_when_the_child_moves():
    watch = parked_with(ChildLeftBehind)
    watch.sees(sitting=[7], ignition_off_ms=180000)
    assert watch.sees(sitting=[8]) == [
        ("updated", {"seats": [8], "unknown": [], "stage": 3, "heat_min": 6})
    ]


def test_child_left_behind_ends_when_nobody_is_left_or_the_ignition_is_on():
    watch = parked_with(ChildLeftBehind)
    watch.sees(sitting=[7], ignition_off_ms=180000)
    assert watch.states(sitting=[]) == ["cleared"]
    assert watch.rule.warning == SILENT
    assert watch.sees(MINUTE) == []
    watch.sees(sitting=[7])
    assert watch.states(ignition_off_ms=None) == ["cleared"]


def test_child_left_behind_is_not_ended_by_the_button():
    watch = parked_with(ChildLeftBehind)
    watch.sees(sitting=[7], ignition_off_ms=180000)
    assert watch.sees(checked=True) == []
    assert watch.rule.warning == HORN


def test_child_left_behind_lets_the_seats_settle_for_two_seconds_after_boot():
    watch = parked_with(ChildLeftBehind, sitting=[7], ignition_off_ms=86400000)
    watch.now_ms = 0
    assert watch.sees(2000) == []
    assert watch.states(100) == ["raised"]


def test_child_left_behind_goes_by_the_time_alone_where_children_boarded():
    watch = parked_with(ChildLeftBehind, sitting=[7], ignition_off_ms=86400000, alone_ms=None)
    assert watch.states() == []
    assert watch.rule.warning == SILENT
    assert watch.states(alone_ms=0) == []
    assert watch.rule.warning == PROMPT
    assert watch.states(alone_ms=180000) == ["raised"]
    why = dict(watch.events[0].why)
    assert (why["ignition_off_s"], why["alone_s"], why["limit_s"]) == (None, 180, 180)


def test_check_button_missed_goes_by_the_time_alone_too():
    watch = parked_with(CheckButtonMissed, ignition_off_ms=86400000, alone_ms=None)
    assert watch.states() == []
    assert watch.rule.warning == SILENT
    assert watch.states(alone_ms=179999) == []
    assert watch.rule.warning == PROMPT
    assert watch.states(alone_ms=180000) == ["raised"]
    why = dict(watch.events[0].why)
    assert (why["ignition_off_s"], why["alone_s"]) == (None, 180)


def test_check_button_missed_prompts_and_alarms_at_180_s():
    watch = parked_with(CheckButtonMissed)
    assert watch.states(ignition_off_ms=179999) == []
    assert watch.rule.warning == PROMPT
    assert watch.states(ignition_off_ms=180000) == ["raised"]
    assert watch.rule.warning == HORN
    assert dict(watch.events[0].why)["limit_s"] == 180
    assert watch.states(checked=True) == ["cleared"]
    assert watch.rule.warning == SILENT
    assert watch.sees(MINUTE) == []


def test_check_button_missed_lets_the_seats_settle_for_two_seconds_after_boot():
    watch = parked_with(CheckButtonMissed, ignition_off_ms=86400000)
    watch.now_ms = 0
    assert watch.sees(2000) == []
    assert watch.states(100) == ["raised"]


def test_check_button_missed_japan_waits_15_min():
    watch = parked_with(CheckButtonMissed, JAPAN)
    assert watch.states(ignition_off_ms=899999) == []
    assert watch.rule.warning == PROMPT
    assert watch.states(ignition_off_ms=900000) == ["raised"]
    assert watch.rule.warning == HORN


def test_check_button_missed_ends_with_the_ignition_on():
    watch = parked_with(CheckButtonMissed)
    watch.sees(ignition_off_ms=180000)
    assert watch.states(ignition_off_ms=None) == ["cleared"]


def test_overspeed_warns_at_once_and_tells_after_10_s():
    watch = Watch(Overspeed)
    assert watch.sees(20000, speed_mms=kmh(80)) == []
    assert watch.rule.warning == SILENT
    assert watch.sees(100, speed_mms=kmh(80) + 1) == []
    assert watch.rule.warning == CHIME
    assert watch.sees(9900) == []
    assert watch.states(100) == ["raised"]
    assert watch.sees(MINUTE) == []


def test_overspeed_forgets_a_short_burst():
    watch = Watch(Overspeed)
    for _ in range(5):
        assert watch.sees(9000, speed_mms=kmh(95)) == []
        assert watch.sees(100, speed_mms=kmh(80)) == []


def test_overspeed_ends_after_3_s_at_3_kmh_below_and_tells_top_and_time():
    watch = Watch(Overspeed)
    watch.sees(10100, speed_mms=kmh(85))
    watch.sees(10000, speed_mms=kmh(100))
    assert watch.sees(MINUTE, speed_mms=kmh(80) - 832) == []
    assert watch.sees(3000, speed_mms=kmh(80) - 833) == []
    ended = watch.sees(100)
    assert [state for state, _ in ended] == ["cleared"]
    assert str(ended[0][1]["top_kmh"]) == "100.0"
    assert ended[0][1]["lasted_s"] == 10 + 10 + 60 + 3


def test_overspeed_unknown_speed_neither_raises_nor_ends():
    watch = Watch(Overspeed, phase="driving")
    watch.sees(5000, speed_mms=kmh(90))
    assert watch.sees(MINUTE, speed_mms=None) == []
    watch.sees(10100, speed_mms=kmh(90))
    assert watch.rule.warning == CHIME
    assert watch.sees(MINUTE, speed_mms=None) == []
    assert watch.rule.warning == CHIME
    assert watch.states(3100, phase="parked") == ["cleared"]
    assert watch.rule.warning == SILENT


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


def riding(**readings):
    return Watch(BeltOff, phase="driving", **readings)


def test_belt_off_after_10_s_above_10_kmh():
    watch = riding(taken=[3, 7], unbelted=[7])
    assert watch.sees(MINUTE, speed_mms=kmh(10)) == []
    assert watch.sees(10000, speed_mms=kmh(10) + 1) == []
    assert watch.sees(100) == [("raised", {"seats": [7]})]
    assert watch.rule.warning == CHIME


def test_belt_off_tells_a_change_once_it_has_stood():
    watch = riding(taken=[3, 7], unbelted=[7], speed_mms=kmh(40))
    watch.sees(11000)
    assert watch.sees(5000, unbelted=[3, 7]) == []
    assert watch.sees(5000, unbelted=[7]) == []
    assert watch.sees(10100, unbelted=[3, 7]) == [("updated", {"seats": [3, 7]})]
    assert watch.states(10100, unbelted=[]) == ["cleared"]
    assert watch.rule.warning == SILENT


def test_belt_off_is_not_ended_by_a_red_light_but_by_a_stop():
    watch = riding(taken=[7], unbelted=[7], speed_mms=kmh(40))
    watch.sees(11000)
    assert watch.sees(MINUTE, speed_mms=0) == []
    assert watch.sees(MINUTE, speed_mms=None) == []
    assert watch.states(phase="boarding") == ["cleared"]


def test_belt_off_every_child_has_its_10_s_and_a_slow_bus_or_a_stop_begins_anew():
    watch = riding(taken=[3, 7], unbelted=[7], speed_mms=kmh(40))
    assert watch.sees(9000) == []
    assert watch.sees(9000, unbelted=[3, 7]) == []
    watch.sees(speed_mms=kmh(10))
    assert watch.sees(10000, speed_mms=kmh(40)) == []
    assert watch.states() == ["raised"]
    watch.sees(9000, unbelted=[3])
    assert watch.states(phase="boarding") == ["cleared"]
    assert watch.sees(10000, phase="driving") == []
    assert watch.states() == ["raised"]


def sensors(**readings):
    return Watch(SensorSilent, sensors=("gnss", "supply"), silent=[], **readings)


def test_sensor_silent_after_2_s_once_an_outage_and_sensor():
    watch = sensors()
    assert watch.sees(2000, silent=["gnss"]) == []
    assert watch.sees(100) == [("raised", {"sensor": "gnss", "unknown_seats": []})]
    assert watch.sees(MINUTE) == []
    assert watch.rule.warning == LAMP
    assert watch.states(silent=[]) == ["cleared"]
    assert watch.rule.warning == SILENT
    assert watch.states(2100, silent=["gnss"]) == ["raised"]


def test_sensor_silent_two_at_once_are_two_events():
    watch = sensors()
    told = watch.sees(2200, silent=["gnss", "supply"])
    assert [data["sensor"] for _, data in told] == ["gnss", "supply"]
    assert watch.events[0].subject != watch.events[1].subject


def test_check_too_soon_tells_every_early_press():
    watch = Watch(CheckTooSoon, ignition=False, ignition_off_ms=0, early_presses=2)
    assert watch.sees(1000) == []  # those were another rule's
    assert watch.sees(1000, early_presses=3, ignition_off_ms=4900) == [("raised", {"presses": 3})]
    assert dict(watch.events[0].why) == {"ignition_off_ms": 4900, "limit_s": 5}
    assert watch.events[0].subject is None
    assert watch.sees(1000, early_presses=4) == [("raised", {"presses": 4})]
    assert watch.rule.warning == SILENT


def test_child_left_behind_explains_itself():
    watch = parked_with(ChildLeftBehind, JAPAN)
    watch.sees(sitting=[7], ignition_off_ms=181999, cabin_c10=351)
    why = dict(watch.events[0].why)
    assert str(why["cabin_c"]) == "35.1"
    assert (why["ignition_off_s"], why["limit_s"], why["horn_s"]) == (181, 180, 900)
    ((state, data),) = watch.sees(sitting=[], doubtful=[])
    assert (state, data["stage"]) == ("cleared", 0)
