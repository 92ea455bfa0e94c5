"""nmea: what real receivers send, and what a naive reader makes of it."""

import gc
import random

from firmware.nmea import Nmea
from firmware.nmea_date import Calendar

_RMC = "GNRMC,133900.90,A,1304.96200,N,10052.99800,E,12.345,183.25,221126,,,A,V"
_GGA = "GNGGA,133900.90,1304.96200,N,10052.99800,E,1,11,0.91,15.2,M,-27.6,M,,"
_VOID = "GNRMC,133901.90,V,,,,,,,221126,,,N,V"
_DAY_MS = 86400000
_22_NOV_2026 = 20779 * _DAY_MS
_13_39_00_9 = 49140900


def line(body, wrong=0):
    total = wrong
    for c in body:
        total ^= ord(c)
    return ("$%s*%02X\r\n" % (body, total)).encode()


def at(body, time):
    """The sentence at another time of day."""
    return body.replace("133900.90", time)


def heard(*lines, reader=None):
    """A reader that has been fed these, bytes as they are, str as sentences; then silence."""
    reader = reader or Nmea()
    for each in lines:
        data = line(each) if isinstance(each, str) else each
        reader.feed(data, len(data))
    reader.feed(b"", 0)
    return reader


def place(reader):
    return reader.fix.lat_e7, reader.fix.lon_e7


def test_rmc_and_gga_make_one_fix():
    reader = heard(_RMC, _GGA)
    fix = reader.fix
    assert fix.valid
    assert place(reader) == (130827000, 1008833000)
    assert fix.speed_mms == 6351 and fix.course_cdeg == 18325  # 12.345 kn
    assert fix.sats == 11 and fix.hdop_e2 == 91 and fix.altitude_mm == 15200
    assert fix.time_ms == _13_39_00_9
    assert fix.utc_ms == _22_NOV_2026 + _13_39_00_9
    assert reader.fixes == 1 and reader.sentences == 2 and reader.damaged == 0


def test_every_split_of_the_bytes_gives_the_same():
    data = line(_RMC) + line(_GGA)
    for cut in range(len(data)):
        reader = heard(data[:cut], data[cut:])
        assert place(reader) == (130827000, 1008833000) and reader.fix.sats == 11, cut
    reader = Nmea()
    for i in range(len(data)):
        reader.feed(data[i : i + 1], 1)
    assert reader.fix.valid and reader.fix.sats == 11


def test_feed_takes_only_n_bytes_and_counts_sentences():
    data = bytearray(line(_RMC) + line(_GGA))
    reader = Nmea()
    assert reader.feed(data, len(line(_RMC))) == 1
    assert reader.feed(data, len(data)) == 2
    assert reader.feed(data, 0) == 0


def test_any_talker():
    for talker in ("GP", "GN", "GA", "GB", "BD", "GL", "GQ", "QZ", "GI", "IN"):
        reader = heard(talker + _RMC[2:])
        assert reader.fix.valid, talker
    assert not heard("PG" + _RMC[2:]).fix.valid  # $PGRMC is a command of Garmin's


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
    assert fix.time_ms == _13_39_00_9 and fix.utc_ms is None and fix.sats is None
    reader = heard("GNGNS,133900.90,1304.96200,N,10052.99800,E,NNA,09,1.1,15.2,-27.6,,,V")
    assert reader.fix.valid and reader.fix.sats == 9 and reader.fix.altitude_mm == 15200


def test_gns_is_valid_if_one_constellation_is():
    for letters, valid in (("AAN", True), ("NNA", True), ("NNNNA", True), ("D", True),
                           ("NNN", False), ("N", False), ("", False)):  # fmt: skip
        gns = "GNGNS,133900.90,1304.96200,N,10052.99800,E,%s,09,1.1,15.2,-27.6,," % letters
        assert heard(gns).fix.valid == valid, letters


def test_no_fix_is_told_from_nothing_heard():
    reader = heard(_RMC, _GGA)
    sentences = reader.sentences
    heard(_VOID, reader=reader)
    assert reader.sentences == sentences + 1 and reader.fixes == 1
    fix = reader.fix
    assert not fix.valid and place(reader) == (None, None)
    assert fix.speed_mms is None and fix.course_cdeg is None and fix.utc_ms is None
    assert fix.sats is None and fix.hdop_e2 is None and fix.altitude_mm is None
    heard(b"", reader=reader)
    assert reader.sentences == sentences + 1


