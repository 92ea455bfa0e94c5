"""Rules about driving, the supply, the sensors and GNSS, at their boundaries."""

from readings import HERE, NOWHERE, jammed, seats, supply
from watch import MINUTE, Watch, kmh

from firmware.rules.driver_hours import DriverHours
from firmware.rules.expander_reset import ExpanderReset
from firmware.rules.gnss_jump import GnssJump
from firmware.rules.gnss_lost import GnssLost
from firmware.rules.harsh_driving import HarshDriving
from firmware.rules.idling import Idling
from firmware.rules.self_test_failed import SelfTestFailed
from firmware.rules.sensor_flapping import SensorFlapping
from firmware.rules.sensor_stuck import SensorStuck
from firmware.warnings import CHIME, INSIDE, LAMP, PROMPT, SILENT

HOUR = 60 * MINUTE


def test_harsh_driving_brakes_accelerates_and_corners():
    for what, reading, limit in (
        ("braking", "accel_mms2", -4400),
        ("acceleration", "accel_mms2", 4400),
        ("cornering", "lateral_mms2", 5500),
        ("cornering", "lateral_mms2", -5500),
    ):
        watch = Watch(HarshDriving, phase="driving", speed_mms=kmh(40))
        below = limit - 1 if limit > 0 else limit + 1
        assert watch.sees(MINUTE, **{reading: below}) == []
        assert watch.sees(300, **{reading: limit}) == []
        ((state, data),) = watch.sees()
        assert (state, data["what"]) == ("raised", what)
        assert watch.rule.warning == CHIME
        watch.sees(100, **{reading: limit * 2})
        assert watch.sees(MINUTE, **{reading: None}) == []
        assert watch.sees(3000, **{reading: below}) == []
        ((state, data),) = watch.sees()
        assert state == "cleared"
        assert str(data["top_ms2"]) == ("8.80" if abs(limit) == 4400 else "11.00")
        assert watch.rule.warning == SILENT


def test_harsh_driving_not_while_the_bus_stands_and_ended_by_a_stop():
    watch = Watch(HarshDriving, phase="boarding", accel_mms2=-9000, lateral_mms2=9000)
    assert watch.sees(MINUTE) == []
    assert watch.states(400, phase="driving", lateral_mms2=0) == ["raised"]
    assert watch.states(phase="boarding") == ["cleared"]


def test_idling_after_5_min():
    watch = Watch(Idling, ignition=True, ignition_off_ms=None, speed_mms=0)
    assert watch.sees(5 * MINUTE) == []
    ((state, data),) = watch.sees()
    assert (state, data["lasted_s"]) == ("raised", 300)
    assert watch.events[0].severity == "info"
    assert watch.rule.warning == LAMP
    assert watch.sees(20 * MINUTE, speed_mms=None) == []
    ((state, data),) = watch.sees(speed_mms=1000)
    assert (state, data["lasted_s"]) == ("cleared", 1500)
    watch.sees(6 * MINUTE, speed_mms=0)
    assert watch.states(ignition_off_ms=0) == ["cleared"]
    assert watch.sees(10 * MINUTE) == []


def test_driver_hours_4_h_in_one_go_and_8_h_a_day():
    watch = Watch(DriverHours, driven_min=239, driven_day_min=479)
    assert watch.sees() == []
    ((state, data),) = watch.sees(driven_min=240)
    assert (state, data["limit"]) == ("raised", "run")
    ((state, data),) = watch.sees(driven_day_min=480)
    assert (state, data["limit"]) == ("raised", "day")
    assert watch.rule.warning == LAMP
    assert watch.states(driven_min=0) == ["cleared"]
    assert watch.rule.warning == LAMP
    assert watch.states(driven_day_min=479) == ["cleared"]
    assert watch.rule.warning == SILENT


