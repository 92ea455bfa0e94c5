"""Belt off, at its boundaries: one below, at, one above."""

from watch import MINUTE, Watch, kmh

from firmware.rules.belt_off import BeltOff
from firmware.warnings import CHIME, LAMP, SILENT


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


def chimes(watch, ms, **readings):
    """-> ms of chiming in so long a time."""
    on_ms = 0
    for _ in range(0, ms, 100):
        watch.sees(**readings)
        readings = {}
        assert watch.rule.warning in (SILENT, LAMP, CHIME)
        on_ms += 100 * (watch.rule.warning == CHIME)
    return on_ms


def test_it_chimes_once_a_trip_for_each_seat_and_then_the_lamp_stays_on():
    watch = riding(trip=1, taken=[3, 7], unbelted=[7], speed_mms=kmh(40))
    assert chimes(watch, 20 * MINUTE) == 15000
    assert watch.rule.warning == LAMP
    assert chimes(watch, MINUTE, unbelted=[3, 7]) == 15000
    assert chimes(watch, MINUTE, unbelted=[3]) == 0
    assert chimes(watch, MINUTE, unbelted=[3, 7]) == 15000, "it was buckled in between"
    assert chimes(watch, MINUTE, phase="boarding") == 0
    assert watch.rule.warning == SILENT
    assert chimes(watch, MINUTE, phase="driving") == 0, "after a stop all know"
    assert watch.rule.warning == LAMP
    watch.sees(phase="parked", unbelted=[])
    assert chimes(watch, MINUTE, trip=2, phase="driving", unbelted=[3, 7]) == 15000
    watch.sees(phase="boarding")
    assert chimes(watch, MINUTE, trip=3, phase="driving") == 15000
