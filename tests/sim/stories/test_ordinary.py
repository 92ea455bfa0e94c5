"""Ordinary days raise nothing, and no horn sounds (sim/stories/scenarios_ordinary.py). P12."""

import pytest
from told import told

from sim.stories import scenarios_ordinary as scenarios


@pytest.mark.parametrize("tell", scenarios.SCENARIOS, ids=lambda tell: tell.__name__)
def test_the_city_hears_no_alarm(tell):
    bus = told(tell)
    assert bus.city_heard("alarm") == []
    assert "child_left_behind" not in bus.journalled("alarm", "warning")
    assert not bus.horn_sounds
