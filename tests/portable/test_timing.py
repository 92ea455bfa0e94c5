from firmware.timing import Debounced, Every, Held


def test_held_counts_from_the_first_moment_and_forgets_at_a_break():
    held = Held(1000)
    assert not held.update(0, True)
    assert not held.update(999, True)
    assert held.update(1000, True)
    assert not held.update(1001, False)
    assert not held.update(1002, True)
    assert not held.update(2001, True)
    assert held.update(2002, True)


def test_held_for_no_time_is_true_at_once():
    assert Held(0).update(7, True)


def test_debounced_follows_only_what_stands():
    switch = Debounced(100)
    assert switch.update(0, True) is None
    assert switch.update(99, True) is None
    assert switch.update(100, True) is True
    assert switch.update(200, False) is True
    assert switch.update(250, True) is True
    assert switch.update(300, False) is True
    assert switch.update(399, False) is True
    assert switch.update(400, False) is False


def test_debounced_none_is_a_reading_too():
    switch = Debounced(100)
    switch.update(0, True)
    switch.update(100, True)
    assert switch.update(200, None) is True
    assert switch.update(300, None) is None


def test_every_is_due_at_once_and_then_once_a_period():
    every = Every(1000)
    assert [now for now in range(0, 3500, 250) if every.due(now)] == [0, 1000, 2000, 3000]
