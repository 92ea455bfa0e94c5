"""Time as data: uptime that never wraps, UTC that one wild second cannot move, ISO text."""

from firmware.clock import Clock, Uptime, iso

FIRST = 1795306323000  # 2026-11-22T00:12:03Z


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


def test_utc_runs_on_between_fixes():
    clock = Clock()
    clock.discipline(1000, FIRST)
    assert clock.utc_ms(1000) == FIRST
    assert clock.utc_ms(61000) == FIRST + 60000


def test_clock_coasts_as_rtc_after_ten_minutes_without_a_fix():
    clock = Clock()
    clock.discipline(0, FIRST)
    assert clock.source(599999) == "gnss"
    assert clock.source(600000) == "rtc"


def test_small_corrections_are_taken_at_once():
    clock = Clock()
    clock.discipline(0, FIRST)
    clock.discipline(1000, FIRST + 1000 + 1999)
    assert clock.utc_ms(1000) == FIRST + 2999


def test_a_jump_needs_three_fixes_that_agree():
    clock = Clock()
    clock.discipline(0, FIRST)
    day = 86400000
    for second in (1, 2):
        clock.discipline(second * 1000, FIRST + day + second * 1000)
        assert clock.utc_ms(second * 1000) == FIRST + second * 1000
    clock.discipline(3000, FIRST + day + 3000)
    assert clock.utc_ms(3000) == FIRST + day + 3000


def test_wild_seconds_that_do_not_agree_never_move_the_clock():
    clock = Clock()
    clock.discipline(0, FIRST)
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
