"""Supply, at its boundaries: one below, at, one above."""

from readings import supply
from watch import MINUTE

from firmware.messages import text
from firmware.warnings import INSIDE, LAMP, PROMPT, SILENT


def why(watch, number=0):
    return text(watch.events[number].why)


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


def test_a_cut_supply_sounds_inside_only_while_somebody_may_be_on_board():
    watch = supply(supply_mv=0)
    watch.sees(2100)
    assert watch.rule.warning == PROMPT
    assert watch.sees(60000) == []
    assert watch.rule.warning == PROMPT
    assert watch.sees() == []
    assert watch.rule.warning == LAMP
    told = watch.sees(checked=False, ignition_off_ms=0)
    assert [(state, data["level"]) for state, data in told] == [("updated", "cut")]
    assert (watch.events[-1].severity, watch.rule.warning) == ("alarm", INSIDE)
    assert watch.sees(10 * MINUTE) == []
    assert watch.rule.warning == INSIDE
    assert watch.sees(checked=True) == []
    assert watch.rule.warning == PROMPT
    assert watch.sees(MINUTE) == []
    assert watch.rule.warning == LAMP


def test_a_cut_supply_that_is_only_a_cut_wire_is_over():
    watch = supply(supply_mv=0)
    watch.sees(2100)
    ((state, data),) = watch.sees(faulty=["supply"])
    assert (state, data["level"]) == ("cleared", "wire")
    assert watch.rule.warning == SILENT
    assert watch.sees(MINUTE) == []
    assert watch.sees(MINUTE, supply_mv=12600, faulty=[]) == []
