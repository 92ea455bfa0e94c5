"""New code has ten minutes to tick, to sense what the old code sensed, and to reach the broker."""

import json

from flash_files import Files, Start, running_a, slots

from firmware.snapshot import Snapshot
from firmware.update.trial import Trial
from firmware.warnings import HORN, INSIDE, PROMPT

MINUTE = 60000


class Link:
    """A connection and nothing more. outgoing.acked: messages that the broker has acknowledged."""

    connected = False

    def __init__(self):
        self.outgoing = self
        self.acked = 0


class Kept:
    refuses = failed = False


class Level:
    level = 0


class Bus:
    """What a Trial asks of firmware.bus.Bus: parked and empty, all seats known."""

    def __init__(self):
        self.uplink, self.warnings = Link(), Level()
        self.journal, self.recorder = Kept(), Kept()
        s = self.snapshot = Snapshot(4)
        s.seats.unknown, s.seats.doubtful = [], []


class Trying:
    """One trial from 0 ms on. told: what /sensed.json says; None: it cannot be read."""

    def __init__(self, told=b'{"silent":[],"unknown":[]}', has_broker=True):
        self.content = running_a()
        del self.content["a/proven"]
        if told is not None:
            self.content["sensed.json"] = told
        self.nvs = Start(trial=1)
        self.bus = Bus()
        self.slots = slots(self.content, self.nvs)
        self.trial = Trial(self.bus, self.slots, Files(self.content), has_broker, 0)

    def lives(self, begin, end):
        """From minute to minute -> the second at which the board is to be reset, or None."""
        for second in range(begin * 60, end * 60):
            if self.trial.is_proven:
                return None
            if self.trial.update(second * 1000):
                return second
        return None

    @property
    def is_proven(self):
        assert self.trial.is_proven == ("a/proven" in self.content)
        assert self.trial.is_proven != self.slots.is_trial
        return self.trial.is_proven

    @property
    def back(self):
        return self.slots.came_back


def test_code_that_senses_and_has_reached_the_broker_once_is_proven_after_five_minutes():
    trying = Trying()
    trying.bus.uplink.outgoing.acked = 1
    assert trying.lives(0, 1) is None
    assert trying.lives(1, 5) is None and not trying.is_proven
    assert trying.lives(5, 6) is None and trying.is_proven
    assert trying.nvs["trial"] == 0


def test_where_no_broker_is_meant_none_is_missing():
    trying = Trying(has_broker=False)
    assert trying.lives(0, 6) is None and trying.is_proven


def test_code_that_reaches_the_broker_late_is_proven_then():
    trying = Trying()
    assert trying.lives(0, 9) is None and not trying.is_proven
    trying.bus.uplink.outgoing.acked = 1
    assert trying.lives(9, 10) is None and trying.is_proven


def test_a_part_that_answered_to_the_old_code_has_to_answer():
    for told, silent, unknown, is_right in (
        ({"silent": ["gnss"], "unknown": [2]}, ["gnss"], [2], True),
        ({"silent": ["gnss"], "unknown": [2]}, [], [], True),
        ({"silent": ["gnss"], "unknown": [2]}, ["gnss", "supply"], [2], False),
        ({"silent": ["gnss"], "unknown": [2]}, ["gnss"], [2, 3], False),
    ):
        trying = Trying(json.dumps(told).encode())
        trying.bus.uplink.outgoing.acked = 1
        trying.bus.snapshot.silent = silent
        trying.bus.snapshot.seats.unknown = unknown
        assert trying.lives(0, 11) == (None if is_right else 600)
        assert trying.is_proven == is_right
        assert trying.back == (None if is_right else "not_sensing")


def test_contacts_that_never_settle_are_not_sensed():
    trying = Trying()
    trying.bus.uplink.outgoing.acked = 1
    trying.bus.snapshot.settling = True
    assert trying.lives(0, 11) == 600 and trying.back == "not_sensing"


