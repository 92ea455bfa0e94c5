"""What is a fix, what is only estimated, and what is none: modes, letters, cut lines."""

import gc

from sentences import GGA, RMC, heard, line, place

GNS = "GNGNS,133900.90,1304.96200,N,10052.99800,E,%s,09,1.1,15.2,-27.6,,"
GLL = "GPGLL,1304.96200,N,10052.99800,E,133900.90,A,%s"


def test_dead_reckoning_is_a_fix_that_is_marked():
    for body in (
        GGA.replace(",E,1,", ",E,6,"),
        RMC.replace(",,A,V", ",,E,V"),
        GNS % "EE",
        GLL % "E",
    ):
        fix = heard(body).fix
        assert fix.valid and fix.estimated, body
    for body in (GGA, RMC, GNS % "AE", GNS % "ED", GLL % "A", GLL % "D"):
        fix = heard(body).fix
        assert fix.valid and not fix.estimated, body


def test_one_sentence_that_estimates_marks_its_epoch_and_no_other():
    for bodies in ((RMC, GGA.replace(",E,1,", ",E,6,")), (RMC.replace(",,A,V", ",,E,V"), GGA)):
        reader = heard(*bodies)
        assert reader.fix.estimated
        assert not heard(RMC.replace("133900", "133901"), reader=reader).fix.estimated


def test_a_vtg_that_estimates_marks_its_epoch():
    reader = heard(GGA, "GNVTG,183.25,T,,M,12.345,N,22.863,K,E")
    assert reader.fix.estimated and reader.fix.speed_mms == 6351
    reader = heard(GGA, "GNVTG,183.25,T,,M,12.345,N,22.863,K,N")
    assert reader.fix.valid and reader.fix.speed_mms is None


def test_letters_of_gns():
    """GPS, GLONASS, Galileo, BeiDou, QZSS, NavIC, and more to come."""
    for letters, valid in (("VVVV", False), ("NV", False), ("NNNNNA", True), ("NNNNNN", False),
                           ("VVVVVVD", True), ("NNNNNS", False), ("NNNNNNNNNA", True),
                           ("MMMM", False), ("R", True), ("AVNN", True)):  # fmt: skip
        assert heard(GNS % letters).fix.valid == valid, letters


def test_nobody_measures_what_is_typed_in_or_simulated():
    for mode in "NSMV":
        assert not heard(RMC.replace(",,A,V", ",," + mode + ",V")).fix.valid, mode
        assert not heard(GLL % mode).fix.valid, mode
    for quality in "078":
        assert not heard(GGA.replace(",E,1,", ",E," + quality + ",")).fix.valid, quality


def test_where_the_zeros_cross_nobody_is():
    """A receiver that starts from zeros calls them a fix."""
    for body in ("GPRMC,000000.00,A,0.000,N,0.000,E,0.0,0.0,050505,0.0,E",
                 "GPGGA,001202.00,0000.0000,N,00000.0000,E,1,09,0.9,12.0,M,-28.0,M,,",
                 "GPGLL,0000.0000,S,00000.0000,W,001202.00,A,A"):  # fmt: skip
        reader = heard(body)
        assert not reader.fix.valid and reader.fixes == 0, body
    assert heard(RMC.replace("1304.96200", "0000.00000")).fix.valid, "the equator exists"


def test_a_cut_line_is_no_fix_before_the_first_right_checksum():
    reader = heard(b"$GNRMC,001202.00,A,130,N,10052.99800,E\r\n")
    assert not reader.fix.valid and reader.damaged == 1 and reader.sentences == 0
    for body in (RMC, GGA, GLL % "A", GNS % "AA"):
        whole = place(heard(body))
        for cut in range(1, len(body)):
            reader = heard(b"$" + body[:cut].encode() + b"\r\n")
            assert place(reader) in ((None, None), whole), body[:cut]
            assert reader.fix.utc_ms() in (None, heard(body).fix.utc_ms()), body[:cut]


def test_a_line_without_a_checksum_that_is_whole_counts():
    old = "GPRMC,225446,A,4916.45,N,12311.12,W,000.5,054.7,191127,020.3,E"
    for body in (old, RMC, GGA, GNS % "A", "GPGLL,4916.45,N,12311.12,W,225444,A"):
        assert heard(b"$" + body.encode() + b"\r\n").fix.valid, body


def test_no_heap_a_sentence_of_any_kind():
    """Also with words of 32 bits, where an int beyond 2**30 allocates."""
    if not hasattr(gc, "mem_alloc"):
        return  # only MicroPython can tell
    bodies = (RMC, GGA, GLL % "A", GNS % "AANNNE", "GPGLL,,,,,,V,N", "GPGGA,,,,,,0,,,,M,,M,,",
              "GNVTG,1.0,T,,M,12.3,N,22.8,K,A", "GNZDA,133900.90,22,11,2026,00,00",
              "GNGSA,A,3,02,05,12,,,,,,,,,,1.9,1.1,1.6", "GPRMC,,V,,,,,,,,,,N",
              "GPRMC,000000.00,A,0.000,N,0.000,E,0.0,0.0,050505,0.0,E")  # fmt: skip
    for body in bodies:
        data = line(RMC.replace("133900", "133859")) + line(body)
        reader = heard(data)
        reader.feed(data, len(data))
        gc.collect()
        gc.disable()
        before = gc.mem_alloc()
        for _ in range(50):
            reader.feed(data, len(data))
            reader.feed(data, 0)
        used = gc.mem_alloc() - before
        gc.enable()
        assert used == 0, (body, used)
