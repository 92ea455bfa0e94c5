"""Gnss jump, at its boundaries: one below, at, one above."""

from readings import HERE
from watch import CONFIG, MINUTE, Watch

from firmware.messages import text
from firmware.rules.gnss_jump import GnssJump
from firmware.warnings import LAMP, SILENT

# At the equator 32768 units of longitude are 364.772 m.
STEP_E7, STEP_MM = 32768, 364772
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


def why(watch, number=0):
    return text(watch.events[number].why)


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


def test_gnss_jump_again():
    watch = Watch(GnssJump, fix_new=True, **HERE)
    watch.sees()
    watch.sees(lat_e7=131000000)
    assert why(watch) == '{"limit_kmh":200,"error_m":200}'
    watch.sees(MINUTE, fix_new=False)
    assert watch.events[-1].state == "cleared"
    assert watch.states(fix_new=True, lat_e7=130827000) == [], "a minute of 200 km/h"
    assert watch.states(lat_e7=130900000) == ["raised"]


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