def test_what_the_old_code_sensed_may_be_unknown():
    for told in (None, b"", b"[]", b"{}", b'{"silent":[]}', b'{"silent":1,"unknown":[]}',
                 b'{"silent":[],"unknown":null}'):  # fmt: skip
        trying = Trying(told)
        trying.bus.uplink.outgoing.acked = 1
        trying.bus.snapshot.silent = ["gnss"]
        assert trying.lives(0, 6) is None and trying.is_proven, told


def blind(**seats):
    trying = Trying()
    trying.bus.snapshot.silent = ["seats"]
    for name, value in seats.items():
        setattr(trying.bus.snapshot.seats, name, value)
    return trying


def test_code_that_senses_nothing_goes_at_once_with_persons_on_board():
    """The old code sees them better."""
    trying = blind(sitting=[1])
    assert trying.lives(0, 11) == 600 and trying.back == "not_sensing"


def test_while_an_alarm_stands_it_goes_once_the_senses_are_lost_for_good():
    trying = blind(sitting=[1])
    trying.bus.warnings.level = HORN
    assert trying.lives(0, 11) == 600, "ten minutes are for good"
    trying = Trying()
    trying.bus.warnings.level = HORN
    trying.bus.snapshot.seats.sitting = [1]
    assert trying.lives(0, 15) is None
    trying.bus.snapshot.silent = ["seats"]
    assert trying.lives(15, 16) is None and trying.back == "not_sensing"
    trying.bus.warnings.level = PROMPT
    assert trying.trial.update(16 * MINUTE - 1), "no alarm any more"
    trying.bus.warnings.level = HORN
    assert trying.lives(16, 17) == 960


def test_one_tick_judges_nothing():
    trying = Trying()
    trying.bus.snapshot.seats.sitting = [3]
    assert trying.lives(0, 34) is None
    trying.bus.warnings.level = HORN
    trying.bus.snapshot.silent = ["gnss"]
    trying.bus.snapshot.settling = True
    for second in range(20):
        assert not trying.trial.update(34 * MINUTE + second * 1000), second
    trying.bus.snapshot.silent = []
    trying.bus.snapshot.settling = False
    assert trying.lives(35, 40) is None and trying.back == "no_broker"


def test_one_good_tick_proves_no_code_that_is_blind():
    trying = blind()
    trying.bus.uplink.outgoing.acked = 1
    assert trying.lives(0, 7) is None
    trying.bus.snapshot.silent = []
    assert not trying.trial.update(7 * MINUTE) and not trying.is_proven
    for second in range(20):
        trying.trial.update(7 * MINUTE + second * 1000)
        assert not trying.is_proven
    trying.trial.update(7 * MINUTE + 20000)
    assert trying.is_proven


