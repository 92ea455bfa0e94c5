"""Events get their occurrence number and their lane; what the flash refuses is tried again."""

from parts import snapshot
from recording import recording

from firmware.event import ALARM, CLEARED, INFO, RAISED, UPDATED, WARNING, Event
from firmware.journal.losses import Loss


def test_all_of_one_occurrence_share_the_number_of_its_first_record():
    journal, recorder = recording()
    s = snapshot()
    for state in (RAISED, UPDATED, CLEARED, RAISED):
        recorder.event(Event("belt_off", WARNING, state), s)
    assert [event["occ"] for event in journal.events()] == [412, 412, 412, 415]


def test_subjects_are_occurrences_of_their_own():
    journal, recorder = recording()
    s = snapshot()
    for door in ("front", "emergency"):
        recorder.event(Event("door_open_moving", ALARM, RAISED, subject=door), s)
    recorder.event(Event("door_open_moving", ALARM, CLEARED, subject="front"), s)
    assert [event["occ"] for event in journal.events()] == [412, 413, 412]
    assert recorder.active() == ["door_open_moving"]
    recorder.event(Event("door_open_moving", ALARM, CLEARED, subject="emergency"), s)
    assert recorder.active() == []


def test_what_only_happens_is_never_active():
    _, recorder = recording()
    recorder.event(Event("trip_started", INFO, subject=None), snapshot())
    recorder.event(Event("fault", WARNING, subject=None), snapshot())
    assert recorder.active() == []


def test_an_alarm_stands_beside_what_is_only_a_warning():
    _, recorder = recording()
    s = snapshot()
    assert not recorder.has_alarm
    recorder.event(Event("belt_off", WARNING, RAISED), s)
    assert not recorder.has_alarm
    recorder.event(Event("sos", ALARM, RAISED), s)
    assert recorder.has_alarm
    recorder.event(Event("sos", ALARM, CLEARED), s)
    assert not recorder.has_alarm


def test_each_severity_has_its_lane():
    journal, recorder = recording()
    for severity in (INFO, WARNING, ALARM):
        recorder.event(Event("kind", severity, subject=None), snapshot())
    assert [lane for _, lane, _, _ in journal.records] == [2, 1, 0]


def test_the_end_of_an_alarm_stands_where_it_was_raised():
    journal, recorder = recording()
    s = snapshot()
    for severity, state in ((ALARM, RAISED), (WARNING, UPDATED), (INFO, CLEARED)):
        recorder.event(Event("crash", severity, state), s)
    for severity, state in ((WARNING, RAISED), (ALARM, UPDATED), (WARNING, CLEARED)):
        recorder.event(Event("supply", severity, state), s)
    assert [lane for _, lane, _, _ in journal.records] == [0, 0, 0, 1, 0, 0]


def test_what_the_flash_refuses_is_kept_in_order_and_written_later():
    journal, recorder = recording()
    s = snapshot()
    journal.refuses = True
    recorder.event(Event("a", ALARM), s)
    recorder.event(Event("b", ALARM), s)
    assert recorder.failed
    assert journal.records == []
    recorder.event(Event("a", ALARM, CLEARED), s)
    journal.refuses = False
    recorder.flush()
    assert not recorder.failed
    told = [(event["kind"], event["state"], event["occ"]) for event in journal.events()]
    first = 412 + 3  # a refused append uses its number up
    assert told == [("a", "raised", first), ("b", "raised", first + 1), ("a", "cleared", first)]


def test_a_warning_that_becomes_an_alarm_takes_what_waits_of_it_along():
    journal, recorder = recording()
    s = snapshot()
    journal.refuses_lanes = (1,)
    recorder.event(Event("supply", WARNING, RAISED), s)
    recorder.event(Event("heat", WARNING, RAISED), s)
    recorder.event(Event("supply", WARNING, UPDATED), s)
    assert journal.events() == []
    recorder.event(Event("supply", ALARM, UPDATED), s)
    recorder.event(Event("supply", ALARM, CLEARED), s)
    recorder.event(Event("sos", ALARM, RAISED), s)
    told = [(event["kind"], event["state"]) for event in journal.events()]
    supply = [("supply", "raised"), ("supply", "updated"), ("supply", "updated")]
    assert told == supply + [("supply", "cleared"), ("sos", "raised")]
    journal.refuses_lanes = ()
    recorder.flush()
    assert [event["kind"] for event in journal.events()[5:]] == ["heat"]


