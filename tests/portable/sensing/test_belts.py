"""Belts: a closed belt over a seat that reads empty; which of the two contacts is believed."""

from parts import Chip

from firmware.config.load import defaults
from firmware.sensing.seats import SeatMap
from firmware.snapshot import Snapshot

RULES = defaults()["rules"]
SEAT, OPEN = 1, 2  # inputs of seat 1: the seat is taken, the belt is open


class Bench:
    """One chip of seven seats; all belts open but those of seats 2 to 7."""

    def __init__(self, word):
        self.chip = Chip(word)
        self.s = Snapshot(7)
        config = {"count": 7, "debounce_ms": 200, "belts": True}
        self.map = SeatMap(config, [self.chip], RULES)
        self.now_ms = 0

    def reads(self, *words, ms=500):
        """-> (strapped, buckled_empty) after each of these words has stood for so long."""
        for word in words:
            self.chip.word = word
            for _ in range(ms // 100):
                self.s.now_ms = self.now_ms
                self.map.sense(self.s)
                self.now_ms += 100
        return self.s.seats.strapped, self.s.seats.buckled_empty


def test_nobody_rises_in_a_closed_belt():
    bench = Bench(OPEN)
    assert bench.reads(OPEN, SEAT | OPEN, SEAT) == ([], [])
    assert bench.s.seats.taken == [1]
    assert bench.reads(0) == ([1], [])
    assert (bench.s.seats.taken, bench.s.seats.unbelted) == ([1], [])
    assert bench.reads(SEAT) == ([], [])
    assert bench.reads(0) == ([1], [])
    assert bench.reads(OPEN) == ([], [])
    assert bench.s.seats.taken == []


def test_a_child_who_opens_the_belt_and_rises_is_no_contradiction():
    bench = Bench(OPEN)
    assert bench.reads(SEAT | OPEN, SEAT, SEAT | OPEN, OPEN) == ([], [])
    bench.reads(SEAT | OPEN, SEAT)
    assert bench.reads(OPEN) == ([], []), "both within one reading"


def test_a_belt_that_is_closed_over_an_empty_seat_is_not_believed_to_be_empty():
    bench = Bench(OPEN)
    bench.reads(OPEN)
    assert bench.reads(0) == ([], [1])
    assert bench.reads(OPEN) == ([], [])
    assert bench.reads(0) == ([], [1])
    assert bench.reads(SEAT) == ([], []), "its contact works"
    assert bench.reads(0) == ([], []), "a child who sat on the closed belt"


def test_a_belt_that_was_closed_from_the_start_says_nothing():
    bench = Bench(0)
    assert bench.reads(0) == ([], [])
    assert bench.reads(SEAT, 0) == ([], [])


def test_a_belt_that_closed_while_its_seat_was_unknown_was_closed_over_nobody():
    bench = Bench(OPEN)
    bench.reads(OPEN)
    for _ in range(6):
        bench.reads(OPEN, SEAT | OPEN, ms=100)
    assert bench.s.seats.flapping == [1]
    bench.reads(0, ms=25000)
    assert bench.s.seats.flapping == []
    assert (bench.s.seats.strapped, bench.s.seats.buckled_empty) == ([], [1])


def test_while_it_cannot_be_read_a_belt_is_as_it_was_when_last_known():
    bench = Bench(OPEN)
    bench.reads(SEAT | OPEN, SEAT)
    bench.chip.dead = True
    assert bench.reads(SEAT, ms=1000) == ([], [])
    assert bench.s.seats.unknown == [1, 2, 3, 4, 5, 6, 7]
    bench.chip.dead = False
    assert bench.reads(0) == ([1], [])


def test_a_belt_that_flaps_counts_for_nothing():
    bench = Bench(OPEN)
    bench.reads(SEAT | OPEN, SEAT)
    for _ in range(6):
        bench.reads(SEAT | OPEN, SEAT, ms=100)
    assert bench.s.seats.flapping_belts == [1]
    assert bench.reads(0) == ([], [])
    assert bench.reads(0, ms=25000) == ([], [])
    assert bench.s.seats.flapping_belts == []


def test_without_belt_contacts_nothing_contradicts():
    s, chip = Snapshot(7), Chip(SEAT)
    seats = SeatMap({"count": 7, "debounce_ms": 200, "belts": False}, [chip], RULES)
    for tick, word in enumerate((1, 1, 1, 1, 0, 0, 0, 0)):
        s.now_ms, chip.word = tick * 100, word
        seats.sense(s)
    assert (s.seats.taken, s.seats.strapped, s.seats.buckled_empty) == ([], [], [])
