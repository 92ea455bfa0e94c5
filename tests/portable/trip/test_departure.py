"""A bus sets off, or its receiver only says so."""

from parts import snapshot

from firmware.trip.departure import Departure

KMH_8 = 2223
LAT = 130827000  # 904 units are 10 m to the north


class Start:
    """A fix a second, ten ticks between; the bus has stood here."""

    def __init__(self):
        self.departure = Departure(KMH_8)
        self.s = snapshot()
        self.fix(0, 0)

    def fix(self, metres, speed_mms, seconds=1):
        """-> bool: at any tick until the next fix the bus has set off."""
        s, told = self.s, False
        s.gnss.lat_e7, s.gnss.lon_e7 = LAT + metres * 904 // 10, 1008833000
        s.gnss.speed_mms = speed_mms
        for tick in range(seconds * 10):
            s.gnss.fix_new = tick == 0
            told = self.departure.update(s) or told
            s.now_ms += 100
        return told


def test_three_fixes_and_twenty_metres():
    start = Start()
    assert [start.fix(metres, 9000) for metres in (9, 18, 27)] == [False, False, True]
    start = Start()
    assert [start.fix(metres, 9000) for metres in (5, 10, 15, 19, 20)] == [False] * 4 + [True]
    start = Start()
    assert [start.fix(metres, 20000) for metres in (20, 40, 60)] == [False, False, True]


def test_a_speed_at_standstill_is_no_departure():
    for wander in ((0, 0, 0), (6, 12, 18), (2, -3, 4)):  # 22 km/h for 3 s
        start = Start()
        told = [start.fix(metres, 6111) for metres in wander] + [start.fix(0, 0)]
        assert told == [False] * 4, wander
    start = Start()
    assert not start.fix(40, 41667) and not start.fix(0, 0), "150 km/h for a second"


def test_one_fix_that_nothing_follows_is_no_departure():
    start = Start()
    assert not start.fix(30, 20000, seconds=3)


def test_a_slower_fix_begins_anew():
    start = Start()
    assert [start.fix(metres, 9000) for metres in (10, 20)] == [False, False]
    start.fix(25, KMH_8 - 1)
    assert [start.fix(metres, KMH_8) for metres in (35, 44, 45)] == [False, False, True]


def test_unknown_speed_is_no_departure_and_breaks_the_row():
    start = Start()
    for metres in (10, 20):
        start.fix(metres, 9000)
    start.s.gnss.lat_e7 = start.s.gnss.speed_mms = None
    start.s.gnss.fix_new = False
    assert not start.departure.update(start.s)
    assert [start.fix(metres, 9000) for metres in (40, 49, 58)] == [False, False, True]


def test_who_is_fast_from_the_first_fix_on_has_to_move():
    start = Start()
    start.departure = Departure(KMH_8)
    assert [start.fix(metres, 9000) for metres in (0, 9, 18, 27)] == [False] * 3 + [True]
