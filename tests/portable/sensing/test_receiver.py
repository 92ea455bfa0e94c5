"""What the bus believes of its receiver: position, speed, time, and the gate before the rules."""

from antenna import LAT_E7, LON_E7, Antenna
from parts import put
from sentences import line

from firmware.clock import iso


def test_a_good_fix_is_trusted():
    gnss = Antenna().fixes(3, mms=10000)
    assert 27 <= (gnss.lat_e7 - LAT_E7) / 90.4 <= 31
    assert gnss.lon_e7 == LON_E7 and abs(gnss.speed_mms - 10000) < 10
    assert gnss.sats == 9 and gnss.hdop_e2 == 90
    assert (gnss.best_lat_e7, gnss.best_lon_e7) == (gnss.lat_e7, gnss.lon_e7)
    assert gnss.accuracy_m == 5 and not gnss.estimated


def test_a_poor_fix_is_the_best_position_known_and_rules_do_not_go_by_it():
    """HDOP 6 with five satellites; and a 2D fix, whose altitude is guessed."""
    for sats, hdop, accuracy_m in ((5, "6.0", 30), (3, "2.5", 25), (3, "6.0", 60), (4, "5.1", 26)):
        gnss = Antenna().fixes(3, mms=10000, sats=sats, hdop=hdop)
        assert gnss.lat_e7 is None and gnss.speed_mms is None, (sats, hdop)
        assert gnss.best_lat_e7 > LAT_E7 and gnss.best_lon_e7 == LON_E7
        assert gnss.accuracy_m == accuracy_m and not gnss.estimated


def test_the_accuracy_of_an_unknown_hdop_and_of_a_very_good_one():
    antenna = Antenna()
    assert antenna.fixes(3, sats=None).accuracy_m == 25
    assert antenna.s.gnss.lat_e7 is not None
    assert Antenna().fixes(3, hdop="0.5").accuracy_m == 3


def test_the_gate_has_two_limits():
    for opens, keeps, closes in (({"hdop": "5.0"}, {"hdop": "6.0"}, {"hdop": "6.01"}),
                                 ({"sats": 4}, {"sats": 3}, {"sats": 2})):  # fmt: skip
        antenna = Antenna()
        assert antenna.fixes(4, **keeps).lat_e7 is None
        assert antenna.fix(**opens).lat_e7 is not None
        for _ in range(5):
            assert antenna.fix(**keeps).lat_e7 is not None
        assert antenna.fix(**closes).lat_e7 is None
        assert antenna.fix(**keeps).lat_e7 is None
        assert antenna.fix(**opens).lat_e7 is not None


def test_hdop_about_its_limit_leaves_a_speed():
    antenna = Antenna()
    antenna.fixes(3, mms=10000)
    for count in range(20):
        gnss = antenna.fix(mms=10000, hdop=("4.9", "5.1")[count % 2])
        assert gnss.speed_mms is not None and abs(gnss.speed_mms - 10000) < 10, count


def test_dead_reckoning_is_known_and_not_trusted():
    for given in ({"quality": 6}, {"mode": "E"}, {"quality": 6, "mode": "E"}):
        antenna = Antenna()
        antenna.fixes(5, mms=10000)
        gnss = antenna.fix(mms=10000, **given)
        assert gnss.lat_e7 is None and gnss.speed_mms is None and not gnss.fix_new
        assert gnss.estimated and 5 <= gnss.accuracy_m <= 10
        where, accuracy_m = gnss.best_lat_e7, gnss.accuracy_m
        antenna.fixes(10, mms=10000, **given)
        assert gnss.best_lat_e7 - where > 8000, "it moves on"
        assert 45 <= gnss.accuracy_m - accuracy_m <= 55
        antenna.per_s = 10
        antenna.count *= 10
        accuracy_m = gnss.accuracy_m
        antenna.fixes(100, mms=10000, **given)
        assert 45 <= gnss.accuracy_m - accuracy_m <= 55
        antenna.per_s = 1
        antenna.count //= 10
        gnss = antenna.fix(mms=10000)
        assert gnss.accuracy_m == 5 and not gnss.estimated and gnss.lat_e7 is not None


