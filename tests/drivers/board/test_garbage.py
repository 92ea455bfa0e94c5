"""When garbage is collected: by the bytes made, seldom, and rather while the bus is parked."""

import pytest

from drivers.board.garbage import Garbage

KB = 1024


class Heap:
    """In place of gc and time: a heap with room, and a collection that takes its time."""

    def __init__(self, room, took_ms=40):
        self.room, self.took_ms = room, took_ms
        self.made = self.ms = 0
        self.collected = []

    def mem_free(self):
        return self.room - self.made

    def collect(self):
        self.collected.append(self.now_ms)
        self.made = 0
        self.ms += self.took_ms

    def ticks_ms(self):
        return self.ms

    def ticks_diff(self, a, b):
        return a - b

    def run(self, garbage, seconds, a_tick, period_ms=100, from_ms=0):
        for now_ms in range(from_ms, from_ms + seconds * 1000, period_ms):
            self.now_ms = now_ms
            self.made += a_tick
            garbage.collect(now_ms + 2, now_ms + period_ms)


def test_driving_collects_once_a_quarter_of_the_room_is_garbage():
    heap = Heap(1600 * KB)
    garbage = Garbage(heap, heap)
    heap.run(garbage, 600, 600)
    assert 6 <= garbage.collections <= 9 and garbage.late == 0
    assert garbage.longest_ms == 40


def test_never_more_often_than_every_20_s():
    heap = Heap(400 * KB)
    garbage = Garbage(heap, heap)
    heap.run(garbage, 600, 600)
    gaps = [b - a for a, b in zip(heap.collected, heap.collected[1:], strict=False)]
    assert min(gaps) >= 20000 and garbage.collections > 20


def test_but_before_the_garbage_is_as_much_as_the_room_that_is_left():
    heap = Heap(400 * KB)
    garbage = Garbage(heap, heap)
    heap.run(garbage, 60, 4 * KB)
    gaps = [b - a for a, b in zip(heap.collected, heap.collected[1:], strict=False)]
    assert min(gaps) < 20000
    heap.run(garbage, 60, 0, from_ms=60000)
    assert heap.mem_free() > 200 * KB


def test_a_parked_bus_collects_sooner():
    driving, parked = Heap(1600 * KB), Heap(1600 * KB)
    heap = Garbage(driving, driving), Garbage(parked, parked)
    driving.run(heap[0], 60, 2 * KB)
    parked.run(heap[1], 60, 20 * KB, 1000)
    assert parked.collected[0] < driving.collected[0]


@pytest.mark.parametrize(("took_ms", "late"), [(97, 0), (99, 1), (286, 1)])
def test_a_tick_that_had_to_wait_is_counted(took_ms, late):
    heap = Heap(200 * KB, took_ms)
    garbage = Garbage(heap, heap)
    heap.run(garbage, 6, 2 * KB)
    assert (garbage.collections, garbage.late) == (1, late) and garbage.longest_ms == took_ms
