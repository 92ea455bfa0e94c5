"""Seats that nobody has taken on ten school days while others were."""

from parts import Nvs, put, snapshot

from firmware.trip.seat_usage import SeatUsage

MORNING_MS = 1795388400000  # 06:00 on a Monday in Thailand
DAY_MS = 86400000


class Bench:
    def __init__(self, seats=8):
        self.nvs = Nvs()
        self.usage = SeatUsage(self.nvs)
        self.s = snapshot(seats=seats, phase="parked")
        self.events = []

    def tick(self, **readings):
        for name, value in readings.items():
            put(self.s, name, value)
        self.s.now_ms += 100
        self.s.seats.changes += "taken" in readings
        self.events += self.usage.update(self.s)

    def rides(self, days, *taken, utc=True, **readings):
        """One run, so many days after the first."""
        self.s.utc_ms = MORNING_MS + days * DAY_MS if utc else None
        self.tick(phase="driving", taken=list(taken), **readings)
        self.tick(taken=[])
        self.tick(phase="parked")
        self.tick()

    def told(self):
        found, self.events = [dict(event.data) for event in self.events], []
        return found


def test_after_ten_days_on_which_others_rode_the_unused_seats_are_told():
    bench = Bench()
    for day in range(9):
        bench.rides(day, 1, 3, 4)
        bench.rides(day, 1, 3, 4)
        bench.rides(day)
    bench.rides(8, 5)
    assert bench.told() == []
    bench.rides(9, 1)
    assert bench.told() == [{"seats": [2, 6, 7, 8], "days": 10}]
    for day in range(10, 19):
        bench.rides(day, 1, 3, 4)
    assert bench.told() == []
    bench.rides(19, 2, 8)
    assert bench.told() == [{"seats": [5, 6, 7], "days": 10}]


def test_a_day_without_children_or_without_a_clock_does_not_count():
    for taken, utc in (((), True), ((1,), False)):
        bench = Bench()
        for day in range(30):
            bench.rides(day, *taken, utc=utc)
        assert bench.told() == []


def test_what_was_taken_without_a_clock_counts_as_used():
    bench = Bench()
    bench.rides(0, 2, utc=False)
    for day in range(10):
        bench.rides(day, 1, 3, 4, 5, 6, 7)
    assert bench.told() == [{"seats": [8], "days": 10}]


def test_a_full_bus_and_a_seat_that_cannot_be_read_are_no_notice():
    bench = Bench(seats=3)
    for day in range(10):
        bench.rides(day, 1, 3, unknown=[2])
    assert bench.told() == []


def test_it_outlives_resets_and_writes_little():
    bench = Bench(seats=64)
    for day in range(10):
        bench.usage = SeatUsage(bench.nvs)
        for _ in range(4):
            bench.rides(day, *range(1, 64))
    assert bench.told() == [{"seats": [64], "days": 10}]
    assert bench.nvs.writes == 3 + 10 + 3 + 3, "the seats, the days, and both anew"