def test_what_may_stand_unread_in_its_lane_is_tried_there_again():
    journal, recorder = recording()
    s = snapshot()
    journal.refuses_lanes = (1,)
    recorder.event(Event("supply", WARNING, RAISED), s)
    journal.is_in_doubt = True
    recorder.event(Event("supply", ALARM, UPDATED), s)
    journal.is_in_doubt, journal.refuses_lanes = False, ()
    recorder.flush()
    assert [lane for _, lane, _, _ in journal.records] == [1, 0]


def test_what_matters_least_makes_room():
    journal, recorder = recording()
    s = snapshot()
    journal.refuses = True
    recorder.event(Event("sos", ALARM, RAISED), s)
    recorder.event(Event("sos", ALARM, CLEARED), s)
    recorder.event(Event("supply", WARNING, subject=None), s)
    for number in range(100):
        recorder.event(Event("kind%d" % number, INFO, subject=None), s)
    journal.refuses = False
    recorder.flush()
    kinds = [event["kind"] for event in journal.events()]
    assert kinds[:3] == ["sos", "sos", "supply"] and kinds[3:] == [
        "kind%d" % number for number in range(71, 100)
    ]


def test_a_flash_that_stays_dead_costs_the_oldest_and_no_more_memory():
    journal, recorder = recording()
    journal.refuses = True
    for number in range(100):
        recorder.event(Event("kind%d" % number, ALARM, subject=None), snapshot())
    journal.refuses = False
    recorder.flush()
    kinds = [event["kind"] for event in journal.events()]
    assert kinds == ["kind%d" % number for number in range(68, 100)]


def test_a_position_is_a_record_of_the_track_lane():
    journal, recorder = recording()
    recorder.position((1795306323, 130827000, 1008833000, 11528, 183))
    assert [(lane, kind, len(body)) for _, lane, kind, body in journal.records] == [(2, 2, 16)]
    journal.refuses = True
    recorder.position((1795306323, 130827000, 1008833000, 11528, 183))
    assert recorder.failed


def marked(journal):
    return [(event["state"], event.get("exercise", False)) for event in journal.events()]


def test_what_begins_in_a_drill_is_an_exercise_until_it_is_cleared():
    journal, recorder = recording()
    drill, real = snapshot(exercise=True), snapshot()
    for state, s in ((RAISED, drill), (UPDATED, drill), (CLEARED, real), (RAISED, real)):
        recorder.event(Event("sos", ALARM, state), s)
    assert marked(journal) == [
        (RAISED, True),
        (UPDATED, True),
        (CLEARED, True),
        (RAISED, False),
    ]


def test_what_began_before_a_drill_stays_real():
    journal, recorder = recording()
    recorder.event(Event("sos", ALARM, RAISED), snapshot())
    recorder.event(Event("sos", ALARM, UPDATED), snapshot(exercise=True))
    assert marked(journal) == [(RAISED, False), (UPDATED, False)]


def test_what_is_not_drilled_is_real_in_a_drill_too():
    journal, recorder = recording()
    s = snapshot(exercise=True)
    for kind in ("child_left_behind", "heat", "parked_movement", "check_button_missed", "supply"):
        recorder.event(Event(kind, ALARM, RAISED), s)
    recorder.event(Event("fault", WARNING, subject=None), s)
    assert marked(journal) == [(RAISED, False)] * 6
    recorder.end_exercise(snapshot())
    assert len(journal.events()) == 6


def test_what_outlasts_a_drill_was_none_and_is_told_once_more():
    journal, recorder = recording()
    s = snapshot(exercise=True)
    recorder.event(Event("sos", ALARM, RAISED), snapshot())
    recorder.event(Event("emergency_door", ALARM, RAISED, (("seats", [7]),), (("a", 1),)), s)
    recorder.event(Event("fault", WARNING, subject=None), s)
    for _ in range(2):
        recorder.end_exercise(snapshot())
    last = journal.events()[3:]
    assert [(e["kind"], e["state"], e["occ"], e["data"], e["why"]) for e in last] == [
        ("emergency_door", UPDATED, 413, {"seats": [7]}, {"a": 1})
    ]
    assert "exercise" not in last[0]
    recorder.event(Event("emergency_door", ALARM, CLEARED), snapshot())
    assert marked(journal)[-1] == (CLEARED, False)
    assert recorder.active() == ["sos"]


