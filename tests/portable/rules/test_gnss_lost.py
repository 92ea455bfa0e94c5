"""Gnss lost, at its boundaries: one below, at, one above."""

from readings import HERE, NOWHERE
from watch import MINUTE, Watch

from firmware.messages import text
from firmware.rules.gnss_lost import GnssLost
from firmware.warnings import LAMP


def why(watch, number=0):
    return text(watch.events[number].why)


def never_seen():
    watch = Watch(GnssLost, ignition_off_ms=None)
    watch.sees(MINUTE + 100)
    return watch.events[0]


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