def test_supply_low_after_60_s_and_cranking_is_forgotten():
    watch = supply(supply_mv=9800)
    assert watch.sees(60000) == []
    assert watch.sees(supply_mv=11500) == []
    assert watch.sees(60000, supply_mv=11499) == []
    ((state, data),) = watch.sees()
    assert (state, data["level"]) == ("raised", "low")
    assert watch.rule.warning == LAMP
    assert watch.sees(MINUTE, supply_mv=11799) == []
    assert watch.sees(MINUTE, supply_mv=None) == []
    assert watch.sees(3000, supply_mv=11800) == []
    assert watch.states() == ["cleared"]
    assert watch.rule.warning == SILENT


def test_supply_cut_after_2_s_and_an_alarm_if_somebody_may_be_on_board():
    watch = supply(supply_mv=6000)
    assert watch.sees(10000) == []
    assert watch.sees(2000, supply_mv=5999) == []
    ((state, data),) = watch.sees()
    assert (state, data["level"]) == ("raised", "cut")
    assert (watch.events[0].severity, watch.rule.warning) == ("warning", PROMPT)
    for readings in ({"sitting": [3]}, {"checked": False}):
        watch = supply(supply_mv=0)
        watch.s.trip.ignition_off_ms = MINUTE
        watch.sees(2100, **readings)
        assert (watch.events[0].severity, watch.rule.warning) == ("alarm", INSIDE)


def test_supply_goes_from_low_to_cut_and_back():
    watch = supply(supply_mv=11000)
    watch.sees(MINUTE + 100)
    told = watch.sees(2100, supply_mv=0) + watch.sees(3100, supply_mv=11000)
    assert [(state, data["level"]) for state, data in told] == [
        ("updated", "cut"),
        ("updated", "low"),
    ]
    assert watch.states(3100, supply_mv=12600) == ["cleared"]


def test_gnss_lost_after_60_s_with_the_engine_on_and_back_after_3_s():
    watch = Watch(GnssLost, ignition_off_ms=None, **HERE)
    watch.sees()
    assert watch.sees(MINUTE, **NOWHERE) == []
    ((state, data),) = watch.sees()
    assert (state, str(data["last_lat"])) == ("raised", "13.0827000")
    assert watch.rule.warning == LAMP
    assert watch.sees(3000, **HERE) == []
    assert watch.states() == ["cleared"]
    watch.sees(MINUTE + 100, **NOWHERE)
    assert watch.states(ignition_off_ms=0) == ["cleared"]
    assert watch.sees(10 * MINUTE) == [], "a depot has a roof"


def test_gnss_jammed_when_a_standing_bus_loses_its_position():
    watch = jammed()
    assert watch.sees(10000, sats=0, **NOWHERE) == []
    ((state, data),) = watch.sees()
    assert (state, data["sats_before"]) == ("raised", 6)
    assert watch.rule.warning == LAMP
    assert watch.sees(3000, sats=9, **HERE) == []
    assert watch.states() == ["cleared"]


def test_gnss_jammed_is_neither_a_tunnel_nor_a_poor_sky_nor_a_cable_nor_a_depot():
    for readings in ({"speed_mms": 1000}, {"sats": 5}, {"sats": None}, {"ignition_off_ms": 0}):
        assert jammed(**readings).sees(MINUTE, **NOWHERE) == [], readings
    assert jammed().sees(MINUTE, silent=["gnss"], **NOWHERE) == []
    watch = jammed(sensors=("supply", "gnss"), silent=["supply"])
    assert watch.states(10100, **NOWHERE) == ["raised"]
    watch = jammed(sensors=(), silent=[])
    assert watch.states(10100, **NOWHERE) == ["raised"]
    watch = jammed()
    watch.sees(1000, speed_mms=3000)
    assert watch.sees(MINUTE, **NOWHERE) == []


def test_gnss_jump_further_than_200_kmh_and_200_m():
    """A second of 200 km/h is 55.6 m; 22900 units of latitude are 253.4 m, 23150 are 256.1 m."""
    watch = Watch(GnssJump, fix_new=True, **HERE)
    watch.sees()
    watch.now_ms += 900
    assert watch.sees(lat_e7=HERE["lat_e7"] + 22900) == []
    watch.now_ms += 900
    ((state, data),) = watch.sees(lat_e7=HERE["lat_e7"] - 250)
    assert (state, data["jump_m"]) == ("raised", 256)
    assert str(data["within_s"]) == "1.0"
    assert watch.rule.warning == LAMP