def test_a_lost_position_stays_known_and_its_circle_grows():
    antenna = Antenna()
    gnss = antenna.fixes(5)
    where = gnss.best_lat_e7
    antenna.says("GPRMC,000100.00,V,,,,,,,231126,,,N", ms=1900)
    assert gnss.lat_e7 is None and gnss.speed_mms is None
    assert gnss.accuracy_m == 5 and not gnss.estimated
    antenna.waits(300)
    assert 90 <= gnss.accuracy_m <= 105 and gnss.estimated, "not only from now on"
    antenna = Antenna()
    gnss = antenna.fixes(5)
    where = gnss.best_lat_e7
    antenna.says("GPRMC,000100.00,V,,,,,,,231126,,,N")
    assert gnss.best_lat_e7 == where and not gnss.estimated and gnss.accuracy_m == 5
    antenna.waits(10000)
    assert gnss.best_lat_e7 == where and gnss.estimated
    assert 355 <= gnss.accuracy_m <= 365, "30 m a second for 12 s"
    put(antenna.s, "ignition", False)
    before = gnss.accuracy_m
    antenna.waits(60000)
    assert gnss.accuracy_m == before, "a bus that is off goes nowhere"
    put(antenna.s, "ignition", None)
    antenna.waits(1000)
    assert gnss.accuracy_m > before, "nobody knows whether it is off"
    antenna.s.now_ms += 1000000000
    antenna.waits(200)
    assert gnss.accuracy_m == 1000000


def test_from_the_first_second_that_is_missed_the_bus_is_within_its_circle():
    for mms in (0, 10000, 22222, 30000):
        antenna = Antenna()
        gnss = antenna.fixes(5, mms=mms)
        heard_ms = antenna.s.now_ms - 1000
        for _ in range(60):
            antenna.waits(100)
            ms = antenna.s.now_ms - 100 - heard_ms
            farther_m = (mms if ms <= 3000 else 30000) * ms // 1000000 if ms > 1200 else 0
            assert 0 <= gnss.accuracy_m - 5 - farther_m <= 1, (mms, ms)
    antenna = Antenna()
    antenna.fixes(5, mms=10000)
    gnss = antenna.fix(rmc=False)
    antenna.waits(1000)
    assert 50 <= gnss.accuracy_m <= 65, "at an unknown speed"
    antenna = Antenna()
    put(antenna.s, "ignition", False)
    gnss = antenna.fixes(5, mms=10000)
    antenna.waits(2000)
    assert gnss.accuracy_m == 5


def test_after_a_gap_the_circle_holds_the_place_before_until_three_fixes_agree():
    antenna = Antenna()
    antenna.fixes(5, mms=10000)
    antenna.waits(9000)  # 10 s without a fix
    at_m = antenna.north_m
    gnss = antenna.fix(north_m=at_m + 400)
    assert gnss.best_lat_e7 > LAT_E7 + (at_m + 395) * 90.4
    assert 400 + 295 <= gnss.accuracy_m <= 400 + 310, "the wild fix"
    before_m = gnss.accuracy_m
    gnss = antenna.fix(north_m=at_m + 100)
    assert before_m <= gnss.accuracy_m
    antenna.fix(north_m=at_m + 100)
    gnss = antenna.fixes(2, north_m=at_m + 100)
    assert gnss.accuracy_m == 5 and gnss.lat_e7 is not None
    antenna = Antenna()
    antenna.fixes(5, mms=10000)
    antenna.waits(9000)
    wide = [antenna.fix(north_m=antenna.north_m + 100).accuracy_m for _ in range(3)]
    assert wide[0] >= 395 and wide[1] >= 425 and wide[2] == 5
    antenna = Antenna()
    antenna.fixes(5, mms=10000)
    for _ in range(100):
        antenna.waits(2000)
        antenna.north_m += 20
        assert 120 <= antenna.fix(mms=10000).accuracy_m <= 200, (
            "a fix every 3 s: it does not add up"
        )


