"""The same rules a second time: what has been raised and ended begins anew, and says why."""

from readings import HERE, NOWHERE, jammed, seats, supply
from watch import CONFIG, MINUTE, Watch, kmh

from firmware.messages import text
from firmware.rules.expander_reset import ExpanderReset
from firmware.rules.gnss_jammed import GnssJammed
from firmware.rules.gnss_jump import GnssJump
from firmware.rules.gnss_lost import GnssLost
from firmware.rules.harsh_driving import HarshDriving
from firmware.rules.off_route import OffRoute
from firmware.rules.self_test_failed import SelfTestFailed
from firmware.rules.sensor_flapping import SensorFlapping
from firmware.rules.sensor_stuck import SensorStuck
from firmware.warnings import LAMP, PROMPT


def why(watch, number=0):
    return text(watch.events[number].why)


def test_harsh_driving_again():
    watch = Watch(HarshDriving, phase="driving", speed_mms=kmh(40))
    assert watch.sees(200, accel_mms2=-9000) == []
    watch.sees(100, accel_mms2=0)
    ((_, data),) = watch.sees(400, accel_mms2=-5000)
    assert str(data["top_ms2"]) == "5.00", "what was too short counts for nothing"
    assert why(watch) == '{"acceleration_ms2":5.00,"limit_ms2":4.40,"held_ms":300}'
    watch.sees(2900, accel_mms2=0)
    watch.sees(200, accel_mms2=-5000)
    assert watch.sees(3000, accel_mms2=0) == [], "it was not calm for three seconds"
    assert watch.states() == ["cleared"]
    assert watch.sees(300, accel_mms2=-5000) == []
    assert watch.states() == ["raised"]
    watch.sees(2900, accel_mms2=None)
    assert watch.sees(3000, accel_mms2=0) == []
    assert watch.states() == ["cleared"]


def test_gnss_lost_again():
    watch = Watch(GnssLost, ignition_off_ms=None, sats=3, hdop_e2=2550, **HERE)
    watch.sees()
    watch.sees(MINUTE + 100, **NOWHERE)
    assert why(watch) == '{"sats":3,"hdop":25.50,"limit_s":60}'
    assert text(watch.events[0].data) == '{"last_lat":13.0827000,"last_lon":100.8833000}'
    watch.sees(3100, **HERE)
    assert watch.sees(MINUTE, **NOWHERE) == []
    assert watch.states() == ["raised"]
    assert watch.sees(3000, **HERE) == []
    assert watch.states() == ["cleared"]
    assert text(never_seen().data) == '{"last_lat":null,"last_lon":null}'


def never_seen():
    watch = Watch(GnssLost, ignition_off_ms=None)
    watch.sees(MINUTE + 100)
    return watch.events[0]


def test_gnss_jammed_again():
    watch = jammed()
    watch.sees(10100, **NOWHERE)
    assert why(watch) == '{"sats":6,"stood_s":30,"limit_s":10}'
    watch.sees(3100, **HERE)
    watch.sees(5000, speed_mms=0)
    assert watch.sees(MINUTE, **NOWHERE) == [], "it has to stand for 30 s once more"
    assert Watch(GnssJammed, ignition_off_ms=None).sees(MINUTE) == []


def test_gnss_jammed_once_more_needs_its_times_anew():
    watch = jammed()
    watch.sees(10100, **NOWHERE)
    watch.sees(3100, **dict(HERE, speed_mms=0))
    assert watch.sees(25000) == []
    assert watch.sees(MINUTE, **NOWHERE) == [], "it has stood for 25 s"
    watch.sees(31000, **dict(HERE, speed_mms=0))
    assert watch.states(10100, **NOWHERE) == ["raised"]
    assert watch.sees(3000, **HERE) == []
    assert watch.states() == ["cleared"]


def test_gnss_jammed_is_over_with_the_engine_and_does_not_come_back_with_it():
    watch = jammed()
    watch.sees(10100, **NOWHERE)
    assert watch.states(ignition_off_ms=0) == ["cleared"]
    assert watch.sees(MINUTE, ignition_off_ms=None) == []


# At the equator 32768 units of longitude are 364.772 m.
STEP_E7, STEP_MM = 32768, 364772