def test_every_way_to_say_no_fix():
    for body in (
        _VOID,
        _RMC.replace(",A,V", ",N,V"),
        _RMC.replace(",A,V", ",S,V"),
        _RMC.replace(",A,1304", ",V,1304"),
        _GGA.replace(",E,1,", ",E,0,"),
        _GGA.replace(",E,1,", ",E,8,"),
        _GGA.replace(",E,1,", ",E,,"),
        "GPGGA,,,,,,0,,,,M,,M,,",
        "GPRMC,,V,,,,,,,,,,N",
        "GPGLL,,,,,,V,N",
        "GPGLL,1304.96200,N,10052.99800,E,133900.90,V",
        "GPGLL,1304.96200,N,10052.99800,E,133900.90,A,N",
    ):
        reader = heard(at(_RMC, "133859.90"), body)
        assert not reader.fix.valid and reader.fixes == 1, body


def test_one_sentence_that_says_no_is_enough_for_an_epoch():
    for bodies in ((_RMC, _GGA.replace(",E,1,", ",E,0,")), (_VOID, at(_GGA, "133901.90"))):
        reader = heard(*bodies)
        assert not reader.fix.valid
        assert heard(at(_RMC, "133902.90"), reader=reader).fix.valid


def test_untimed_no_fix_ends_with_the_next_fix():
    reader = heard("GPGGA,,,,,,0,,,,M,,M,,", "GPRMC,,V,,,,,,,,,,N", _RMC, _GGA)
    assert reader.fix.valid and reader.fixes == 1


def test_the_navigation_status_v_is_not_void():
    for status in ("V", "S", "C", "U"):
        assert heard(_RMC[:-1] + status).fix.valid, status


def test_empty_speed_and_course_are_unknown():
    fix = heard("GPRMC,133900.90,A,1304.96200,N,10052.99800,E,,,221126,,,A").fix
    assert fix.valid and fix.speed_mms is None and fix.course_cdeg is None
    fix = heard("GPGGA,133900.90,1304.96200,N,10052.99800,E,1,,,,,,,,").fix
    assert fix.valid and fix.sats is None and fix.hdop_e2 is None and fix.altitude_mm is None


def test_nothing_of_an_earlier_epoch_is_left():
    reader = heard(_RMC, _GGA)
    heard(at("GPGLL,1304.96300,N,10052.99800,E,133900.90,A,A", "133901.90"), reader=reader)
    fix = reader.fix
    assert place(reader) == (130827167, 1008833000) and reader.fixes == 2
    assert fix.speed_mms is None and fix.course_cdeg is None
    assert fix.sats is None and fix.hdop_e2 is None and fix.altitude_mm is None
    assert fix.utc_ms == _22_NOV_2026 + _13_39_00_9 + 1000


def test_a_fix_is_shown_whole():
    """Once the receiver's habit is known, the first half of an epoch does not show."""
    reader = heard(_RMC, _GGA)
    for second in range(1, 5):
        time = "13390%d.90" % second
        heard(at(_RMC, time), at(_GGA, time), reader=reader)
    rmc, gga = line(at(_RMC, "133905.90")), line(at(_GGA, "133905.90"))
    reader.feed(rmc, len(rmc))
    assert reader.fixes == 5 and reader.fix.time_ms == _13_39_00_9 + 4000
    reader.feed(gga, len(gga))
    assert reader.fixes == 6 and reader.fix.time_ms == _13_39_00_9 + 5000
    assert reader.fix.speed_mms == 6351 and reader.fix.sats == 11


def test_half_an_epoch_shows_when_the_line_falls_silent_or_the_next_begins():
    for silent in (True, False):
        reader = Nmea()
        for second in range(4):
            for body in (_RMC, _GGA):
                data = line(at(body, "13390%d.90" % second))
                reader.feed(data, len(data))
        alone = line(at(_RMC, "133904.90"))
        reader.feed(alone, len(alone))
        assert reader.fixes == 4
        if silent:
            reader.feed(b"", 0)
        else:
            following = line(at(_RMC, "133905.90"))
            reader.feed(following, len(following))
        assert reader.fixes == 5 and reader.fix.sats is None
        assert reader.fix.time_ms == _13_39_00_9 + 4000
        heard(at(_RMC, "133905.90"), reader=reader)
        assert reader.fixes == 6


def test_no_fix_shows_before_its_epoch_is_complete():
    reader = heard(_RMC, _GGA)
    data = line(_VOID)
    reader.feed(data, len(data))
    assert not reader.fix.valid


def test_a_wrong_checksum_changes_nothing():
    reader = heard(_RMC)
    for wrong in (1, 0x10, 0x80):
        heard(line(at(_GGA, "133901.90"), wrong), reader=reader)
    assert reader.fixes == 1 and reader.damaged == 3 and reader.sentences == 1
    for tail in (b"*\r\n", b"*4\r\n", b"*G0\r\n", b"*4G\r\n", b"*:7\r\n"):
        heard(b"$" + _VOID.encode() + tail, reader=reader)
    assert reader.fix.valid and reader.damaged == 8


