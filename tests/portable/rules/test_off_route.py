"""Off route, at its boundaries: one below, at, one above."""

from readings import HERE
from watch import CONFIG, MINUTE, Watch

from firmware.rules.off_route import OffRoute
from firmware.warnings import CHIME, SILENT


def test_off_route_again():
    watch = Watch(OffRoute, phase="driving", off_route_mm=300000, **HERE)
    watch.sees(MINUTE + 100)
    assert watch.states(10100, off_route_mm=0) == ["cleared"]
    assert watch.sees(MINUTE, off_route_mm=300000) == []
    assert watch.states() == ["raised"]
    assert watch.sees(10000, off_route_mm=0) == []
    assert watch.states() == ["cleared"]


def test_off_route_beyond_200_m_for_60_s():
    watch = Watch(OffRoute, phase="driving", route="r", **HERE)
    assert watch.sees(5 * MINUTE, off_route_mm=200000) == []
    assert watch.sees(MINUTE, off_route_mm=200001) == []
    assert watch.sees(100) == [("raised", {"route": "r", "off_m": 200})]
    assert watch.rule.warning == CHIME


def test_off_route_forgets_a_short_detour():
    watch = Watch(OffRoute, phase="driving", **HERE)
    for _ in range(3):
        assert watch.sees(59900, off_route_mm=500000) == []
        assert watch.sees(100, off_route_mm=0) == []


def test_off_route_ends_within_170_m_for_10_s_or_without_a_route():
    watch = Watch(OffRoute, phase="driving", off_route_mm=300000, **HERE)
    watch.sees(MINUTE + 100)
    assert watch.sees(MINUTE, off_route_mm=170001) == []
    assert watch.sees(10000, off_route_mm=170000) == []
    assert watch.states(100) == ["cleared"]
    assert watch.rule.warning == SILENT
    watch.sees(MINUTE + 100, off_route_mm=300000)
    assert watch.states(100, off_route_mm=None) == ["cleared"]


def test_off_route_unknown_position_neither_raises_nor_ends():
    watch = Watch(OffRoute, phase="driving", off_route_mm=None)
    assert watch.sees(5 * MINUTE) == []
    watch.sees(MINUTE + 100, off_route_mm=300000, **HERE)
    assert watch.sees(5 * MINUTE, lat_e7=None, off_route_mm=None) == []
    assert watch.rule.warning == CHIME
    assert watch.states(phase="parked") == ["cleared"]
    assert watch.rule.warning == SILENT
    assert watch.sees(5 * MINUTE, off_route_mm=300000, **HERE) == []


def test_off_route_goes_by_its_settings():
    watch = Watch(OffRoute, dict(CONFIG, off_route_m=300, off_route_s=10), phase="driving", **HERE)
    assert watch.sees(MINUTE, off_route_mm=300000) == []
    assert watch.states(10100, off_route_mm=300001) == ["raised"]
