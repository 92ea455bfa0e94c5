"""When flash may be written: early between two ticks, or in a parked bus; once a turn."""

from firmware.gap import Gap


def looking(far_ms, is_parked=False, now_ms=0):
    gap = Gap()
    gap.look(now_ms, now_ms + far_ms, is_parked)
    return gap


def test_it_takes_80_ms_or_a_parked_bus_and_is_for_one_write():
    assert Gap().take(), "before the first turn nothing ticks"
    for far_ms, is_parked, is_open in ((79, False, False), (80, False, True), (1, True, True)):
        gap = looking(far_ms, is_parked)
        assert gap.take() == is_open, far_ms
        assert not gap.take()


def test_a_command_waits_for_a_second_at_most():
    gap = looking(50)
    assert not gap.take_soon() and gap.is_awaited
    gap.look(999, 1000, False)
    assert not gap.is_awaited and not gap.take_soon() and gap.is_awaited
    gap.look(1000, 1001, False)
    assert gap.take_soon() and not gap.is_awaited
    assert not gap.take_soon() and gap.is_awaited, "the next one waits anew"


def test_one_that_does_not_ask_again_has_not_waited():
    gap = looking(50)
    assert not gap.take_soon()
    for now_ms in (100, 200):
        gap.look(now_ms, now_ms + 1, False)
    gap.look(5000, 5001, False)
    assert not gap.take_soon()
    gap.look(5100, 5180, False)
    assert gap.take_soon()
