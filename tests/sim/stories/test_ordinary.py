"""Ordinary days raise nothing, and no horn sounds (sim/stories/scenarios_ordinary.py). P12."""

import pytest
from told import told

from sim.stories import scenarios_ordinary as scenarios

TOLD = (
    scenarios.village_round,
    scenarios.at_the_pump,
    scenarios.on_the_ferry,
    scenarios.lunch_at_the_wheel,
    scenarios.drivers_swap,
    scenarios.teacher_stays_aboard,
    scenarios.washing_inside,
    scenarios.children_wait,
    scenarios.flat_tyre,
)


def test_every_ordinary_day_is_held():
    assert TOLD == scenarios.SCENARIOS


@pytest.mark.parametrize("tell", TOLD, ids=lambda tell: tell.__name__)
def test_the_city_hears_no_alarm(tell):
    bus = told(tell)
    assert bus.city_heard("alarm") == []
    assert "child_left_behind" not in bus.journalled("alarm", "warning")
    assert not bus.horn_sounds
