"""Time as data: uptime that never wraps, UTC that one wild second cannot move, ISO text."""

from firmware.clock import Clock, Uptime, iso

FIRST = 1795306323000  # 2026-11-22T00:12:03Z
DAY = 86400000


def told(at_ms=0, utc_ms=FIRST):
    """A clock that three fixes have set, the last of them at at_ms."""
    clock = Clock()
    for before_ms in (2000, 1000, 0):
        assert clock.discipline(at_ms - before_ms, utc_ms - before_ms) == 0
    return clock


def test_uptime_goes_on_where_the_ticks_wrap():
    uptime = Uptime(2**30 - 50)
    assert uptime.now_ms(2**30 - 50) == 0
    assert uptime.now_ms(2**30 - 1) == 49
    assert uptime.now_ms(0) == 50
    assert uptime.now_ms(1000) == 1050


def test_no_clock_before_the_first_fix():
    clock = Clock()
    assert clock.utc_ms(5000) is None
    assert clock.source(5000) == "none"


def test_the_first_offset_needs_three_fixes_in_a_row_that_agree():
    clock = Clock()
    for second in range(2):
        clock.discipline(second * 1000, FIRST + second * 1000)
        assert clock.utc_ms(2000) is None and clock.source(2000) == "none"
    clock.discipline(2000, FIRST + DAY)  # one that does not agree
    for second in (3, 4):
        clock.discipline(second * 1000, FIRST + second * 1000)
        assert clock.source(5000) == "none", second
    clock.discipline(5000, FIRST + 5000)
    assert clock.utc_ms(5000) == FIRST + 5000 and clock.source(5000) == "gnss"


def test_utc_runs_on_between_fixes():
    clock = told(1000)
    assert clock.utc_ms(1000) == FIRST
    assert clock.utc_ms(61000) == FIRST + 60000


def test_clock_coasts_as_rtc_after_ten_minutes_without_a_fix():
    clock = told(0)
    assert clock.source(599999) == "gnss"
    assert clock.source(600000) == "rtc"


def test_after_light_sleep_the_clock_coasts_until_the_next_fix():
    clock = told(0)
    clock.sleep()
    assert clock.source(1000) == "rtc" and clock.utc_ms(1000) == FIRST + 1000
    clock.discipline(2000, FIRST + 2000)
    assert clock.source(2000) == "gnss"
    clock.sleep()
    for second in (3, 4):  # it has drifted by 5 s
        clock.discipline(second * 1000, FIRST + second * 1000 + 5000)
        assert clock.source(second * 1000) == "rtc"
    assert clock.discipline(5000, FIRST + 10000) == 5000
    assert clock.source(5000) == "gnss"
    Clock().sleep()
    assert Clock().source(0) == "none"


def test_small_corrections_are_taken_at_once_and_are_no_step():
    clock = told(0)
    assert clock.discipline(1000, FIRST + 1000 + 2000) == 0
    assert clock.utc_ms(1000) == FIRST + 3000
    assert clock.discipline(2000, FIRST + 2000) == 0
    assert clock.utc_ms(2000) == FIRST + 2000


def test_a_jump_needs_three_fixes_that_agree_and_is_reported():
    for step in (DAY, -DAY, 2001, -2001):
        clock = told(0)
        for second in (1, 2):
            assert clock.discipline(second * 1000, FIRST + step + second * 1000) == 0
            assert clock.utc_ms(second * 1000) == FIRST + second * 1000
        assert clock.discipline(3000, FIRST + step + 3000) == step
        assert clock.utc_ms(3000) == FIRST + step + 3000


def test_at_ten_fixes_a_second_three_are_too_soon():
    """One damaged date lasts until the next good one."""
    clock = Clock()
    for ms in range(0, 1500, 100):
        clock.discipline(ms, FIRST + ms)
        assert clock.utc_ms(ms) is None, ms
    clock.discipline(1500, FIRST + 1500)
    assert clock.utc_ms(1500) == FIRST + 1500


def test_wild_seconds_that_do_not_agree_never_move_the_clock():
    clock = told(0)
    for second in range(1, 20):
        clock.discipline(second * 1000, FIRST + second * 7777777)
    assert clock.utc_ms(20000) == FIRST + 20000


def test_iso():
    assert iso(None) is None
    assert iso(0) == "1970-01-01T00:00:00.000Z"
    assert iso(FIRST + 400) == "2026-11-22T00:12:03.400Z"
    assert iso(951782399999) == "2000-02-28T23:59:59.999Z"
    assert iso(951782400000) == "2000-02-29T00:00:00.000Z"
    assert iso(4107542400000) == "2100-03-01T00:00:00.000Z"
