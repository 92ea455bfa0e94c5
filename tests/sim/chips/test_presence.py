"""PIR and LD2410 do what their data sheets say, and refuse what these do not allow."""

import random

import pytest

from sim.chips.presence import LD2410, PIR


def outputs(chip, moves_ms, end_ms=30_000, step_ms=100):
    """-> [ms at which OUT changed]; something moves from and to these times."""
    changes, before = [], False
    for now_ms in range(0, end_ms, step_ms):
        chip.advance(now_ms, any(start <= now_ms < end for start, end in moves_ms))
        if chip.out != before:
            changes.append(now_ms)
            before = chip.out
    return changes


def test_a_pir_holds_its_output_and_is_retriggered_meanwhile():
    assert outputs(PIR(warms_up=False), [(1000, 1100)]) == [1000, 5000]
    assert outputs(PIR(warms_up=False), [(1000, 1100), (4000, 4100)]) == [1000, 8000]
    assert outputs(PIR(warms_up=False, hold_ms=300), [(1000, 9000)]) == [1000, 9200]


def test_a_pir_is_blind_for_its_blocking_time():
    assert outputs(PIR(warms_up=False), [(1000, 1100), (7400, 7500)]) == [1000, 5000]
    assert outputs(PIR(warms_up=False), [(1000, 1100), (7500, 7600)]) == [1000, 5000, 7500, 11500]


def test_a_radar_holds_its_output_and_is_never_blind():
    assert outputs(LD2410(), [(1000, 1100), (6100, 6200)]) == [1000, 6000, 6100, 11100]
    assert outputs(LD2410(hold_ms=0), [(1000, 2000)]) == [1000, 2000]


def test_a_pir_that_warms_up_may_pulse_three_times_in_its_first_minute():
    for seed in range(20):
        ups = outputs(PIR(rng=random.Random(seed)), [], 120_000)[::2]
        assert len(ups) <= 3 and all(at_ms < 60_000 for at_ms in ups)
    assert any(outputs(PIR(rng=random.Random(seed)), [], 60_000) for seed in range(20))


@pytest.mark.parametrize("kind", [PIR, LD2410])
def test_false_triggers_come_as_often_as_asked(kind):
    chip = kind(rng=random.Random(1), false_per_h=6)
    ups = len(outputs(chip, [], 20 * 3_600_000, 1000)) // 2
    assert 90 < ups < 150


def test_what_the_data_sheets_do_not_allow_is_refused():
    for make in (
        lambda: PIR(hold_ms=200),
        lambda: PIR(hold_ms=301_000),
        lambda: LD2410(hold_ms=500),
        lambda: LD2410(hold_ms=65_536_000),
        lambda: PIR(now_ms=1000).advance(0, False),
    ):
        with pytest.raises(ValueError):
            make()
