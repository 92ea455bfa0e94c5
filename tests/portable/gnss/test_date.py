"""date: the right day, whatever date the receiver reports."""

from sentences import DAY_MS, GGA, NOV_22_2026, RMC, TIME_MS, VOID, at, heard

from firmware import BUILT
from firmware.clock import iso
from firmware.gnss.date import Calendar, days_since_1970
from firmware.gnss.nmea import Nmea


def test_dates_that_cannot_be_are_unknown():
    for date in (
        "060180",
        "220880",
        "000000",
        "320126",
        "290227",
        "311126",
        "221326",
        "2211-1",
        "",
    ):
        fix = heard(RMC.replace("221126", date)).fix
        assert fix.valid and fix.utc_ms() is None, date
    for day, good in (("280227", True), ("290228", True), ("311227", True), ("300427", True)):
        assert (heard(RMC.replace("221126", day)).fix.utc_ms() is not None) == good, day


def test_week_rollover_is_set_forward_to_after_the_firmware_was_built():
    for date in ("080407", "221126"):  # 1024 weeks apart
        fix = heard(RMC.replace("221126", date)).fix
        assert fix.utc_ms() == NOV_22_2026 + TIME_MS, date
    recording = Calendar(0, 30000)
    fix = heard(RMC.replace("221126", "080407"), reader=Nmea(recording)).fix
    assert fix.utc_ms() == NOV_22_2026 - 7168 * DAY_MS + TIME_MS


def test_a_date_from_before_the_build_that_leads_far_ahead_is_made_up():
    """1024 weeks later it would be 2038, 2045 (twice), 2040, 2038 (twice) and 2046 (thrice)."""
    for date in ("170419", "291105", "060421", "220899", "080487"):
        fix = heard(RMC.replace("221126", date)).fix
        assert fix.valid and fix.utc_ms() is None, date


def first_and_last(calendar):
    """-> days since 1970 that count of 2000 to 2079, among those that no rollover makes."""
    days = []
    for day in range(10957, 40177):
        year, month, number = date_of(day)
        calendar.rmc(number * 10000 + month * 100 + year % 100, 0)
        if calendar.day_of(0) == day:
            days.append(day)
        calendar.forget()
    assert days == list(range(days[0], days[-1] + 1))
    return days[0], days[-1]


def date_of(day):
    text = iso(day * DAY_MS)
    return int(text[:4]), int(text[5:7]), int(text[8:10])


def test_dates_count_from_the_build_until_twenty_years_later():
    built = days_since_1970(*BUILT)
    assert first_and_last(Calendar()) == (built, built + 7305)
    assert first_and_last(Calendar(20000, 100)) == (20000, 20100)


def test_the_first_five_years_are_reached_by_a_rollover_and_not_a_day_more():
    calendar = Calendar(20758)
    for day, reached in (
        (20757, False),
        (20758, True),
        (20758 + 1826, True),
        (20758 + 1827, False),
    ):
        year, month, number = date_of(day - 7168)
        calendar.rmc(number * 10000 + month * 100 + year % 100, 0)
        assert calendar.day_of(0) == (day if reached else None), day
        calendar.forget()


def test_the_day_of_the_build_is_a_date_and_the_tests_and_simulated_days_come_after_it():
    built = days_since_1970(*BUILT)
    assert date_of(built) == BUILT
    assert days_since_1970(2026, 11, 1) <= built <= NOV_22_2026 // DAY_MS


def test_a_time_without_date_is_paired_also_across_midnight():
    reader = heard(at(RMC, "235959.00"))
    midnight = NOV_22_2026 + DAY_MS
    assert reader.fix.utc_ms() == midnight - 1000
    heard(at(GGA, "000000.00"), reader=reader)
    assert reader.fix.utc_ms() == midnight
    heard(at(GGA, "235959.50"), reader=reader)  # late, from before
    assert reader.fix.utc_ms() == midnight - 500
    for hour in range(0, 72, 6):
        heard(at(GGA, "%02d0000.00" % (hour % 24)), reader=reader)
        assert reader.fix.utc_ms() == midnight + hour * 3600000, hour


def test_a_date_is_not_trusted_before_or_without_a_fix():
    reader = heard(VOID, at(GGA, "133902.90"))
    assert reader.fix.valid and reader.fix.utc_ms() is None
    reader = heard(RMC, VOID, at(GGA, "133902.90"))
    assert reader.fix.valid and reader.fix.utc_ms() is None
    zda = "GNZDA,133900.90,22,11,2026,00,00"
    reader = heard(zda, VOID, at(GGA, "133902.90"))
    assert reader.fix.utc_ms() is None


def test_zda_dates_the_epoch_around_it():
    zda = "GNZDA,133900.90,22,11,2026,00,00"
    for bodies in ((zda, GGA), (GGA, zda)):
        assert heard(*bodies).fix.utc_ms() == NOV_22_2026 + TIME_MS
    reader = heard(zda, GGA)
    for hour in range(14, 62):
        heard(at(GGA, "%02d0000.00" % (hour % 24)), reader=reader)
        assert reader.fix.utc_ms() == NOV_22_2026 + hour * 3600000, hour
    assert heard("GNZDA,133900.90,06,01,2080,,", GGA).fix.utc_ms() is None
    assert heard("GNZDA,133900.90,,,,,", GGA).fix.utc_ms() is None
    reader = heard("GNZDA,235959.00,22,11,2026,,", at(GGA, "000000.00"))
    assert reader.fix.utc_ms() == NOV_22_2026 + DAY_MS


def test_second_60_is_the_end_of_the_minute():
    fix = heard(at(RMC, "235960.50")).fix
    assert fix.utc_ms() == NOV_22_2026 + DAY_MS - 1
