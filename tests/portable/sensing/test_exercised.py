"""When the SOS button and the emergency door were last used, in days."""

from parts import Nvs, put, snapshot

from firmware.sensing.exercised import Exercised

MORNING_MS = 1795388400000  # 2026-11-22T23:00Z: 06:00 on a Monday in Thailand
DAY_MS = 86400000


class Bench:
    def __init__(self, nvs=None):
        self.nvs = Nvs() if nvs is None else nvs
        self.exercised = Exercised(self.nvs)
        self.s = snapshot(sos_button=False, emergency_door=False)

    def on(self, days, **readings):
        """-> (days since the SOS button was used, and the door), so many days after the first."""
        for name, value in readings.items():
            put(self.s, name, value)
        self.s.now_ms += 60000
        self.s.utc_ms = None if days is None else MORNING_MS + days * DAY_MS
        assert self.exercised.update(self.s) == ()
        return self.s.vehicle.sos_idle_days, self.s.vehicle.door_idle_days


def test_days_count_from_the_first_that_is_known_and_from_each_use():
    bench = Bench()
    assert bench.on(None) == (None, None)
    assert bench.on(0) == (0, 0)
    assert bench.on(35) == (35, 35)
    assert bench.on(35, sos_button=True) == (0, 35)
    assert bench.on(36, sos_button=False) == (1, 36)
    assert bench.on(37, emergency_door=True) == (2, 0)
    assert Bench(bench.nvs).on(40) == (5, 3)


def test_a_button_that_is_stuck_or_silent_is_not_used():
    bench = Bench()
    bench.on(0)
    bench.exercised = Exercised(bench.nvs)
    assert bench.on(5, sos_button=True) == (5, 5), "since the start"
    assert bench.on(6, sos_button=None) == (6, 6)
    assert bench.on(7, sos_button=True) == (7, 7)
    assert bench.on(7, sos_button=False) == (7, 7)
    assert bench.on(8, sos_button=True) == (0, 8)


def test_a_use_without_a_clock_counts_when_the_clock_is_back():
    bench = Bench()
    bench.on(0)
    bench.on(None, sos_button=True)
    bench.on(None, sos_button=False)
    assert bench.on(9) == (0, 9)


def test_a_door_without_a_contact_is_never_due():
    bench = Bench()
    bench.on(0, emergency_door=None)
    assert bench.on(50) == (50, None)


def test_it_writes_once_a_day_at_most_and_a_clock_set_back_shows_no_negative_days():
    bench = Bench()
    bench.on(3)
    writes = bench.nvs.writes
    for _ in range(20):
        bench.on(4, sos_button=True)
        bench.on(4, sos_button=False)
    assert bench.nvs.writes == writes + 1
    assert bench.on(0) == (0, 0)


def test_it_looks_once_a_minute():
    bench = Bench()
    bench.on(0)
    bench.s.now_ms += 59900
    bench.s.utc_ms = MORNING_MS + 9 * DAY_MS
    bench.exercised.update(bench.s)
    assert bench.s.vehicle.sos_idle_days == 0
