"""date: the right day, whatever date the receiver reports."""

from sentences import DAY_MS, GGA, NOV_22_2026, RMC, TIME_MS, VOID, at, heard

from firmware.gnss.date import Calendar
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
        assert fix.valid and fix.utc_ms is None, date
    for day, good in (("280227", True), ("290228", True), ("311227", True), ("300427", True)):
        assert (heard(RMC.replace("221126", day)).fix.utc_ms is not None) == good, day


def test_week_rollover_is_set_forward_to_after_the_firmware_was_built():
    for date in ("080407", "221126"):  # 1024 weeks apart
        fix = heard(RMC.replace("221126", date)).fix
        assert fix.utc_ms == NOV_22_2026 + TIME_MS, date
    fix = heard(RMC.replace("221126", "080487")).fix  # two times 1024 weeks are too few
    assert fix.utc_ms == (6306 + 3 * 7168) * DAY_MS + TIME_MS
    fix = heard(RMC.replace("221126", "080407"), reader=Nmea(Calendar(0))).fix
    assert fix.utc_ms == NOV_22_2026 - 7168 * DAY_MS + TIME_MS


def test_a_time_without_date_is_paired_also_across_midnight():
    reader = heard(at(RMC, "235959.00"))
    midnight = NOV_22_2026 + DAY_MS
    assert reader.fix.utc_ms == midnight - 1000
    heard(at(GGA, "000000.00"), reader=reader)
    assert reader.fix.utc_ms == midnight
    heard(at(GGA, "235959.50"), reader=reader)  # late, from before
    assert reader.fix.utc_ms == midnight - 500
    for hour in range(0, 72, 6):
        heard(at(GGA, "%02d0000.00" % (hour % 24)), reader=reader)
        assert reader.fix.utc_ms == midnight + hour * 3600000, hour


def test_a_date_is_not_trusted_before_or_without_a_fix():
    reader = heard(VOID, at(GGA, "133902.90"))
    assert reader.fix.valid and reader.fix.utc_ms is None
    reader = heard(RMC, VOID, at(GGA, "133902.90"))
    assert reader.fix.valid and reader.fix.utc_ms is None
    zda = "GNZDA,133900.90,22,11,2026,00,00"
    reader = heard(zda, VOID, at(GGA, "133902.90"))
    assert reader.fix.utc_ms is None


def test_zda_dates_the_epoch_around_it():
    zda = "GNZDA,133900.90,22,11,2026,00,00"
    for bodies in ((zda, GGA), (GGA, zda)):
        assert heard(*bodies).fix.utc_ms == NOV_22_2026 + TIME_MS
    reader = heard(zda, GGA)
    for hour in range(14, 62):
        heard(at(GGA, "%02d0000.00" % (hour % 24)), reader=reader)
        assert reader.fix.utc_ms == NOV_22_2026 + hour * 3600000, hour
    assert heard("GNZDA,133900.90,06,01,2080,,", GGA).fix.utc_ms is None
    assert heard("GNZDA,133900.90,,,,,", GGA).fix.utc_ms is None
    reader = heard("GNZDA,235959.00,22,11,2026,,", at(GGA, "000000.00"))
    assert reader.fix.utc_ms == NOV_22_2026 + DAY_MS


def test_second_60_is_the_end_of_the_minute():
    fix = heard(at(RMC, "235960.50")).fix
    assert fix.utc_ms == NOV_22_2026 + DAY_MS - 1
