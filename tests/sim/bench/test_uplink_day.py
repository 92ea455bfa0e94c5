"""The bytes of one bus's school day, against those of November 2026."""

from sim.bench.uplink_day import NOVEMBER, NOVEMBER_FRESH, day


def test_a_school_day_takes_three_quarters_of_the_bytes_and_is_as_fresh():
    now = day()
    assert sum(now.bytes.values()) <= 0.75 * sum(NOVEMBER.values()), now.bytes
    was = NOVEMBER_FRESH
    assert now.fresh.changes * was.happened >= was.changes * now.fresh.happened, now.fresh
    assert now.fresh.broken <= was.broken
