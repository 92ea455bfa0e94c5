"""Ceilings of the heap, in the VM with words of 32 bits. `make bench` prints the goals."""

from collections import Counter

import pytest

from sim.bench import heap

# Made once, while the program starts. Another one needs a reason that stands here.
LARGE = Counter({
    8992: 1, 4512: 1, 2272: 1,  # MicroPython's lists of names: 1280, 640 and 320 of them
    3072: 1,  # the packet that goes out (uplink/link.py): TLS wants the same bytes offered again
    1536: 1,  # a record of the journal, as it is written and read back (journal/cells.py)
    1792: 1,  # code or a table of a module
})  # fmt: skip


@pytest.fixture(scope="module")
def measured():
    found = heap.measure()
    if found is None:
        pytest.skip("no Node.js, or no VM with words of 32 bits: make setup")
    print(found.live, found.tick, found.names, found.live_sizes[:12])
    return found


def test_the_running_bus_does_not_grow(measured):
    """436 KB in November 2026, before private names were short and modules left."""
    assert measured.live < 352 * 1024


def test_a_tick_makes_little_garbage(measured):
    assert 100 < measured.tick <= heap.TICK
    assert measured.published >= 6, "it is connected, and publishes"


def test_names_stay_far_under_the_number_that_costs_another_18_kb(measured):
    assert 1000 < measured.names < 2300, measured.names


def test_nothing_large_is_allocated_while_the_bus_runs(measured):
    assert measured.made_sizes[0] <= heap.LARGEST


def test_every_large_object_that_stays_is_known(measured):
    large = Counter(n for n in measured.live_sizes if n > heap.LARGEST)
    # Letters of names: MicroPython keeps them in pieces, which grow in their places.
    other = list((large - LARGE).elements())
    assert len(other) <= 2 and max(other, default=0) <= 2048, other


def test_a_map_of_the_heap_is_read():
    lines = ["GC memory layout; from 8d700:", "00000000: h=Lh==.h", "00000080: ==h.",
             "       (2 lines all free)", "00000c00: ..h"]  # fmt: skip
    assert heap.objects(lines) == {0: 32, 32: 16, 48: 48, 112: 48, 160: 16, 0xC20: 16}
