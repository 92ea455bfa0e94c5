"""Times of day and days of the week."""

from firmware.policy.hours import ALL_DAYS, hold, local, span

MONDAY_MS = 1795366800000  # 2026-11-23T00:00 in Thailand


def test_a_span_is_minutes_from_and_to():
    assert span("06:30-08:30") == (390, 510)
    assert span("00:00-24:00") == (0, 1440)
    assert span("09:59-10:00") == (599, 600)
    for text in (
        "", "06:30", "6:30-08:30", "06:30-8:30", "06:30-06:30", "08:30-06:30", "06:60-08:30",
        "06:30-24:01", "06:30-08:30-", "0630-0830", "ab:cd-08:30", "06:30-08:3x", "06-30:08:30",
        "06:30 -08:30", "-1:30-08:30",
    ):  # fmt: skip
        try:
            span(text)
        except ValueError as error:
            assert '"%s" is not a span of hours' % text in str(error)
        else:
            raise AssertionError(text)


def test_local_time_knows_its_day():
    assert local(MONDAY_MS, 420) == (0, 0)
    assert local(MONDAY_MS - 60000, 420) == (1439, 6)
    assert local(MONDAY_MS + 59999, 420) == (0, 0)
    assert local(MONDAY_MS + 5 * 86400000 + 3600000, 420) == (60, 5)
    assert local(MONDAY_MS, 0) == (17 * 60, 6)
    assert local(None, 420) == (None, None)


def test_it_holds_from_its_first_minute_to_the_last_but_one():
    hours = (((390, 510), (870, 1020)), ALL_DAYS)
    for minute, holds in ((389, False), (390, True), (509, True), (510, False), (1000, True)):
        assert hold(hours, minute, 0) == holds, minute
    assert hold(((), ALL_DAYS), 0, 6) and hold(((), ALL_DAYS), 1439, 0)


def test_it_holds_on_its_days_and_when_the_time_is_unknown():
    hours = (((390, 510),), 0b0010010)  # Tuesday, Friday
    assert [hold(hours, 400, day) for day in range(7)] == [0, 1, 0, 0, 1, 0, 0]
    assert hold(hours, None, None)
    assert ALL_DAYS == 127
