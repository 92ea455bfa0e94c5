"""An epoch whose sentences contradict each other, and two constellations that disagree."""

from sentences import GGA, RMC, heard, line, place

from firmware.gnss.nmea import Nmea

# A Zeus receiver: GGA has the position of the next second under this second's time.
ZEUS = (
    "GPRMC,001202.00,A,1304.9620,N,10052.9980,E,48.6,090.0,231126,,,A",
    "GPGLL,1304.9620,N,10052.9980,E,001202.00,A,A",
    "GPGGA,001202.00,1304.9620,N,10053.0118,E,1,09,0.9,12.0,M,-28.0,M,,",
    "GPRMC,001203.00,A,1304.9620,N,10053.0118,E,48.6,090.0,231126,,,A",
    "GPGLL,1304.9620,N,10053.0118,E,001203.00,A,A",
    "GPGGA,001203.00,1304.9620,N,10053.0256,E,1,09,0.9,12.0,M,-28.0,M,,",
)
HERE, NEXT = (130827000, 1008833000), (130827000, 1008835300)
A, V = (
    "GNRMC,001208.00,A,1304.9620,N,10052.9980,E,0.0,,231126,,,A",
    "BDRMC,001208.00,V,,,,,,,231126,,,N",
)


def feed(reader, body):
    """Without the silence after it."""
    data = line(body)
    reader.feed(data, len(data))


def test_the_position_of_rmc_stands_and_gga_adds_the_quality():
    for order in (ZEUS[:3], (ZEUS[2], ZEUS[0], ZEUS[1]), (ZEUS[1], ZEUS[2], ZEUS[0])):
        reader = heard(*order)
        assert place(reader) == HERE, order
        assert reader.fix.sats == 9 and reader.fix.hdop_e2 == 90
        assert reader.fix.speed_mms == 25002
    reader = heard(*ZEUS)
    assert place(reader) == NEXT and reader.fixes == 2


def test_each_epoch_that_contradicts_itself_is_counted_once():
    assert heard(*ZEUS[:3]).contradictions == 1
    assert heard(*ZEUS).contradictions == 2
    assert heard(ZEUS[2], ZEUS[1], ZEUS[0]).contradictions == 1
    assert heard(ZEUS[0], ZEUS[1]).contradictions == 0


def test_rounding_is_no_contradiction():
    for lat, counted in (
        ("1304.96700", 0),
        ("1304.95700", 0),
        ("1304.96800", 1),
        ("1304.95600", 1),
    ):
        reader = heard(RMC, GGA.replace("1304.96200", lat))
        assert reader.contradictions == counted, lat
        assert place(reader) == HERE


def test_without_rmc_the_first_position_stands():
    reader = heard(*[body for body in ZEUS if "RMC" not in body])
    assert place(reader) == NEXT and reader.contradictions == 2


def test_the_same_sentence_again_under_one_time_brings_a_new_position():
    reader = Nmea()
    for lat in ("1304.96200", "1304.96260", "1304.96320"):
        heard(RMC.replace("1304.96200", lat), reader=reader)
    assert place(reader) == (130827200, 1008833000) and reader.contradictions == 0


def test_one_constellation_without_a_fix_does_not_hide_the_others():
    for bodies in ((A, V), (V, A), (A, V, V), (V, V, A)):
        reader = heard(*bodies)
        assert reader.fix.valid and place(reader) == HERE, bodies
        assert reader.fixes == 1
    reader = Nmea()
    for second in range(8, 20):
        time = "0012%02d.00" % second
        heard(A.replace("001208.00", time), V.replace("001208.00", time), reader=reader)
        assert reader.fix.valid and reader.fixes == second - 7


def test_a_constellation_without_time_does_not_begin_an_epoch():
    reader = heard(A, "BDRMC,,V,,,,,,,,,,N")
    assert reader.fix.valid and reader.fixes == 1


def test_once_that_is_known_a_void_sentence_that_comes_first_hides_nothing():
    reader = heard(V, A)
    for second in range(9, 20):
        time = "0012%02d.00" % second
        feed(reader, V.replace("001208.00", time))
        assert reader.fix.valid, second
        feed(reader, A.replace("001208.00", time))
    assert reader.fix.valid
    heard(V.replace("001208.00", "001220.00"), reader=reader)
    assert not reader.fix.valid, "nobody has a fix any more"


def test_the_same_talker_that_takes_its_fix_back_has_none():
    for body in (
        "GNRMC,001208.00,V,,,,,,,231126,,,N",
        "GNGGA,001208.00,,,,,0,,,,M,,M,,",
        "GPGGA,001208.00,,,,,0,,,,M,,M,,",
    ):
        assert not heard(A, body).fix.valid, body
