"""The parked bus rocks: so many bouts within two minutes, and nothing sounds."""

from watch import CONFIG, MINUTE, Watch

from firmware.rules.parked_rocking import ParkedRocking
from firmware.warnings import SILENT


def parked(**rules):
    """A bus that has been parked for two minutes."""
    rules = dict({"rocking_mg": 20}, **rules)
    watch = Watch(ParkedRocking, dict(CONFIG, **rules), phase="checking", front_door=False)
    watch.sees(1000)
    assert watch.sees(2 * MINUTE, phase="parked", checked=True, shock_mg=5) == []
    return watch


def rocks(watch, times, calm_ms=9000, **readings):
    """Bouts of a second -> the states told."""
    told = []
    for _ in range(times):
        told += watch.states(1000, shock_mg=20, **readings)
        told += watch.states(calm_ms, shock_mg=19)
    return told


def test_it_is_off_unless_it_is_set():
    assert rocks(parked(rocking_mg=0), 20) == []


def test_four_bouts_within_two_minutes_are_told_once_and_nothing_sounds():
    watch = parked()
    assert rocks(watch, 3) == []
    assert rocks(watch, 1) == ["raised"]
    assert watch.rule.warning == SILENT
    assert rocks(watch, 10) == []
    assert dict(watch.events[0].why) == {"limit_mg": 20, "bouts": 4}
    assert watch.sees(590 * 1000) == []
    assert watch.states(1000) == ["cleared"]
    assert rocks(parked(rocking_bouts=3), 3) == ["raised"]


def test_bouts_that_are_further_apart_or_one_long_one_are_nothing():
    assert rocks(parked(), 10, calm_ms=40000) == []
    assert rocks(parked(), 20, calm_ms=3000) == [], "the bus rocks on"


def test_who_is_known_to_be_about_rocks_it():
    for name, value, back in (
        ("phase", "boarding", "parked"),
        ("front_door", True, False),
        ("emergency_door", True, None),
        ("attended", "stay", None),
    ):
        watch = parked()
        rocks(watch, 3)
        watch.sees(100, **{name: value})
        assert rocks(watch, 4) == [], name
        watch.sees(100, **{name: back})
        assert watch.sees(MINUTE, shock_mg=30) == [], "the driver leaves"
        assert rocks(watch, 4) == ["raised"], name
        assert watch.states(100, **{name: value}) == ["cleared"], name


def test_what_is_not_felt_is_nothing():
    watch = parked()
    assert watch.sees(10 * MINUTE, shock_mg=None) == []