def jumps(ms, steps=1, limit_kmh=140, at_ms=0):
    """Two fixes so many ms and steps apart -> Watch."""
    watch = Watch(GnssJump, dict(CONFIG, gnss_jump_kmh=limit_kmh), fix_new=True, lat_e7=0, lon_e7=0)
    watch.now_ms = at_ms
    watch.sees()
    watch.now_ms = at_ms + ms
    watch.sees(lon_e7=steps * STEP_E7)
    return watch


def test_gnss_jump_at_its_limit_to_a_millimetre():
    assert STEP_MM == 200000 + 140 * 4237 * 10 // 36
    assert jumps(4237).events == []
    assert len(jumps(4236).events) == 1
    assert STEP_MM - 1 == 200000 + 212 * 2798 * 10 // 36
    assert len(jumps(2798, limit_kmh=212).events) == 1


def test_gnss_jump_is_not_judged_across_more_than_an_hour():
    hour = 60 * MINUTE
    assert len(jumps(hour, 600, at_ms=hour).events) == 1
    assert jumps(hour + 1, 600, at_ms=hour).events == []


def test_gnss_jump_is_updated_by_one_twice_as_long():
    for steps, told in ((1, 1), (2, 2)):
        watch = jumps(100)
        watch.sees(lon_e7=(1 - steps) * STEP_E7)
        assert len(watch.events) == told


def test_off_route_again():
    watch = Watch(OffRoute, phase="driving", off_route_mm=300000, **HERE)
    watch.sees(MINUTE + 100)
    assert watch.states(10100, off_route_mm=0) == ["cleared"]
    assert watch.sees(MINUTE, off_route_mm=300000) == []
    assert watch.states() == ["raised"]
    assert watch.sees(10000, off_route_mm=0) == []
    assert watch.states() == ["cleared"]


def test_gnss_jump_again():
    watch = Watch(GnssJump, fix_new=True, **HERE)
    watch.sees()
    watch.sees(lat_e7=131000000)
    assert why(watch) == '{"limit_kmh":200,"error_m":200}'
    watch.sees(MINUTE, fix_new=False)
    assert watch.events[-1].state == "cleared"
    assert watch.states(fix_new=True, lat_e7=130827000) == [], "a minute of 200 km/h"
    assert watch.states(lat_e7=130900000) == ["raised"]


def test_expander_reset_again():
    watch = Watch(ExpanderReset, expander_resets=[0, 1])
    assert watch.sees() == [("raised", {"expanders": [2], "resets": 1})], (
        "already in the first tick"
    )
    assert watch.sees(599900) == []
    assert watch.states() == ["cleared"]
    assert why(watch) == '{"pull_ups":false,"calm_s":600}'


def test_supply_again():
    watch = supply(supply_mv=0)
    watch.sees(2100)
    assert why(watch) == '{"limit_mv":6000}'
    assert watch.sees(2900, supply_mv=12600) == []
    watch.sees(100, supply_mv=6100)
    assert watch.sees(3000, supply_mv=12600) == []
    assert watch.states() == ["cleared"]
    assert why(watch, 1) == '{"limit_mv":11500}'
    watch.sees(MINUTE + 100, supply_mv=11000)
    watch.sees(2100, supply_mv=0)
    told = watch.sees(3100, supply_mv=11000) + watch.sees(2900, supply_mv=12600)
    assert [data["level"] for _, data in told] == ["low"], "from cut to low, and no further yet"


def test_self_test_failed_again():
    watch = Watch(SelfTestFailed, failing=["horn"])
    watch.sees(15000)
    assert watch.rule.warning == LAMP
    watch.sees(10000, failing=["buzzer", "horn"])
    assert watch.rule.warning == PROMPT
    watch.sees(200)
    assert watch.rule.warning == LAMP


def test_contacts_explain_themselves():
    watch = Watch(SensorFlapping, flapping=[3])
    watch.sees()
    assert why(watch) == '{"changes":8,"window_s":10}'
    watch = Watch(SensorStuck, ignition_off_ms=0, checked=True)
    seats(watch, 3)
    watch.now_ms = 30 * MINUTE
    assert watch.sees(1000, ignition_off_ms=30 * MINUTE) == [("raised", {"seats": [3]})]
    assert why(watch) == '{"limit_h":12,"parked_min":30}'


def test_a_seat_taken_only_after_the_ignition_went_off_was_not_seen_there():
    watch = Watch(SensorStuck, ignition_off_ms=0, checked=True)
    watch.now_ms = MINUTE
    seats(watch, 3)
    watch.now_ms = 31 * MINUTE
    assert watch.sees(1000, ignition_off_ms=31 * MINUTE) == []