def test_senses_that_come_and_go_are_none():
    trying = Trying()
    trying.bus.uplink.outgoing.acked = 1
    for second in range(240, 720):
        trying.bus.snapshot.silent = ["gnss"] * (second // 7 % 2)
        assert not trying.trial.update(second * 1000), second
    assert trying.trial.update(720000) and trying.back == "not_sensing"


def test_a_connection_that_delivers_nothing_is_no_broker():
    trying = Trying()
    trying.bus.uplink.connected = True
    assert trying.lives(0, 11) == 600 and trying.back == "no_broker"


def test_a_journal_that_refuses_delivers_nothing_either():
    for part, name in (("journal", "refuses"), ("recorder", "failed")):
        trying = Trying()
        trying.bus.uplink.outgoing.acked = 1
        setattr(getattr(trying.bus, part), name, True)
        assert trying.lives(0, 11) == 600 and trying.back == "no_broker"


def test_without_a_broker_the_reset_waits_for_an_empty_bus_without_an_alarm():
    trying = Trying()
    seats, warnings = trying.bus.snapshot.seats, trying.bus.warnings
    seats.sitting = [1]
    assert trying.lives(0, 11) is None
    assert trying.back == "no_broker", "boot.py knows, should the power fail"
    for group, level in (("loose", 0), ("doubtful", 0), (None, INSIDE)):
        seats.sitting, seats.loose, seats.doubtful = [], [], []
        warnings.level = level
        if group:
            setattr(seats, group, [2])
        assert trying.lives(11, 12) is None, group
    warnings.level = PROMPT
    seats.doubtful = []
    assert trying.lives(30, 31) == 1800 and not trying.is_proven


def test_code_that_has_given_itself_up_and_reaches_the_broker_then_stays():
    trying = Trying()
    trying.bus.snapshot.seats.sitting = [1]
    assert trying.lives(0, 15) is None and trying.back == "no_broker"
    trying.bus.uplink.outgoing.acked = 1
    assert trying.lives(15, 16) is None and trying.is_proven
    assert trying.back is None and trying.nvs["trial"] == 0


def test_code_that_has_given_itself_up_and_then_senses_nothing_goes_at_once():
    trying = Trying()
    trying.bus.snapshot.seats.sitting = [1]
    assert trying.lives(0, 15) is None
    trying.bus.snapshot.silent = ["seats"]
    assert trying.lives(15, 16) == 920 and trying.back == "not_sensing"


def test_that_it_was_blind_stays_the_reason():
    trying = Trying()
    trying.bus.warnings.level = HORN
    assert trying.lives(0, 11) is None and trying.back == "no_broker"
    trying.bus.snapshot.silent = ["seats"]
    for second in range(660, 690):
        assert not trying.trial.update(second * 1000)
    trying.bus.snapshot.silent = []
    assert trying.lives(12, 14) is None and trying.back == "not_sensing"
    trying.bus.uplink.outgoing.acked = 1
    assert trying.lives(14, 15) is None and trying.is_proven and trying.back is None


def test_code_that_is_given_up_goes_though_its_senses_come_and_go():
    trying = Trying()
    trying.bus.snapshot.seats.sitting = [3]
    trying.bus.warnings.level = HORN
    ended = None
    for second in range(3600):
        trying.bus.snapshot.silent = ["seats"] if second % 16 else []
        if trying.trial.update(second * 1000):
            ended = second
            break
    assert ended == 720 and trying.back == "not_sensing"


def test_code_that_is_given_up_goes_within_six_hours_whatever_it_says_of_the_bus():
    trying = Trying()
    trying.bus.snapshot.seats.doubtful = [2]
    assert trying.lives(0, 359) is None and trying.back == "no_broker"
    assert trying.lives(359, 361) == 6 * 3600


def test_code_that_knows_no_seat_watches_nobody_and_goes_after_a_minute():
    blind = [1, 2, 3, 4]
    trying = Trying()
    trying.bus.snapshot.seats.unknown = blind
    trying.bus.warnings.level = HORN
    assert trying.lives(0, 1) is None and trying.back is None
    assert trying.lives(1, 2) == 60 and trying.back == "not_sensing"

    trying = Trying()
    for minute in range(4):
        trying.bus.snapshot.seats.unknown = blind
        assert not trying.trial.update((60 * minute + 58) * 1000)
        trying.bus.snapshot.seats.unknown = [1, 2, 4]
        assert not trying.trial.update((60 * minute + 59) * 1000)
    assert trying.back is None, "one seat is known now and then"

    for told in (b'{"silent":[],"unknown":[1,2,3,4]}', None):
        trying = Trying(told)
        trying.bus.snapshot.seats.unknown = blind
        assert trying.lives(0, 4) is None, "the old code knew none, or nobody knows what it knew"


def test_a_flash_that_refuses_the_mark_is_asked_again():
    trying = Trying()
    trying.bus.uplink.outgoing.acked = 1
    files = trying.slots._files
    files.error = 28
    assert trying.lives(0, 9) is None and not trying.is_proven
    files.error = None
    assert trying.lives(9, 10) is None and trying.is_proven