def test_hex_digits_of_either_case():
    body = _GGA.replace("15.2", "15.8")
    data = line(body)
    assert data[-4:] != data[-4:].lower()
    assert heard(data[:-4] + data[-4:].lower()).fix.valid


def test_no_checksum_is_taken_from_a_receiver_that_has_never_sent_one():
    bare = b"$" + _RMC.encode() + b"\r\n"
    reader = heard(bare)
    assert reader.fix.valid and reader.damaged == 0
    reader = heard(_GGA, b"$" + at(_VOID, "133902.90").encode() + b"\r\n")
    assert reader.fix.valid and reader.damaged == 1


def test_a_dollar_starts_anew_anywhere():
    for cut in range(1, len(line(_GGA)) - 3):
        reader = heard(line(_GGA)[:cut] + line(_RMC))
        assert reader.fix.valid and reader.fix.speed_mms == 6351, cut
    assert heard(b"$GAGSV,1,1,00,$$" + line(_RMC)[1:]).fix.valid


def test_binary_between_and_inside():
    ubx = b"\xb5\x62\x01\x07\x04\x00$G\x00\xff"
    casic = b"\xba\xce\x04\x00\x01\x02\n\r*,.\x80"
    reader = heard(ubx, line(_RMC), casic, line(_GGA))
    assert reader.fix.valid and reader.fix.sats == 11
    half = len(line(_RMC)) // 2
    reader = heard(line(_RMC)[:half] + b"\xb5\x62\x00" + line(_RMC)[half:])
    assert reader.sentences == 0


def test_long_sentences_and_many_fields():
    body = _RMC + "," * 60 + "1234567890123456789012345678901234567890.12345678901234567890"
    assert heard(body).fix.valid
    assert heard("P" + "X" * 5000, _RMC).fix.valid
    assert heard(",".join("9" * 200 for _ in range(40)), _RMC).fix.valid


def test_values_out_of_range_are_unknown():
    for old, new in (("1304.9", "9004.9"), ("1304.9", "1360.0"), (",N,", ",X,"), (",E,", ",N,"),
                     ("10052", "18052"), ("1304.9", "13-4.9"), ("10052", "1005200000"),
                     ("1304.96200", ""), (",N,", ",,")):  # fmt: skip
        assert not heard(_RMC.replace(old, new, 1)).fix.valid, (old, new)
    for speed in ("9999999", "-1.0", "1x", "1.2.3", "99999999999999"):
        fix = heard(_RMC.replace("12.345", speed)).fix
        assert fix.valid and fix.speed_mms is None, speed
    for course in ("360.1", "-1", "1e2"):
        assert heard(_RMC.replace("183.25", course)).fix.course_cdeg is None, course
    assert heard(_RMC.replace("183.25", "360.0")).fix.course_cdeg == 0
    for time in ("240000", "136000", "133961", "13390a"):
        fix = heard(at(_RMC, time)).fix
        assert fix.valid and fix.time_ms is None and fix.utc_ms is None, time


def test_altitude_below_the_sea():
    assert heard(_GGA.replace("15.2", "-30.40")).fix.altitude_mm == -30400
    assert heard(_GGA.replace("15.2", "-0.5")).fix.altitude_mm == -500


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
        fix = heard(_RMC.replace("221126", date)).fix
        assert fix.valid and fix.utc_ms is None, date
    for day, good in (("280227", True), ("290228", True), ("311227", True), ("300427", True)):
        assert (heard(_RMC.replace("221126", day)).fix.utc_ms is not None) == good, day


def test_week_rollover_is_set_forward_to_after_the_firmware_was_built():
    for date in ("080407", "221126"):  # 1024 weeks apart
        fix = heard(_RMC.replace("221126", date)).fix
        assert fix.utc_ms == _22_NOV_2026 + _13_39_00_9, date
    fix = heard(_RMC.replace("221126", "080407"), reader=Nmea(Calendar(0))).fix
    assert fix.utc_ms == _22_NOV_2026 - 7168 * _DAY_MS + _13_39_00_9


def test_a_time_without_date_is_paired_also_across_midnight():
    reader = heard(at(_RMC, "235959.00"))
    midnight = _22_NOV_2026 + _DAY_MS
    assert reader.fix.utc_ms == midnight - 1000
    heard(at(_GGA, "000000.00"), reader=reader)
    assert reader.fix.utc_ms == midnight
    heard(at(_GGA, "235959.50"), reader=reader)  # late, from before
    assert reader.fix.utc_ms == midnight - 500
    for hour in range(0, 72, 6):
        heard(at(_GGA, "%02d0000.00" % (hour % 24)), reader=reader)
        assert reader.fix.utc_ms == midnight + hour * 3600000, hour


