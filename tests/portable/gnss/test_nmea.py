"""nmea: sentences and epochs, as real receivers send them."""

from sentences import GGA, NOV_22_2026, RMC, TIME_MS, VOID, at, heard, line, place

from firmware.gnss.nmea import Nmea


def test_rmc_and_gga_make_one_fix():
    reader = heard(RMC, GGA)
    fix = reader.fix
    assert fix.valid
    assert place(reader) == (130827000, 1008833000)
    assert fix.speed_mms == 6351 and fix.course_cdeg == 18325  # 12.345 kn
    assert fix.sats == 11 and fix.hdop_e2 == 91 and fix.altitude_mm == 15200
    assert fix.time_ms == TIME_MS
    assert fix.utc_ms == NOV_22_2026 + TIME_MS
    assert reader.fixes == 1 and reader.sentences == 2 and reader.damaged == 0


def test_every_split_of_the_bytes_gives_the_same():
    data = line(RMC) + line(GGA)
    for cut in range(len(data)):
        reader = heard(data[:cut], data[cut:])
        assert place(reader) == (130827000, 1008833000) and reader.fix.sats == 11, cut
    reader = Nmea()
    for i in range(len(data)):
        reader.feed(data[i : i + 1], 1)
    assert reader.fix.valid and reader.fix.sats == 11


def test_feed_takes_only_n_bytes_and_counts_sentences():
    data = bytearray(line(RMC) + line(GGA))
    reader = Nmea()
    assert reader.feed(data, len(line(RMC))) == 1
    assert reader.feed(data, len(data)) == 2
    assert reader.feed(data, 0) == 0


def test_any_talker():
    for talker in ("GP", "GN", "GA", "GB", "BD", "GL", "GQ", "QZ", "GI", "IN"):
        reader = heard(talker + RMC[2:])
        assert reader.fix.valid, talker
    assert not heard("PG" + RMC[2:]).fix.valid  # $PGRMC is a command of Garmin's
    assert not heard(RMC.replace("RMC", "RMCX")).fix.valid


def test_south_and_west_and_seven_decimals():
    reader = heard("GPGLL,4134.49821229,S,09345.03351845,W,133900.90,A,A")
    assert place(reader) == (-415749702, -937505586)


def test_gll_gns_vtg_gsa_make_a_fix():
    gll = "GPGLL,1304.96200,N,10052.99800,E,133900.90,A,A"
    vtg = "GPVTG,183.25,T,,M,12.345,N,22.863,K,A"
    reader = heard(gll, vtg, "GNGSA,A,3,02,05,12,,,,,,,,,,1.9,1.1,1.6")
    fix = reader.fix
    assert place(reader) == (130827000, 1008833000)
    assert (fix.speed_mms, fix.course_cdeg, fix.hdop_e2) == (6351, 18325, 110)
    assert fix.time_ms == TIME_MS and fix.utc_ms is None and fix.sats is None
    reader = heard("GNGNS,133900.90,1304.96200,N,10052.99800,E,NNA,09,1.1,15.2,-27.6,,,V")
    assert reader.fix.valid and reader.fix.sats == 9 and reader.fix.altitude_mm == 15200


def test_gns_is_valid_if_one_constellation_is():
    for letters, valid in (("AAN", True), ("NNA", True), ("NNNNA", True), ("D", True),
                           ("NNN", False), ("N", False), ("", False)):  # fmt: skip
        gns = "GNGNS,133900.90,1304.96200,N,10052.99800,E,%s,09,1.1,15.2,-27.6,," % letters
        assert heard(gns).fix.valid == valid, letters


def test_no_fix_is_not_the_same_as_silence():
    reader = heard(RMC, GGA)
    sentences = reader.sentences
    heard(VOID, reader=reader)
    assert reader.sentences == sentences + 1 and reader.fixes == 1
    fix = reader.fix
    assert not fix.valid and place(reader) == (None, None)
    assert fix.speed_mms is None and fix.course_cdeg is None and fix.utc_ms is None
    assert fix.sats is None and fix.hdop_e2 is None and fix.altitude_mm is None
    heard(b"", reader=reader)
    assert reader.sentences == sentences + 1


def test_every_way_to_say_no_fix():
    for body in (
        VOID,
        RMC.replace(",A,V", ",N,V"),
        RMC.replace(",A,V", ",S,V"),
        RMC.replace(",A,1304", ",V,1304"),
        GGA.replace(",E,1,", ",E,0,"),
        GGA.replace(",E,1,", ",E,8,"),
        GGA.replace(",E,1,", ",E,,"),
        "GPGGA,,,,,,0,,,,M,,M,,",
        "GPRMC,,V,,,,,,,,,,N",
        "GPGLL,,,,,,V,N",
        "GPGLL,1304.96200,N,10052.99800,E,133900.90,V",
        "GPGLL,1304.96200,N,10052.99800,E,133900.90,A,N",
    ):
        reader = heard(at(RMC, "133859.90"), body)
        assert not reader.fix.valid and reader.fixes == 1, body


def test_one_sentence_that_says_no_is_enough_for_an_epoch():
    for bodies in ((RMC, GGA.replace(",E,1,", ",E,0,")), (VOID, at(GGA, "133901.90"))):
        reader = heard(*bodies)
        assert not reader.fix.valid
        assert heard(at(RMC, "133902.90"), reader=reader).fix.valid


