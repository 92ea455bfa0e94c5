"""Gnss jammed, at its boundaries: one below, at, one above."""

from readings import HERE, NOWHERE, jammed
from watch import MINUTE, Watch

from firmware.messages import text
from firmware.rules.gnss_jammed import GnssJammed
from firmware.warnings import LAMP


def why(watch, number=0):
    return text(watch.events[number].why)


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
