"""The loudest warning wins; patterns follow the clock."""

from parts import Output

from firmware.warnings import CHIME, HORN, INSIDE, LAMP, PROMPT, SILENT, Warnings


class Rule:
    def __init__(self, warning):
        self.warning = warning


def on_times(level, ms=4000):
    """Milliseconds that (lamp, buzzer, horn) are on in so long a time."""
    outputs = (Output(), Output(), Output())
    warnings = Warnings(*outputs)
    on_ms = [0, 0, 0]
    for now_ms in range(0, ms, 100):
        warnings.show(now_ms, [Rule(SILENT), Rule(level)])
        for index in range(3):
            on_ms[index] += 100 * outputs[index].on
    return on_ms


def test_patterns():
    assert on_times(SILENT) == [0, 0, 0]
    assert on_times(LAMP) == [4000, 0, 0]
    assert on_times(CHIME) == [4000, 400, 0]
    assert on_times(PROMPT) == [2000, 2000, 0]
    assert on_times(INSIDE) == [2000, 3000, 0]
    assert on_times(HORN) == [2000, 3000, 2000]


def test_the_loudest_wins_and_a_lower_one_takes_over_when_it_ends():
    horn = Output()
    warnings = Warnings(Output(), Output(), horn)
    loud = Rule(HORN)
    warnings.show(0, [Rule(LAMP), loud, Rule(PROMPT)])
    assert warnings.level == HORN
    assert horn.on
    loud.warning = SILENT
    warnings.show(100, [Rule(LAMP), loud, Rule(PROMPT)])
    assert warnings.level == PROMPT
    assert not horn.on


def test_outputs_are_switched_only_when_they_change():
    lamp = Output()
    warnings = Warnings(lamp, Output(), Output())
    for now_ms in range(0, 10000, 100):
        warnings.show(now_ms, [Rule(LAMP)])
    assert lamp.times_set == 1


def test_the_horn_is_told_to_be_off_at_the_first_tick():
    horn = Output()
    Warnings(Output(), Output(), horn).show(0, [])
    assert horn.on is False
