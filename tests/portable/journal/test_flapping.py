"""What comes and goes all the time is few records with a count, and never too late. P3, P5."""

from nor import Flash, journal, lost, seqs
from parts import snapshot
from recording import recording

from firmware.event import ALARM, CLEARED, INFO, RAISED, UPDATED, WARNING, Event
from firmware.journal import form
from firmware.journal.form import ALARM as SOS
from firmware.journal.recorder import Recorder

MINUTE = 60000
HOUR = 60 * MINUTE


class Plug:
    """A contact that rattles under a Recorder that is ticked."""

    def __init__(self, *kept, kind="belt_off"):
        self.kind = kind
        self.journal, self.recorder = kept or recording()
        self.s = snapshot()

    def says(self, state, severity=WARNING, seat=7, subject="plug"):
        event = Event(self.kind, severity, state, (("seats", [seat]),), subject=subject)
        self.recorder.event(event, self.s)

    def waits(self, ms):
        for _ in range(ms // 1000):
            self.s.now_ms += 1000
            self.recorder.release(self.s.now_ms)

    def rattles(self, ms, severity=WARNING):
        for _ in range(ms // 9000):
            self.says(RAISED, severity)
            self.waits(4000)
            self.says(CLEARED, severity)
            self.waits(5000)

    def told(self):
        return [(event["state"], event.get("times", 0)) for event in self.journal.events()]


def test_an_hour_of_rattling_is_few_records():
    for severity in (WARNING, ALARM):
        plug = Plug()
        plug.rattles(HOUR, severity)
        written = len(plug.told())
        assert written < (30 if severity == WARNING else 80), written
        assert plug.told()[:9] == [("raised", 0), ("cleared", 0)] * 4 + [("raised", 0)]
        assert plug.recorder.stands("belt_off"), "for the city it stands"
        plug.waits(10 * MINUTE)
        assert plug.told()[-1][0] == "cleared" and not plug.recorder.stands("belt_off")
        raises = sum([times or state == "updated" for state, times in plug.told()[9:]])
        assert raises == HOUR // 9000 - 5, "each raise is counted once"


def test_three_hours_of_rattling_without_a_signal_evict_no_sos():
    for severity in (WARNING, ALARM):
        kept = journal(Flash(128), 96 // 4, warning_sectors=64 // 4)
        plug = Plug(kept, Recorder(kept, 1))
        plug.recorder.event(Event("sos", ALARM, RAISED), plug.s)
        plug.rattles(3 * HOUR, severity)
        assert lost(kept) is None and seqs(kept, SOS)[0] == 1
        assert kept.backlog(SOS) + kept.backlog(form.WARNING) < 200


def test_every_occurrence_that_is_told_of_has_one_beginning_and_one_end():
    plug = Plug()
    plug.rattles(HOUR)
    plug.waits(20 * MINUTE)
    plug.rattles(MINUTE)
    plug.waits(20 * MINUTE)
    standing = None
    for event in plug.journal.events():
        if event["state"] == "raised":
            assert standing is None
            standing = event["occ"]
        assert event["occ"] == standing
        if event["state"] == "cleared":
            standing = None
    assert standing is None


def test_a_first_raise_is_told_at_once_however_much_went_before():
    plug = Plug()
    plug.rattles(HOUR)
    plug.waits(10 * MINUTE)
    before = len(plug.told())
    plug.says(RAISED)
    assert plug.told()[before:] == [("raised", 0)]


def test_what_is_raised_seldom_is_told_singly():
    plug = Plug()
    for _ in range(50):
        plug.says(RAISED)
        plug.says(CLEARED)
        plug.waits(3 * MINUTE)
    assert plug.told() == [("raised", 0), ("cleared", 0)] * 50


def test_changes_are_put_together_and_the_newest_arrives():
    for severity, minutes in ((WARNING, 5), (ALARM, 1)):
        plug = Plug()
        plug.says(RAISED, severity)
        for seat in range(1, 31):
            plug.waits(1000)
            plug.says(UPDATED, severity, seat)
        assert len(plug.told()) == 1 + 9
        plug.waits(minutes * MINUTE)
        assert plug.told()[-1] == ("updated", 21)
        assert plug.journal.events()[-1]["data"] == {"seats": [30]}
        plug.says(CLEARED, severity)
        assert plug.told()[-1][0] == "cleared", "an end is not a change"


def test_what_changes_all_day_is_put_together_all_day_and_what_calms_down_is_not():
    plug = Plug()
    plug.says(RAISED)
    for seat in range(HOUR // 10000):
        plug.waits(10000)
        plug.says(UPDATED, seat=seat)
    assert len(plug.told()) < 25
    plug.waits(30 * MINUTE)
    before = len(plug.told())
    for seat in range(5):
        plug.waits(MINUTE)
        plug.says(UPDATED, seat=seat)
    assert len(plug.told()) == before + 5


def test_a_warning_that_becomes_an_alarm_is_told_at_once():
    plug = Plug()
    plug.says(RAISED)
    for seat in range(1, 20):
        plug.says(UPDATED, WARNING, seat)
    before = len(plug.told())
    plug.says(UPDATED, ALARM)
    assert len(plug.told()) == before + 1
    assert plug.journal.events()[-1]["severity"] == "alarm"


def test_a_severity_that_goes_up_and_down_fills_no_lane():
    plug = Plug()
    plug.says(RAISED)
    for _ in range(HOUR // 10000):
        plug.says(UPDATED, ALARM)
        plug.waits(5000)
        plug.says(UPDATED)
        plug.waits(5000)
    assert len(plug.told()) < 75
    assert plug.journal.events()[1]["severity"] == "alarm"
    plug.says(UPDATED)
    plug.waits(10 * MINUTE)
    assert plug.journal.events()[-1]["severity"] == "warning", "the newest arrives"
    plug.says(UPDATED, ALARM)
    assert plug.journal.events()[-1]["severity"] == "alarm", "at once"


def test_others_are_not_held_back():
    plug = Plug()
    plug.rattles(HOUR)
    before = len(plug.told())
    plug.says(RAISED, subject="another plug")
    for _ in range(20):
        plug.recorder.event(Event("fault", WARNING, subject=None), plug.s)
        plug.recorder.event(Event("idling", INFO, RAISED), plug.s)
        plug.recorder.event(Event("idling", INFO, CLEARED), plug.s)
    assert len(plug.told()) == before + 61


def test_what_flaps_when_a_drill_ends_is_told_in_earnest_and_still_ends():
    plug = Plug(kind="door_open_moving")
    plug.s.trip.exercise = True
    plug.rattles(MINUTE)
    plug.s.trip.exercise = False
    plug.recorder.end_exercise(plug.s)
    last = plug.journal.events()[-1]
    assert last["state"] == "updated" and "exercise" not in last
    plug.waits(10 * MINUTE)
    assert plug.told()[-1][0] == "cleared" and not plug.recorder.stands("door_open_moving")


def test_many_subjects_are_counted_and_the_oldest_forgotten():
    plug = Plug()
    for number in range(100):
        for _ in range(4):
            plug.says(RAISED, subject=number)
            plug.says(CLEARED, subject=number)
        plug.waits(1000)
    assert len(plug.told()) == 800
    assert len(plug.recorder._flapping._counts) <= 32