def test_what_outlasts_a_drill_is_told_anew_as_it_was_last_each_with_its_own_subject():
    journal, recorder = recording()
    s = snapshot(exercise=True)
    for door, severity in (("front", WARNING), ("emergency", ALARM)):
        for state in (RAISED, UPDATED):
            data, why = (("door", door), ("seats", [7])), (("limit_kmh", 5), ("state", state))
            recorder.event(Event("door_open_moving", severity, state, data, why, door), s)
    recorder.event(Event("idling", INFO, RAISED, (("minutes", 5),), (), "engine"), s)
    before = journal.events()
    recorder.end_exercise(snapshot())
    again = journal.events()[len(before) :]
    assert len(again) == 2, "what is no exercise is not told anew"
    for index in range(2):
        event, first, last = again[index], before[2 * index], before[2 * index + 1]
        assert event["state"] == UPDATED and event["occ"] == first["occ"] == last["occ"]
        assert (event["data"], event["why"]) == (last["data"], last["why"])
        assert event["severity"] == last["severity"]
        assert "exercise" not in event and last["exercise"]
    for door in ("front", "emergency"):
        recorder.event(Event("door_open_moving", WARNING, CLEARED, subject=door), snapshot())
    assert recorder.active() == ["idling"]


def test_it_is_calm_when_nothing_stands_and_nothing_waits_for_the_flash():
    journal, recorder = recording()
    s = snapshot()
    assert recorder.is_calm and not recorder.failed
    recorder.event(Event("belt_off", WARNING), s)
    assert not recorder.is_calm and recorder.stands("belt_off") and not recorder.stands("sos")
    journal.refuses = True
    recorder.event(Event("belt_off", WARNING, CLEARED), s)
    assert not recorder.is_calm and not recorder.stands("belt_off"), "its end still waits"
    journal.refuses = False
    recorder.flush()
    assert recorder.is_calm


def test_a_lane_that_refuses_for_ever_stops_no_announcement_and_no_rest():
    journal, recorder = recording()
    journal.lost = [Loss(2, 1, 63, 63, True)]
    journal.refuses_lanes = (2,)
    recorder.event(Event("started", INFO, subject=None), snapshot())
    notices = []
    recorder.report_losses(notices)
    for event in notices:
        recorder.event(event, snapshot())
    assert [event["kind"] for event in journal.events()] == ["records_lost"]
    assert recorder.failed and recorder.is_calm


def test_a_loss_is_announced_once_while_its_announcement_waits():
    journal, recorder = recording()
    journal.lost = [Loss(2, 1, 63, 63, True), Loss(0, 64, 70, 7, True)]
    journal.refuses_lanes = (1,)
    for _ in range(3):
        notices = []
        recorder.report_losses(notices)
        for event in notices:
            recorder.event(event, snapshot())
    journal.refuses_lanes = ()
    recorder.flush()
    assert [event["data"]["first"] for event in journal.events()] == [1]


def test_the_endings_of_a_kind_are_of_all_that_stands_of_it():
    _, recorder = recording()
    s = snapshot()
    for subject in ("front", "emergency"):
        recorder.event(Event("door", ALARM, data=(("door", subject),), subject=subject), s)
    recorder.event(Event("sos", ALARM), s)
    ends = recorder.endings("door")
    assert sorted((end.subject, dict(end.data)["door"]) for end in ends) == [
        ("emergency", "emergency"),
        ("front", "front"),
    ]
    for end in ends:
        assert (end.state, end.severity, dict(end.why)) == (CLEARED, ALARM, {"broke": True})
        recorder.event(end, s)
    assert recorder.active() == ["sos"]


def test_no_position_comes_before_what_may_stand_unread():
    journal, recorder = recording()
    journal.is_in_doubt = True
    recorder.position((1795306323, 130827000, 1008833000, 11528, 183))
    assert recorder.failed and journal.records == []
