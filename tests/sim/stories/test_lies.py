"""What sensors say that cannot be true (sim/stories/scenarios_lies.py)."""

import pytest
from told import told

from sim.stories import scenarios_lies as scenarios

HEARD = [
    (scenarios.bit_flips, ["expander_reset", "child_left_behind", "heat"]),
]


@pytest.mark.parametrize(("tell", "kinds"), HEARD, ids=lambda value: getattr(value, "__name__", ""))
def test_the_city_hears(tell, kinds):
    assert told(tell).city_heard("alarm", "warning") == kinds


def test_every_story_is_held_to_something():
    assert [tell for tell, _ in HEARD] == list(scenarios.SCENARIOS)


def test_a_bit_that_turns_over_hides_no_child():
    bus = told(scenarios.bit_flips)
    (alarm,) = bus.told("child_left_behind")
    assert alarm["data"]["seats"] == [7]
    assert alarm["why"]["ignition_off_s"] == 180
    (updated,) = bus.told("expander_reset", "updated")
    assert updated["data"] == {"chips": ["expander 1"], "resets": 2}
