"""The seat map: debounced, fail-safe, and never sure of what it cannot read (P5)."""

from parts import Chip

from firmware.config.load import defaults
from firmware.sensing.seats import SeatMap
from firmware.snapshot import Snapshot

DEBOUNCE_MS = 200
SILENT_MS = 500
RULES = defaults()["rules"]


class Bench:
    """Seven seats on one chip, fourteen on two."""

    def __init__(self, *words):
        self.chips = [Chip(word) for word in words]
        self.s = Snapshot(7 * len(words))
        config = {"count": 7 * len(words), "debounce_ms": DEBOUNCE_MS, "belts": True}
        self.map = SeatMap(config, self.chips, RULES)
        self.now_ms = 0

    def reads(self, ms):
        """Ticks every 100 ms for so long."""
        for _ in range(ms // 100):
            self.s.now_ms = self.now_ms
            self.map.sense(self.s)
            self.now_ms += 100
        return self.s


def occupied(seat):
    return 1 << (2 * (seat - 1))


def unbuckled(seat):
    return 2 << (2 * (seat - 1))


def test_all_is_unknown_until_it_has_settled():
    bench = Bench(0)
    s = bench.reads(200)
    assert s.seats.unknown == [1, 2, 3, 4, 5, 6, 7]
    assert s.seats.flapping == s.seats.flapping_belts == []
    s = bench.reads(100)
    assert s.seats.unknown == []
    assert s.seats.taken == []


def test_it_has_settled_once_every_input_was_read_or_known_not_to_answer():
    bench = Bench(0, 0)
    bench.reads(200)
    assert not bench.map.is_settled
    bench.reads(100)
    assert bench.map.is_settled
    bench = Bench(0, 0)
    bench.chips[1].dead = True
    bench.reads(500)
    assert not bench.map.is_settled
    bench.reads(100)
    assert bench.map.is_settled


def test_seats_and_belts_are_counted_through_the_chips():
    s = Bench(occupied(3) | unbuckled(3) | occupied(7), occupied(1)).reads(300)
    assert s.seats.taken == [3, 7, 8]
    assert s.seats.unbelted == [3]


def test_an_open_belt_on_an_empty_seat_is_nobody():
    s = Bench(unbuckled(5)).reads(300)
    assert s.seats.taken == []
    assert s.seats.unbelted == []


def test_a_change_counts_once_it_has_stood():
    bench = Bench(0)
    bench.reads(300)
    bench.chips[0].word = occupied(4)
    assert bench.reads(200).seats.taken == []
    assert bench.reads(100).seats.taken == [4]
    bench.chips[0].word = 0
    bench.reads(100)
    bench.chips[0].word = occupied(4)
    bench.reads(100)
    assert bench.s.seats.taken == [4]


def test_seat_changes_moves_only_with_the_lists():
    bench = Bench(0)
    bench.reads(300)
    before = bench.s.seats.changes
    bench.reads(5000)
    assert bench.s.seats.changes == before
    bench.chips[0].word = occupied(1)
    bench.reads(300)
    assert bench.s.seats.changes == before + 1


def test_single_lost_reads_are_borne():
    bench = Bench(occupied(2))
    bench.reads(300)
    bench.chips[0].dead = True
    bench.reads(SILENT_MS - 100)
    assert bench.s.seats.taken == [2]
    bench.chips[0].dead = False
    bench.reads(1000)
    assert bench.s.seats.taken == [2]
    assert bench.s.seats.unknown == []
    before = bench.s.seats.changes
    for _ in range(5):
        bench.chips[0].dead = True
        bench.reads(100)
        bench.chips[0].dead = False
        bench.reads(10000)
    assert bench.s.seats.changes == before


def test_a_silent_chip_makes_its_seats_unknown_and_only_its_own():
    bench = Bench(occupied(2), occupied(1))
    bench.reads(300)
    bench.chips[0].dead = True
    s = bench.reads(SILENT_MS + 100)
    assert s.seats.unknown == [1, 2, 3, 4, 5, 6, 7]
    assert s.seats.taken == [8]
    assert bench.map.silent(0)
    assert not bench.map.silent(1)
    bench.chips[0].dead = False
    bench.reads(200)
    assert s.seats.unknown == [1, 2, 3, 4, 5, 6, 7]
    bench.reads(100)
    assert s.seats.unknown == []
    assert s.seats.taken == [2, 8]
    assert not bench.map.silent(0)


def test_a_chip_that_never_answered_is_silent_too():
    bench = Bench(0)
    bench.chips[0].dead = True
    bench.reads(SILENT_MS + 100)
    assert bench.map.silent(0)


def test_a_flapping_contact_is_unknown_and_its_neighbours_are_not():
    bench = Bench(0)
    bench.reads(300)
    for beat in range(20):
        bench.chips[0].word = occupied(6) if beat % 2 else 0
        bench.reads(100)
    assert bench.s.seats.unknown == [6]
    bench.chips[0].word = occupied(1) | (bench.chips[0].word & occupied(6))
    bench.reads(300)
    assert bench.s.seats.taken == [1]
    assert bench.s.seats.unknown == [6]
    assert (bench.s.seats.flapping, bench.s.seats.flapping_belts) == ([6], [])


def flaps(bench, seat, times):
    """Changes a contact so often, every 100 ms."""
    for _ in range(times):
        bench.chips[0].word ^= occupied(seat)
        bench.reads(100)


def test_a_contact_is_believed_again_once_a_whole_window_was_calm():
    for seat in (1, 6):
        bench = Bench(0)
        bench.reads(300)
        flaps(bench, seat, 9)
        bench.reads(20000 - 900)
        assert bench.s.seats.unknown == bench.s.seats.flapping == [seat]
        bench.reads(100)
        assert bench.s.seats.unknown == bench.s.seats.flapping == []
        assert bench.s.seats.taken == [seat]


def test_each_window_counts_for_itself():
    bench = Bench(0)
    bench.reads(300)
    for _ in range(3):
        flaps(bench, 6, 8)
        assert bench.s.seats.flapping == []
        bench.reads(11000)
        assert bench.s.seats.unknown == []
    flaps(bench, 6, 3)
    bench.reads(9400)  # three more are in the window of these, five in the next
    flaps(bench, 6, 8)
    assert bench.s.seats.flapping == []


def test_a_flapping_belt_counts_as_open():
    bench = Bench(occupied(6))
    bench.reads(300)
    for beat in range(20):
        bench.chips[0].word = occupied(6) | (unbuckled(6) if beat % 2 else 0)
        bench.reads(100)
    assert bench.s.seats.taken == [6]
    assert bench.s.seats.unbelted == [6]
    assert (bench.s.seats.flapping, bench.s.seats.flapping_belts) == ([], [6])
    bench.chips[0].dead = True
    bench.reads(1000)
    assert bench.s.seats.flapping_belts == []


def test_seats_beyond_the_chips_stay_unknown():
    chips = [Chip(0)]
    s = Snapshot(10)
    seats = SeatMap({"count": 10, "debounce_ms": DEBOUNCE_MS, "belts": True}, chips, RULES)
    for now_ms in (0, 100, 200, 300):
        s.now_ms = now_ms
        seats.sense(s)
    assert s.seats.unknown == [8, 9, 10]


def test_no_chip_at_all_leaves_every_seat_unknown():
    s = Snapshot(2)
    SeatMap({"count": 2, "debounce_ms": DEBOUNCE_MS, "belts": True}, [], RULES).sense(s)
    assert s.seats.unknown == [1, 2]


class Mat(Chip):
    inputs = 1


def test_without_belts_a_seat_has_one_input_and_a_chip_may_have_one_seat():
    chips = [Chip(1 << 1 | 1 << 13), Mat(1)]
    s = Snapshot(15)
    seats = SeatMap({"count": 15, "debounce_ms": DEBOUNCE_MS, "belts": False}, chips, RULES)
    for now_ms in range(0, 300, 100):
        s.now_ms = now_ms
        seats.sense(s)
    assert (s.seats.taken, s.seats.unknown, s.seats.unbelted) == ([2, 14, 15], [], [])
    chips[1].dead = True
    for now_ms in range(300, 1000, 100):
        s.now_ms = now_ms
        seats.sense(s)
    assert (s.seats.taken, s.seats.unknown) == ([2, 14], [15])


def test_an_input_beyond_the_count_that_changes_is_a_seat_that_nobody_watches():
    for belts, count, seats in ((True, 5, [7]), (False, 10, [13, 14])):
        chip, s = Chip(0x3FFF), Snapshot(count)
        seat_map = SeatMap(
            {"count": count, "debounce_ms": DEBOUNCE_MS, "belts": belts}, [chip], RULES
        )
        for tick in range(40):
            s.now_ms = tick * 100
            chip.word = 0x0FFF if tick % 20 >= 10 else 0x3FFF
            seat_map.sense(s)
            assert tick > 11 or seat_map.beyond == []
        assert seat_map.beyond == seats


def test_a_seat_out_of_service_is_in_no_list_until_it_is_watched_again():
    bench = Bench(occupied(3) | unbuckled(3) | occupied(7))
    s = bench.reads(300)
    changes = s.seats.changes
    s.seats.out_of_service = [3, 5]
    bench.reads(100)
    assert (s.seats.taken, s.seats.unbelted, s.seats.unknown) == ([7], [], [])
    assert s.seats.changes == changes + 1
    bench.reads(1000)
    assert s.seats.changes == changes + 1
    bench.chips[0].dead = True
    bench.reads(700)
    assert s.seats.unknown == [1, 2, 4, 6, 7]
    bench.chips[0].dead = False
    s.seats.out_of_service = []
    bench.reads(300)
    assert s.seats.taken == [3, 7]