def test_the_first_fix_is_known_at_once_and_rules_wait_for_two_more():
    for per_s, wanted in ((1, 3), (5, 9), (10, 16)):
        antenna = Antenna()
        antenna.per_s = per_s
        for count in range(1, 20):
            gnss = antenna.fix()
            assert gnss.best_lat_e7 is not None
            assert (gnss.lat_e7 is not None) == (count >= wanted), (per_s, count)


def test_after_a_gap_rules_wait_again():
    for gap_ms, waits in ((1000, False), (2000, True), (4000, True), (60000, True)):
        antenna = Antenna()
        antenna.fixes(5, mms=10000)
        antenna.says("GPRMC,000100.00,V,,,,,,,231126,,,N", ms=gap_ms)
        antenna.count += 60
        for count in range(3):
            antenna.north_m += 10
            gnss = antenna.fix(mms=10000)
            assert (gnss.lat_e7 is None) == (waits and count < 2), (gap_ms, count)
            assert gnss.best_lat_e7 is not None


def test_a_wild_first_fix_shows_rules_nothing_and_the_truth_is_soon_believed():
    for gap_s in (0, 120, 4000):
        antenna = Antenna()
        if gap_s:
            antenna.fixes(5)
            antenna.s.now_ms += 1000 * gap_s
            antenna.waits(100)
            assert antenna.s.gnss.lat_e7 is None
        antenna.fix(north_m=3000)
        for count in range(4):
            gnss = antenna.fix(north_m=0)
            assert gnss.lat_e7 is None or abs(gnss.lat_e7 - LAT_E7) < 10, (gap_s, count)
        assert gnss.lat_e7 is not None and gnss.lat_e7 == gnss.best_lat_e7


def test_after_hours_or_a_ferry_the_new_place_is_believed_after_three_fixes():
    for gap_s, north_m in ((0, 9000), (30, 40000), (600, 70000), (3599, 400000), (7200, 900000)):
        antenna = Antenna()
        antenna.fixes(5)
        antenna.s.now_ms += 1000 * gap_s
        gnss = antenna.fixes(3, north_m=north_m)
        assert gnss.lat_e7 is not None and gnss.lat_e7 > LAT_E7 + north_m * 90, gap_s
        assert gnss.accuracy_m == 5


def test_what_is_set_aside_is_not_the_best_position_either():
    antenna = Antenna()
    where = antenna.fixes(5).best_lat_e7
    gnss = antenna.fix(north_m=50000)
    assert gnss.best_lat_e7 == where and gnss.accuracy_m == 5


def test_nothing_is_known_before_the_first_fix():
    antenna = Antenna()
    antenna.waits(5000)
    gnss = antenna.s.gnss
    assert gnss.best_lat_e7 is None and gnss.accuracy_m is None and not gnss.estimated


def test_null_island_is_no_position():
    antenna = Antenna()
    gnss = antenna.says("GPRMC,000000.00,A,0.000,N,0.000,E,0.0,0.0,050505,0.0,E")
    assert gnss.lat_e7 is None and gnss.best_lat_e7 is None and antenna.s.utc_ms is None


def test_the_clock_is_set_by_three_fixes_with_a_date_that_can_be():
    antenna = Antenna()
    for count in range(4):
        assert antenna.s.clock == ("none" if count < 3 else "gnss")
        antenna.fix()
    assert iso(antenna.s.utc_ms)[:17] == "2026-11-23T00:00:"
    for date in ("170419", "291105"):
        antenna = Antenna()
        antenna.date = date
        antenna.fixes(10)
        assert antenna.s.utc_ms is None and antenna.s.clock == "none", date
        assert antenna.s.gnss.lat_e7 is not None


def test_dead_reckoning_sets_no_clock():
    antenna = Antenna()
    antenna.fixes(10, mode="E")
    assert antenna.s.clock == "none"


def test_after_sleep_the_clock_runs_on_its_crystal():
    antenna = Antenna()
    antenna.fixes(5)
    assert antenna.s.clock == "gnss"
    antenna.waits(1000, slept_ms=900)
    assert antenna.s.clock == "rtc" and antenna.s.utc_ms is not None
    antenna.count = 6
    antenna.fixes(2)
    assert antenna.s.clock == "gnss" and antenna.events == []