def test_gnss_jump_is_one_occurrence_until_a_minute_is_calm():
    watch = Watch(GnssJump, fix_new=True, **HERE)
    watch.sees()
    assert watch.states(lat_e7=131000000) == ["raised"]
    assert watch.states(lat_e7=130827000) == []
    assert watch.states(lat_e7=132000000) == ["updated"]
    assert watch.sees(MINUTE - 100) == []
    assert watch.states() == ["cleared"]
    assert watch.rule.warning == SILENT
    assert watch.sees(MINUTE, lat_e7=None, lon_e7=None) == []
    assert watch.sees(lat_e7=132001000, lon_e7=1008833000) == []


def test_sensor_stuck_after_12_h():
    watch = Watch(SensorStuck, ignition_off_ms=None)
    seats(watch, 3)
    watch.now_ms = 12 * HOUR - 2000
    assert watch.sees(1900) == []
    assert watch.sees(1100) == [("raised", {"seats": [3]})]
    assert watch.rule.warning == LAMP
    assert seats(watch, unknown=[3, 4]) == []
    assert [state for state, _ in seats(watch, unknown=[])] == ["cleared"]


def test_sensor_stuck_through_a_parking_that_was_checked():
    watch = Watch(SensorStuck, ignition_off_ms=0, checked=False)
    seats(watch, 3, 5)
    watch.now_ms = HOUR
    assert watch.sees(2000, ignition_off_ms=HOUR) == [], "nobody has pressed the button"
    assert watch.sees(2000, checked=True, ignition_off_ms=30 * MINUTE - 1) == []
    assert watch.sees(2000, ignition_off_ms=30 * MINUTE) == [("raised", {"seats": [3, 5]})]
    assert seats(watch, 5) == [("updated", {"seats": [5]})]


def test_sensor_stuck_not_for_a_child_that_rises_once():
    watch = Watch(SensorStuck, ignition_off_ms=None)
    for _ in range(5):
        seats(watch, 3)
        watch.now_ms += 11 * HOUR
        assert seats(watch) == []


def test_sensor_flapping_lists_seats_and_belts():
    watch = Watch(SensorFlapping)
    assert watch.sees() == []
    assert watch.sees(flapping=[3]) == [("raised", {"seats": [3], "belts": []})]
    assert watch.rule.warning == LAMP
    assert watch.sees(MINUTE) == []
    assert watch.sees(flapping_belts=[4]) == [("updated", {"seats": [3], "belts": [4]})]
    assert watch.states(flapping=[], flapping_belts=[]) == ["cleared"]
    assert watch.rule.warning == SILENT


def test_expander_reset_once_then_at_most_once_a_minute_until_10_min_are_calm():
    watch = Watch(ExpanderReset, expander_resets=[0, 0])
    assert watch.sees(MINUTE) == []
    assert watch.sees(expander_resets=[0, 1]) == [("raised", {"expanders": [2], "resets": 1})]
    assert watch.rule.warning == LAMP
    assert watch.sees(59900, expander_resets=[2, 1]) == []
    assert watch.sees() == [("updated", {"expanders": [1, 2], "resets": 3})]
    assert watch.sees(9 * MINUTE) == []
    assert watch.states(MINUTE) == ["cleared"]
    assert watch.rule.warning == SILENT
    assert watch.sees(expander_resets=[2, 2]) == [("raised", {"expanders": [2], "resets": 1})]


def test_self_test_failed_prompts_for_10_s():
    watch = Watch(SelfTestFailed)
    assert watch.sees(MINUTE) == []
    assert watch.sees(failing=["horn"]) == [("raised", {"parts": ["horn"]})]
    watch.sees(10000)
    assert watch.rule.warning == PROMPT
    watch.sees()
    assert watch.rule.warning == LAMP
    assert watch.states(failing=["buzzer", "horn"]) == ["updated"]
    assert watch.rule.warning == PROMPT
    assert watch.states(failing=[]) == ["cleared"]
    assert watch.rule.warning == SILENT
