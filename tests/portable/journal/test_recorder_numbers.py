"""The number of an occurrence is that of the record that raised it, whatever the flash refuses.

A real Journal on the NOR model: refusals, power cuts and restarts at random, by a printed seed.
"""

import json

from nor import ERROR, Flash, PowerCut, journal
from parts import snapshot
from recording import recording
from watch import generator

from firmware.event import ALARM, CLEARED, INFO, RAISED, UPDATED, WARNING, Event
from firmware.journal.journal import ALARM as ALARM_LANE
from firmware.journal.journal import KIND_EVENT, TRACK
from firmware.journal.journal import WARNING as WARNING_LANE
from firmware.journal.recorder import Recorder

_SECTORS = 64
_KINDS = ("sos", "crash", "supply", "heat")
_FIX = (1795306323, 130827000, 1008833000, 11528, 183)


class Board:
    """A Recorder on a journal on flash; `events` are those that were confirmed, by number."""

    def __init__(self):
        self.flash = Flash(2 * _SECTORS)
        self.s = snapshot()
        self.events = {}
        self.start()

    def start(self):
        self.flash.power()
        self.journal = journal(self.flash, 32, warning_sectors=32)
        self.recorder = Recorder(self.journal, 1)
        self.found = self.read()
        append = self.journal.append

        def counted(lane, kind, payload):
            seq = append(lane, kind, payload)
            if kind == KIND_EVENT:
                self.events[seq] = json.loads(b"{" + payload)
            return seq

        self.journal.append = counted

    def refuses(self, is_on=True):
        blocks = range(2 * _SECTORS if is_on else 0)
        self.flash.refuses_program = dict.fromkeys(blocks, ERROR)

    def says(self, kind, state, severity=WARNING, number=0, subject=""):
        event = Event(kind, severity, state, (("number", number),), subject=subject)
        self.recorder.event(event, self.s)

    def read(self):
        """-> {seq: event} of what stands on the flash."""
        found = {}
        for lane in (ALARM_LANE, WARNING_LANE, TRACK):
            reader = self.journal.reader(lane)
            while reader.read():
                if reader.kind == KIND_EVENT:
                    found[reader.seq] = json.loads(b"{" + bytes(reader.payload))
        return found


def told(events):
    """-> [(seq, kind, state, occ)]"""
    return [(seq, events[seq]["kind"], events[seq]["state"], events[seq]["occ"])
            for seq in sorted(events)]  # fmt: skip


def test_a_flash_that_refuses_once_costs_no_connection():
    board = Board()
    board.refuses()
    board.says("sos", RAISED)
    assert board.recorder.failed and board.read() == {}
    board.refuses(False)
    board.recorder.position(_FIX)
    board.recorder.flush()
    board.says("sos", CLEARED)
    expected = [(2, "sos", "raised", 2), (3, "sos", "cleared", 2)]
    assert told(board.events) == expected
    assert told(board.read()) == expected


def test_an_occurrence_that_came_and_went_meanwhile_is_written_in_one_piece():
    board = Board()
    board.refuses()
    for kind, state in (("sos", RAISED), ("heat", RAISED), ("sos", UPDATED), ("sos", CLEARED)):
        board.says(kind, state)
        board.recorder.position(_FIX)
    board.refuses(False)
    board.recorder.flush()
    first = min(board.events)
    assert told(board.read()) == [
        (first, "sos", "raised", first),
        (first + 1, "heat", "raised", first + 1),
        (first + 2, "sos", "updated", first),
        (first + 3, "sos", "cleared", first),
    ]


# More waits than there is room for


def test_what_stands_and_what_the_city_knows_outlast_a_flood():
    kept, recorder = recording()
    s = snapshot()
    recorder.event(Event("known", ALARM, RAISED), s)
    kept.refuses = True
    recorder.event(Event("known", ALARM, CLEARED), s)
    for state in (RAISED, UPDATED, UPDATED):
        recorder.event(Event("stands", ALARM, state, (("state", state),)), s)
    for state in (RAISED, UPDATED, CLEARED):
        recorder.event(Event("over", ALARM, state), s)
    for number in range(100):
        recorder.event(Event("flood%d" % number, ALARM, subject=None), s)
    kept.refuses = False
    recorder.flush()
    events = kept.events()
    assert [(event["kind"], event["state"]) for event in events[:5]] == [
        ("known", RAISED),
        ("known", CLEARED),
        ("stands", RAISED),
        ("stands", UPDATED),
        ("flood71", RAISED),
    ]
    assert len(events) == 1 + 32


