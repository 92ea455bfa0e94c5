"""Emergency door, at its boundaries: one below, at, one above."""

from watch import MINUTE, Watch

from firmware.rules.emergency_door import EmergencyDoor
from firmware.warnings import INSIDE, PROMPT, SILENT


def heads(**readings):
    return dict(taken=[3, 7], unknown=[9], taken_before=[3], unknown_before=[], **readings)


def test_emergency_door_is_an_alarm_at_once_unless_the_bus_is_parked_and_empty():
    for phase, sitting, severity, warning in (
        ("driving", [], "alarm", INSIDE),
        ("boarding", [3], "alarm", INSIDE),
        ("checking", [], "alarm", INSIDE),
        ("parked", [], "warning", PROMPT),
        ("parked", [3], "alarm", INSIDE),
    ):
        watch = Watch(EmergencyDoor, **heads(phase=phase, sitting=sitting, emergency_door=False))
        assert watch.sees() == []
        ((state, data),) = watch.sees(emergency_door=True)
        assert (state, data["seats"], data["seats_before"]) == ("raised", [3, 7], [3])
        assert (watch.events[0].severity, watch.rule.warning) == (severity, warning)
        assert watch.sees(MINUTE, taken=[], emergency_door=None) == []
        ((state, data),) = watch.sees(emergency_door=False)
        assert (state, data["seats"]) == ("cleared", [3, 7])
        assert watch.events[1].severity == severity
        assert watch.rule.warning == SILENT


def test_emergency_door_that_was_never_known_is_not_open():
    assert Watch(EmergencyDoor, emergency_door=None).sees(MINUTE) == []


def test_an_emergency_door_whose_wire_is_torn_is_not_open():
    watch = Watch(EmergencyDoor, phase="driving", emergency_door=True, faulty=[])
    assert watch.states() == ["raised"]
    assert watch.states(faulty=["front_door"]) == []
    assert watch.states(faulty=["emergency_door"]) == ["cleared"]
    assert watch.rule.warning == SILENT
    assert watch.states(MINUTE) == []
    assert watch.states(emergency_door=False, faulty=[]) == []
    assert watch.states(emergency_door=True) == ["raised"]