def test_a_step_back_is_a_notice_and_a_step_forward_is_none():
    antenna = Antenna()
    antenna.count = 3600
    antenna.fixes(5)
    antenna.count = 7200
    antenna.fixes(5)
    assert antenna.events == []
    antenna.count = 100
    antenna.fixes(5)
    assert antenna.kinds() == ["clock_set_back"]
    data = dict(antenna.events[0].data)
    assert data["from"][:16] == "2026-11-23T02:00" and data["to"][:16] == "2026-11-23T00:01"


def test_what_a_crystal_drifts_in_its_sleep_is_no_notice():
    for drifted_s, notices in ((30, 0), (90, 1)):
        antenna = Antenna()
        antenna.count = 3600
        antenna.fixes(5)
        antenna.waits(1000, slept_ms=900)
        antenna.count -= drifted_s
        antenna.fixes(5)
        assert len(antenna.events) == notices, drifted_s
        assert antenna.s.clock == "gnss"


def test_a_receiver_without_dates_says_why_positions_are_not_kept():
    antenna = Antenna()
    antenna.date = ""
    antenna.fixes(119)
    assert antenna.events == []
    antenna.fixes(60)
    assert antenna.kinds() == ["fault"]
    assert dict(antenna.events[0].data)["what"] == "gnss"
    assert "no date" in dict(antenna.events[0].data)["text"]


def test_one_whose_date_comes_late_or_whose_bus_knows_the_time_is_no_fault():
    antenna = Antenna()
    antenna.date = ""
    antenna.fixes(100)
    antenna.date = "231126"
    antenna.fixes(5)
    assert antenna.s.clock == "gnss"
    antenna.date = ""
    antenna.says("GPRMC,001000.00,V,,,,,,,,,,N")
    antenna.fixes(300)
    assert antenna.events == [] and antenna.s.utc_ms is not None


def test_contradictions_are_reported_once():
    antenna = Antenna()
    antenna.fixes(3)
    for second in range(10):
        antenna.says(
            "GPRMC,0012%02d.00,A,1304.9620,N,10052.9980,E,48.6,090.0,231126,,,A" % second,
            "GPGGA,0012%02d.00,1304.9620,N,10053.0118,E,1,09,0.9,12.0,M,-28.0,M,," % second,
        )
    assert antenna.kinds() == ["fault"]
    assert "RMC" in dict(antenna.events[0].data)["text"]


def test_a_part_that_does_not_answer_is_silent():
    antenna = Antenna()
    antenna.fixes(3)

    def refuse(buf):
        raise OSError(5)

    antenna.part.readinto = refuse
    antenna.waits(5000)
    assert antenna.receiver.silent and antenna.s.gnss.lat_e7 is None


def test_what_came_while_it_slept_is_dropped():
    antenna = Antenna()
    antenna.fixes(3)
    antenna.part.said = line("GPRMC,000100.00,A,1304.9620,N,10052.9980,E,48.6,090.0,231126,,,A")
    antenna.waits(100, slept_ms=900)
    assert antenna.part.said == b"" and antenna.s.gnss.lat_e7 is None
    assert antenna.s.gnss.best_lat_e7 is not None


def test_a_flood_of_noise_is_read_in_parts_and_is_no_sentence():
    antenna = Antenna()
    antenna.fixes(3)
    antenna.part.said = b"\xff" * 3000  # more than one tick reads
    antenna.waits(100)
    left = len(antenna.part.said)
    assert 0 < left < 3000 and not antenna.s.gnss.fix_new
    antenna.part.said = b"\xff" * 3000
    antenna.waits(100, slept_ms=900)
    assert 0 < len(antenna.part.said) < 3000 and antenna.s.gnss.lat_e7 is None


def test_for_the_driver_of_the_receiver_no_time_passes_while_the_bus_sleeps():
    antenna = Antenna()
    antenna.waits(1000)
    awake_ms = antenna.part.turned_ms
    for _ in range(3):
        antenna.s.now_ms += 900
        antenna.waits(100, slept_ms=1000)
    assert antenna.part.turned_ms == awake_ms, "it is not asked"
    antenna.waits(100)
    assert antenna.part.turned_ms == awake_ms + 100
