"""A thermometer that reports the same all day long, at its boundaries."""

from firmware.sensing.frozen import Frozen

DAY_MS = 86400000


def test_a_thermometer_that_does_not_move_for_a_day_is_not_believed_until_it_does():
    frozen = Frozen()
    assert frozen.believe(1000, 300) == 300
    assert frozen.believe(DAY_MS, 304) == 304
    assert frozen.believe(1000 + DAY_MS - 1, 301) == 301
    assert not frozen.is_on
    assert frozen.believe(1000 + DAY_MS, 302) is None
    assert frozen.is_on
    assert frozen.believe(2 * DAY_MS, None) is None
    assert frozen.believe(2 * DAY_MS, 302) is None, "a silent one has not moved"
    assert frozen.believe(2 * DAY_MS + 1000, 307) == 307
    assert not frozen.is_on
    assert frozen.believe(3 * DAY_MS + 999, 307) == 307
    assert frozen.believe(3 * DAY_MS + 1000, 307) is None


def test_silence_begins_the_day_anew():
    frozen = Frozen()
    frozen.believe(0, 300)
    assert frozen.believe(DAY_MS - 1, None) is None
    assert frozen.believe(DAY_MS, 300) == 300
    assert frozen.believe(2 * DAY_MS - 1, 300) == 300
    assert frozen.believe(2 * DAY_MS, 300) is None


def test_a_day_that_moves_by_half_a_degree_is_a_day():
    frozen = Frozen()
    for hour in range(100):
        assert frozen.believe(hour * 3600000, 300 + 5 * (hour // 12 % 2)) is not None