def test_an_announced_loss_outlasts_a_flood():
    kept, recorder = recording()
    kept.refuses = True
    recorder.event(Event("records_lost", WARNING, data=(("first", 1),), subject=None), snapshot())
    for number in range(100):
        recorder.event(Event("flood%d" % number, ALARM, subject=None), snapshot())
    kept.refuses = False
    recorder.flush()
    assert kept.events()[0]["kind"] == "records_lost"
    assert len(kept.events()) == 32


def test_a_raise_that_stands_is_never_dropped_however_many_there_are():
    kept, recorder = recording()
    kept.refuses = True
    for number in range(40):
        recorder.event(Event("stands", ALARM, RAISED, subject=number), snapshot())
    kept.refuses = False
    recorder.flush()
    assert len(kept.events()) == 40


def test_an_end_that_takes_the_last_place_goes_with_its_raise():
    kept, recorder = recording()
    s = snapshot()
    kept.refuses = True
    for number in range(32):
        recorder.event(Event("kind%d" % number, ALARM), s)
    recorder.event(Event("kind5", ALARM, CLEARED), s)
    kept.refuses = False
    recorder.flush()
    assert "kind5" not in [event["kind"] for event in kept.events()]
    assert len(kept.events()) == 31


# At random


class World:
    """What a bus may say, in any order, while the flash refuses now and then."""

    def __init__(self, seed):
        self.draw = generator(seed)
        self.board = Board()
        self.standing = {}  # kind -> number of its newest event
        self.number = 0
        self.place = "seed %d" % seed

    def run(self, steps):
        for _ in range(steps):
            try:
                self.step()
            except PowerCut:
                self.restarts()
        self.board.flash.cut_at = None
        self.board.refuses(False)
        self.board.recorder.flush()

    def step(self):
        draw, board = self.draw, self.board
        what = draw(12)
        if what == 0:
            board.refuses(draw(2) == 0)
        elif what == 1:
            board.recorder.position(_FIX)
        elif what == 2:
            board.says("trip_started", RAISED, INFO, subject=None)
        elif what == 3 and draw(8) == 0:
            board.flash.cut(draw(20), draw(6))
        elif what == 4:
            board.recorder.flush()
        else:
            self.speak(_KINDS[draw(len(_KINDS))])

    def speak(self, kind):
        self.number += 1
        self.board.s.now_ms += 600000  # nothing flaps
        self.board.journal.housekeep(self.board.s.now_ms)
        state = RAISED
        if kind in self.standing:
            state = (UPDATED, CLEARED)[self.draw(2)]
        if state == CLEARED:
            del self.standing[kind]
        else:
            self.standing[kind] = self.number
        self.board.says(kind, state, number=self.number)

    def restarts(self):
        self.board.start()
        self.standing = {}
        for seq, event in self.board.found.items():
            # A record that the power cut left whole counts, though no append() returned.
            self.board.events.setdefault(seq, event)
            assert self.board.events[seq] == event, self.place

    def check(self):
        events = self.board.events
        known = {}  # occ -> its newest event
        for seq in sorted(events):
            event, place = events[seq], "%s, record %d" % (self.place, seq)
            before = known.get(event["occ"])
            if event["state"] == RAISED:
                assert event["occ"] == seq, place
            else:
                assert before is not None, place + ": the city knows no beginning"
                assert before["kind"] == event["kind"], place
                assert before["state"] != CLEARED, place
                assert before["data"]["number"] < event["data"]["number"], place
            known[event["occ"]] = event
        return known

    def check_what_stands(self, known):
        """The city knows what stands, in its newest words."""
        for kind, number in self.standing.items():
            numbers = [event["data"]["number"] for event in known.values()
                       if event["kind"] == kind and event["state"] != CLEARED]  # fmt: skip
            assert number in numbers, "%s: %s stands" % (self.place, kind)


def test_every_record_names_its_raise_whatever_the_flash_refuses():
    for seed in range(6):
        world = World(seed)
        world.run(400)
        world.check_what_stands(world.check())
        assert len(world.board.events) > 50, world.place
