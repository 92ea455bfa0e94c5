"""Zone entered, at its boundaries: one below, at, one above."""

from watch import MINUTE, Watch

from firmware.rules.zone_entered import ZoneEntered
from firmware.warnings import INSIDE, PROMPT, SILENT


def test_zone_entered_is_an_alarm_in_a_flood_and_a_warning_where_closed():
    watch = Watch(ZoneEntered, phase="driving", zones=[])
    assert watch.sees(100, zones=[("school", "s"), ("speed", "v")]) == []
    assert watch.sees(100, zones=[("closed", "c")]) == [
        ("raised", {"zone": "c", "zone_kind": "closed"})
    ]
    assert (watch.events[0].severity, watch.rule.warning) == ("warning", PROMPT)
    assert watch.sees(200, zones=[("closed", "c"), ("flood", "f")]) == [
        ("raised", {"zone": "f", "zone_kind": "flood"})
    ]
    assert (watch.events[1].severity, watch.rule.warning) == ("alarm", INSIDE)
    assert watch.sees(MINUTE, zones=None) == []
    assert watch.rule.warning == INSIDE
    watch.sees(phase="parked")
    assert watch.rule.warning == SILENT
    watch.sees(phase="driving")
    assert watch.rule.warning == INSIDE
    told = watch.sees(300, zones=[])
    assert [(state, data["zone"]) for state, data in told] == [("cleared", "c"), ("cleared", "f")]
    assert [event.severity for event in watch.events[2:]] == ["warning", "alarm"]
    assert watch.rule.warning == SILENT