def test_a_date_is_not_trusted_before_or_without_a_fix():
    reader = heard(_VOID, at(_GGA, "133902.90"))
    assert reader.fix.valid and reader.fix.utc_ms is None
    reader = heard(_RMC, _VOID, at(_GGA, "133902.90"))
    assert reader.fix.valid and reader.fix.utc_ms is None
    zda = "GNZDA,133900.90,22,11,2026,00,00"
    reader = heard(zda, _VOID, at(_GGA, "133902.90"))
    assert reader.fix.utc_ms is None


def test_zda_dates_the_epoch_around_it():
    zda = "GNZDA,133900.90,22,11,2026,00,00"
    for bodies in ((zda, _GGA), (_GGA, zda)):
        assert heard(*bodies).fix.utc_ms == _22_NOV_2026 + _13_39_00_9
    assert heard("GNZDA,133900.90,06,01,2080,,", _GGA).fix.utc_ms is None
    assert heard("GNZDA,133900.90,,,,,", _GGA).fix.utc_ms is None
    reader = heard("GNZDA,235959.00,22,11,2026,,", at(_GGA, "000000.00"))
    assert reader.fix.utc_ms == _22_NOV_2026 + _DAY_MS


def test_second_60_is_the_end_of_the_minute():
    fix = heard(at(_RMC, "235960.50")).fix
    assert fix.utc_ms == _22_NOV_2026 + _DAY_MS - 1


def test_satellites_in_view_by_constellation():
    reader = heard(
        "GPGSV,2,1,08,01,40,083,46,02,17,308,41,12,07,344,39,14,22,228,45",
        "GPGSV,2,2,08,15,40,083,46,16,17,308,41,17,07,344,39,18,22,228,45",
        "GLGSV,1,1,03,65,40,083,46,66,17,308,41,67,07,344,39",
    )
    assert reader.sky.in_view() == 11
    heard("GLGSV,1,1,00", reader=reader)
    assert reader.sky.in_view() == 8
    reader = heard(
        "GPGSV,1,1,04,01,40,083,46,02,17,308,41,12,07,344,39,14,22,228,45,1",
        "GPGSV,1,1,02,01,40,083,46,02,17,308,41,8",  # a second signal of the same satellites
    )
    assert reader.sky.in_view() == 4
    for i in range(20):
        heard("%s%sGSV,1,1,01,01,40,083,46" % ("GHIJ"[i % 4], "ABCDE"[i % 5]), reader=reader)
    assert reader.sky.in_view() < 100


def test_an_epoch_of_one_sentence_ten_times_a_second():
    reader = Nmea()
    for i in range(50):
        data = line(at(_RMC, "1339%02d.%d0" % (i // 10, i % 10)))
        reader.feed(data, len(data))
        assert reader.fixes == i + 1
    assert reader.fix.time_ms == 49140000 + 4900


def test_no_bytes_raise_anything():
    random.seed(20)
    pool = [line(_RMC), line(_GGA), line(_VOID), b"$GPGSV,,,,", b"$,,*00", b"*,$.\r\n"]
    reader = Nmea()
    for _ in range(1500):
        data = bytearray(random.choice(pool))
        for _ in range(random.randrange(4)):
            data[random.randrange(len(data))] = random.randrange(256)
        reader.feed(data, len(data))
    alphabet = b"$GPRMCGAZDSVTLNE,,,,..--*0123456789AV\r\n "
    for _ in range(1500):
        body = "".join(chr(random.choice(alphabet[:-3])) for _ in range(60)).replace("$", "")
        data = line(("GPRMC,", "GPGGA,", "GNGNS,", "GPGLL,", "GPZDA,", "GPGSV,", "GPVTG,")
                    [random.randrange(7)] + body.replace("*", ""))  # fmt: skip
        reader.feed(data, len(data))
    assert reader.sentences > 1500
    assert heard(at(_RMC, "133959.90"), reader=reader).fix.valid


def test_no_heap_a_sentence():
    if not hasattr(gc, "mem_alloc"):
        return  # only MicroPython can tell
    zda = "GNZDA,133900.90,22,11,2026,00,00"
    gsv = "GPGSV,1,1,03,65,40,083,46,66,17,308,41,67,07,344,39"
    bodies = (_RMC, "GNVTG,1.0,T,,M,12.3,N,22.8,K,A", _GGA, gsv, zda, _VOID, "GPGLL,,,,,,V,N")
    data = bytearray(b"".join([line(body) for body in bodies]) + line(_RMC, 1))
    reader = Nmea()
    for _ in range(3):
        reader.feed(data, len(data))
    gc.collect()
    gc.disable()
    before = gc.mem_alloc()
    for _ in range(100):
        reader.feed(data, len(data))
    used = gc.mem_alloc() - before
    gc.enable()
    assert used == 0, used