def test_untimed_no_fix_ends_with_the_next_fix():
    reader = heard("GPGGA,,,,,,0,,,,M,,M,,", "GPRMC,,V,,,,,,,,,,N", RMC, GGA)
    assert reader.fix.valid and reader.fixes == 1


def test_the_navigation_status_v_is_not_void():
    for status in ("V", "S", "C", "U"):
        assert heard(RMC[:-1] + status).fix.valid, status


def test_empty_speed_and_course_are_unknown():
    fix = heard("GPRMC,133900.90,A,1304.96200,N,10052.99800,E,,,221126,,,A").fix
    assert fix.valid and fix.speed_mms is None and fix.course_cdeg is None
    fix = heard("GPGGA,133900.90,1304.96200,N,10052.99800,E,1,,,,,,,,").fix
    assert fix.valid and fix.sats is None and fix.hdop_e2 is None and fix.altitude_mm is None


def test_nothing_of_an_earlier_epoch_is_left():
    reader = heard(RMC, GGA)
    heard(at("GPGLL,1304.96300,N,10052.99800,E,133900.90,A,A", "133901.90"), reader=reader)
    fix = reader.fix
    assert place(reader) == (130827167, 1008833000) and reader.fixes == 2
    assert fix.speed_mms is None and fix.course_cdeg is None
    assert fix.sats is None and fix.hdop_e2 is None and fix.altitude_mm is None
    assert fix.utc_ms == NOV_22_2026 + TIME_MS + 1000


def test_a_fix_is_shown_whole():
    """Once its usual sentences are known, half an epoch is not shown."""
    reader = heard(RMC, GGA)
    for second in range(1, 5):
        time = "13390%d.90" % second
        heard(at(RMC, time), at(GGA, time), reader=reader)
    rmc, gga = line(at(RMC, "133905.90")), line(at(GGA, "133905.90"))
    reader.feed(rmc, len(rmc))
    assert reader.fixes == 5 and reader.fix.time_ms == TIME_MS + 4000
    reader.feed(gga, len(gga))
    assert reader.fixes == 6 and reader.fix.time_ms == TIME_MS + 5000
    assert reader.fix.speed_mms == 6351 and reader.fix.sats == 11


def test_half_an_epoch_shows_when_the_line_falls_silent_or_the_next_begins():
    for silent in (True, False):
        reader = Nmea()
        for second in range(4):
            for body in (RMC, GGA):
                data = line(at(body, "13390%d.90" % second))
                reader.feed(data, len(data))
        alone = line(at(RMC, "133904.90"))
        reader.feed(alone, len(alone))
        assert reader.fixes == 4
        if silent:
            reader.feed(b"", 0)
        else:
            following = line(at(RMC, "133905.90"))
            reader.feed(following, len(following))
        assert reader.fixes == 5 and reader.fix.sats is None
        assert reader.fix.time_ms == TIME_MS + 4000
        heard(at(RMC, "133905.90"), reader=reader)
        assert reader.fixes == 6


def test_rmc_has_the_last_word_on_speed():
    vtg = "GNVTG,90.00,T,,M,99.000,N,183.348,K,A"
    fix = heard(RMC, vtg).fix
    assert fix.speed_mms == 6351 and fix.course_cdeg == 18325


def test_a_vtg_that_comes_first_in_its_burst_delays_nothing():
    reader = Nmea()
    for second in range(6):
        time = "13390%d.90" % second
        burst = line("GNVTG,183.25,T,,M,12.345,N,22.863,K,A") + line(at(RMC, time))
        burst += line(at(GGA, time))
        reader.feed(burst, len(burst))
        assert reader.fixes == second + 1 and reader.fix.sats == 11, second


def test_no_fix_shows_before_its_epoch_is_complete():
    reader = heard(RMC, GGA)
    data = line(VOID)
    reader.feed(data, len(data))
    assert not reader.fix.valid


def test_values_out_of_range_are_unknown():
    for old, new in (("1304.9", "9004.9"), ("1304.9", "1360.0"), (",N,", ",X,"), (",E,", ",N,"),
                     ("10052", "18052"), ("1304.9", "13-4.9"), ("10052", "1005200000"),
                     ("1304.96200", ""), (",N,", ",,")):  # fmt: skip
        assert not heard(RMC.replace(old, new, 1)).fix.valid, (old, new)
    for speed in ("9999999", "-1.0", "1x", "1.2.3", "99999999999999"):
        fix = heard(RMC.replace("12.345", speed)).fix
        assert fix.valid and fix.speed_mms is None, speed
    for course in ("360.1", "-1", "1e2"):
        assert heard(RMC.replace("183.25", course)).fix.course_cdeg is None, course
    assert heard(RMC.replace("183.25", "360.0")).fix.course_cdeg == 0
    for time in ("240000", "136000", "133961", "13390a"):
        fix = heard(at(RMC, time)).fix
        assert fix.valid and fix.time_ms is None and fix.utc_ms is None, time


def test_altitude_below_the_sea():
    assert heard(GGA.replace("15.2", "-30.40")).fix.altitude_mm == -30400
    assert heard(GGA.replace("15.2", "-0.5")).fix.altitude_mm == -500


def test_an_epoch_of_one_sentence_ten_times_a_second():
    reader = Nmea()
    for i in range(50):
        data = line(at(RMC, "1339%02d.%d0" % (i // 10, i % 10)))
        reader.feed(data, len(data))
        assert reader.fixes == i + 1
    assert reader.fix.time_ms == 49140000 + 4900
