"""What is seen of a program's heap and of its ticks, and when the network fails."""

import os
import random
from types import SimpleNamespace

from sim.days.days import Days
from sim.days.heap import Heap
from sim.days.lateness import Lateness
from sim.days.outages import Outages

HOUR_MS = 3_600_000
INFO = (
    b"mem: total=1, current=2, peak=3\r\nstack: 2944 out of 80000\r\n"
    b"GC: total: 818176, used: %d, free: 171392\r\n"
    b" No. of 1-blocks: 5621, 2-blocks: 1034, max blk sz: 625, max free sz: %d\r\n"
)


def test_the_vm_is_asked_for_an_account_each_hour():
    heap = Heap(0)
    assert heap.fed(None, 0) == 3, "at once"
    assert heap.fed(10, 100) == 1
    assert [heap.fed(10, ms) for ms in (HOUR_MS - 1, HOUR_MS, HOUR_MS + 1)] == [1, 3, 1]


def test_only_a_collection_lowers_what_is_taken_less_what_was_allocated():
    heap = Heap(0)
    heap.fed(None, 0)
    for told in (50, 60, 60, 40, 45, 30):
        heap.fed(told, 1)
    assert heap.collections == 2
    heap.fed(None, 2)  # it has started again
    heap.fed(10, 3)
    assert heap.collections == 2
    heap.fed(5, HOUR_MS)  # it collects now, for the account
    heap.fed(1, HOUR_MS + 1)
    assert heap.collections == 3


def test_the_largest_free_block_is_the_smallest_of_the_day():
    heap = Heap(1000)
    for piece in (INFO % (600_000, 4099), INFO % (650_000, 4200)):
        for at in range(0, len(piece), 7):  # a console has no messages
            heap.read(piece[at : at + 7])
    assert (heap.live, heap.largest, heap.reports) == (649_000, 4099 * 32, 2)
    heap.begin()
    heap.read(INFO % (1000, 5000))
    assert (heap.live, heap.largest) == (0, 5000 * 32)


def pauses(*ms, drives=True):
    """-> Lateness after ticks with these pauses between them, in the time of the board."""
    lateness = Lateness()
    lateness._own.us = lambda: (0, 0)  # this computer keeps nothing
    at_us = 1
    try:
        for pause in (0, *ms):
            at_us += pause * 1000
            lateness.fed(at_us, os.getpid(), drives)
            lateness._vm.us = lambda: (0, 0)
            lateness._kept_us = 0
    finally:
        lateness.close()
    return lateness


def test_a_tick_is_late_by_more_than_twenty_ms():
    assert (pauses(100, 120, 100).late, pauses(100, 121, 90).late) == (0, 1)
    assert pauses(100, 180, 20).worst_ms == 80


def test_a_quiet_tick_comes_after_a_second_but_not_while_the_bus_drives():
    assert pauses(1000, 1000, drives=False).late == 0
    assert pauses(1000, drives=True).worst_ms == 900
    assert pauses(1030, 970, drives=False).worst_ms == 30


def test_what_the_computer_kept_does_not_count():
    lateness = Lateness()
    told = iter([(0, 0), (0, 70_000)])
    lateness._own.us = lambda: next(told)
    for at_us in (1, 180_001):
        lateness.fed(at_us, os.getpid(), True)
    lateness.close()
    assert lateness.worst_ms <= 10 and not lateness.late


class Proxy:
    hangs_up = is_silent = False
    resets = 0

    def reset(self):
        self.resets += 1


def test_an_outage_begins_and_ends():
    proxy = Proxy()
    outages = Outages(random.Random(1), proxy)
    outages.add(10, 20, True)
    outages.add(30, 40, False)
    seen = []
    for now_s in (5, 10, 15, 20, 35, 40):
        outages.step(now_s, True)
        seen.append((proxy.hangs_up, proxy.is_silent))
    on, silent, off = (True, False), (False, True), (False, False)
    assert seen == [off, on, on, off, silent, off]
    assert (outages.count, proxy.resets) == (2, 1)
    outages.step(50, False)
    assert proxy.is_silent, "no radio carries"


def test_a_day_has_four_outages_and_is_over_before_five():
    for seed in range(50):
        outages = Outages(random.Random(seed), Proxy())
        outages.begin(0)
        assert len(outages._plan) == 4
        assert all(end_s - begin_s <= 1200 for begin_s, end_s, _ in outages._plan)
        assert max(end_s for _, end_s, _ in outages._plan) < 27 * 3600


def days_of(starts):
    """-> Days of a board that has started so often. Its city and its world are not asked."""
    days = object.__new__(Days)
    days.lines, days.wrong, days._is_changing, days._changed = [], "", False, 0
    days._boots, days._records = 1, 0
    days._board = SimpleNamespace(boots=starts)
    days.morning = SimpleNamespace(missing=lambda: 0, check=lambda: None, records=0)
    days.outages, days._policies = SimpleNamespace(count=0), SimpleNamespace(taken=0)
    days.updates, days._heap = SimpleNamespace(taken=0), Heap(0)
    days._lateness = SimpleNamespace(ticks=0, late=0, worst_ms=0)
    return days


def test_the_start_of_an_update_is_none_too_many_even_if_the_run_ends_before_it_is_proven():
    days = days_of(starts=2)
    days.say('info update raised {"what":"changing","version":"0.99.0"}')
    days.say("The board starts again: reset.")
    assert (days.wrong, days.end().starts) == ("", 0)
    days.updates.taken = 1  # next day it has proven itself
    figures = days.end()
    assert (figures.starts, figures.updates) == (0, 1)


def test_only_one_start_belongs_to_an_update():
    days = days_of(starts=3)
    days.say('info update raised {"what":"changing","version":"0.99.0"}')
    days.say("The board starts again: reset.")
    days.say("The board starts again: reset.")
    assert (days.wrong, days.end().starts) == ("The board starts again: reset.", 1)
