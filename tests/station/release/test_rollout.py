"""The rules of a rollout: who comes when, what ends a stage, and what stops it all."""

import pytest
from releases import PUBLIC, release
from rolling import DIGEST, FLEET, RELEASE, SHORT, Fleet, status

from station.release import stages
from station.release.change import _take
from station.release.file import read
from station.release.fit import Known, fit
from station.release.hearing import Hearing
from station.release.stages import StageError

TWENTY = tuple(f"bus-{n:02}" for n in range(1, 21))


def updated(fleet, *buses):
    for bus in buses:
        fleet.changes(bus).looks().proves(bus)
    return fleet.looks()


def test_stage_after_stage_until_all_run_it():
    fleet = Fleet(["bus-07", "20%", "all"], TWENTY).looks()
    assert fleet.offered == ["bus-07"]
    updated(fleet, "bus-07").looks()
    assert fleet.lines == [("stage", "20 %")] and len(fleet.offered) == 3
    updated(fleet, *fleet.offered).looks()
    assert len(fleet.offered) == 16
    updated(fleet, *fleet.offered)
    assert (fleet.one.state, fleet.lines[-1]) == ("done", ("done", None))
    assert fleet.offered == [] and {row.result for row in fleet.one.rows.values()} == {"runs"}


def test_a_bus_on_trial_does_not_run_it_yet():
    fleet = Fleet(["bus-01", "all"]).looks().changes("bus-01").looks()
    assert (fleet.one.stage, fleet.result("bus-01"), fleet.offered) == (0, None, [])
    fleet.proves("bus-01").looks()
    assert (fleet.one.stage, fleet.result("bus-01")) == (1, "runs")


def test_the_order_of_a_share_is_settled_and_another_for_each_release():
    known = [Known(bus, None, status()) for bus in TWENTY]
    wished = [{"percent": 20}, {"percent": 50}, {"percent": 100}]

    def first(digest):
        plan = stages.plan(RELEASE, digest, wished, known, False)
        return [bus for bus, stage in plan.items() if stage == 0]

    assert first(DIGEST) == first(DIGEST) != first("e" * 64) and len(first(DIGEST)) == 4
    plan = stages.plan(RELEASE, DIGEST, wished, known, False)
    assert sorted(plan.values()) == [0] * 4 + [1] * 6 + [2] * 10
    plan = stages.plan(RELEASE, DIGEST, [{"percent": 1}], known, False)
    assert sorted(str(stage) for stage in plan.values()) == ["0"] + ["None"] * 19, "at least one"


def test_a_share_is_of_the_buses_that_can_take_it():
    known = [Known(bus, None, status() if n < 10 else None) for n, bus in enumerate(TWENTY)]
    plan = stages.plan(RELEASE, DIGEST, [{"percent": 50}], known, False)
    assert [plan[bus] for bus in TWENTY[10:]] == [None] * 10
    assert list(plan.values()).count(0) == 5


@pytest.mark.parametrize(
    ("wished", "why"),
    [
        ([], "1 to 20 stages"),
        (["bus-99"], "fleet lc has no bus bus-99"),
        (["bus-01", "bus-01,bus-02"], "bus-01 stands in the stages twice"),
        (["20%", "20%"], "larger than the one before"),
        (["0%"], "larger than the one before"),
        (["101%"], "up to 100 %"),
        (["all", "bus-01"], "Nothing can follow"),
        (["bus 1"], "'bus 1' is no stage: name buses"),
        (["20 percent"], "is no stage"),
    ],
)
def test_stages_that_make_no_sense_are_a_sentence(wished, why):
    with pytest.raises(StageError, match=why):
        stages.check([stages.parse(text) for text in wished], FLEET, Fleet(["all"]).known())


@pytest.mark.parametrize(
    ("told", "why"),
    [
        (None, "unknown"),
        ({"online": False}, "unknown"),
        ({"fw": "0.3.0", "boot": 1}, "old_firmware"),
        (status(board=None), "old_firmware"),
        (status(board="pico"), "no_board"),
        (status(mpython="1.27.3"), "no_mpython"),
        (status(mpython=None), "no_mpython"),
        (status(fw="0.10.0"), "newer_runs"),
        (status(fw="0.4.0"), None),
        (status(), None),
    ],
)
def test_which_bus_can_take_it(told, why):
    assert fit(RELEASE, told, False).why == why
    if why == "newer_runs":
        assert fit(RELEASE, told, True).why is None


def test_a_named_bus_that_cannot_take_it_is_no_proof():
    """Nobody has tried the release: the next stage does not begin by itself."""
    fleet = Fleet(["bus-01", "all"])
    fleet.status["bus-01"]["board"] = "pico"
    fleet.looks().passes(99_999).looks()
    assert (fleet.offered, fleet.one.stage) == ([], 0)
    _take(fleet.one, "next", (), fleet.now_ms)
    assert fleet.looks().offered == ["bus-02", "bus-03"]


def test_a_bus_that_comes_back_stops_it():
    fleet = Fleet(["bus-01,bus-02", "all"]).looks().changes("bus-01").looks()
    fleet.comes_back("bus-01").looks()
    assert (fleet.result("bus-01"), fleet.one.state) == ("returned", "stopped")
    assert fleet.lines == [("stopped", "bus-01 returned")]
    assert fleet.looks().offered == []
    fleet.happens("bus-01", "returned", why="not_sensing").looks()
    assert fleet.one.rows["bus-01"].why == "not_sensing"


@pytest.mark.parametrize("how", ["event", "fetch", "status"])
def test_it_came_back_although_no_status_with_the_new_code_ever_came(how):
    fleet = Fleet(["bus-01", "all"]).looks()
    fleet.tells("bus-01", "ready").passes(60)
    if how == "event":
        fleet.happens("bus-01", "returned", why="crashed")
    elif how == "fetch":
        fleet.tells("bus-01", "refused", "came_back", "It came back.")
    else:
        fleet.comes_back("bus-01")
    assert fleet.looks().one.state == "stopped" and fleet.result("bus-01") == "returned"


def test_more_than_the_share_and_not_as_many():
    fleet = Fleet(["all"], TWENTY).looks()
    for bus in TWENTY[:19]:
        fleet.changes(bus)
    fleet.looks().comes_back("bus-01").looks()
    assert fleet.one.state == "running"
    fleet.comes_back("bus-02").looks()
    assert fleet.one.state == "stopped", "2 of 19 are more than 10 %"
    fleet = Fleet(["all"], TWENTY).looks()
    for bus in TWENTY:
        fleet.changes(bus)
    fleet.looks().comes_back("bus-01").comes_back("bus-02").looks()
    assert fleet.one.state == "running", "2 of 20 are 10 %"


def test_a_silent_bus_stops_it_and_one_that_sleeps_is_not_silent():
    fleet = Fleet(["bus-01", "all"]).looks().changes("bus-01").looks()
    fleet.quiet_ms["bus-01"] = fleet.now_ms + 3_000_000  # it promised a word in 50 minutes
    fleet.passes(4_700).looks()
    assert fleet.one.state == "running"
    assert fleet.passes(101).looks().one.state == "stopped"
    assert fleet.result("bus-01") == "silent"
    fleet.hears("bus-01").proves("bus-01").passes(1).hears("bus-01").looks().looks()
    assert (fleet.result("bus-01"), fleet.one.state) == ("runs", "stopped")


def test_while_the_broker_is_away_no_bus_is_silent():
    fleet = Fleet(["bus-01", "all"]).looks().changes("bus-01").looks()
    fleet.passes(9_999).looks(is_deaf=True)
    assert fleet.one.state == "running"


def test_a_bus_that_was_only_offered_it_may_be_silent():
    fleet = Fleet(["bus-01", "all"]).looks().tells("bus-01", "fetching", have=0, need=9)
    assert fleet.passes(99_999).looks().one.state == "running"


def test_a_bus_that_only_waits_for_its_moment_may_be_silent():
    fleet = Fleet(["bus-01", "all"]).looks().tells("bus-01", "ready").passes(99_999).looks()
    assert (fleet.one.state, fleet.result("bus-01")) == ("running", None)
    fleet.happens("bus-01", "changing").looks().passes(1801).looks()
    assert (fleet.one.state, fleet.result("bus-01")) == ("stopped", "silent")


def test_a_broker_that_comes_and_goes_hides_no_silence():
    hearing = Hearing()
    for minute in range(60):
        for second in range(60):
            hearing.note(second >= 20, (60 * minute + second) * 1000)
    assert hearing.since(0) == 60 * 39_000, "a third of it was deaf"
    assert hearing.since(1_800_000) == 30 * 39_000
    assert hearing.since(3_599_000) == hearing.since(10**9) == 0


def test_time_in_which_the_station_did_not_run_is_not_heard():
    hearing = Hearing()
    hearing.note(True, 0)
    hearing.note(True, 1000)
    hearing.note(True, 2_400_000)  # its computer slept, or its clock stepped
    hearing.note(True, 2_401_000)
    assert hearing.since(0) == 2000


def test_what_a_silent_bus_said_last_does_not_make_it_run_the_release():
    fleet = Fleet(["bus-01", "all"]).looks().changes("bus-01").looks().proves("bus-01").looks()
    fleet.passes(1900).looks()
    silent = fleet.one.rows["bus-01"]
    assert silent.result == "silent"
    since_ms = silent.result_ms
    fleet.passes(60).looks(is_deaf=True)  # as after a restart of the station
    assert (silent.result, silent.result_ms) == ("silent", since_ms)


def test_a_stage_that_is_watched_for_a_day_watches_for_silence_as_long():
    fleet = Fleet(["bus-01", "all"])
    fleet.one.least_s = 86_400
    fleet.looks().changes("bus-01").looks().proves("bus-01")
    fleet.passes(3_900).hears("bus-01").looks().passes(1_900).looks()
    assert (fleet.result("bus-01"), fleet.one.state) == ("silent", "stopped")


def test_one_that_is_long_proven_may_be_silent_too():
    fleet = Fleet(["bus-01,bus-02", "all"]).looks().changes("bus-01").looks().proves("bus-01")
    fleet.passes(3_700).hears("bus-01").looks().passes(9_999).looks()
    assert (fleet.result("bus-01"), fleet.one.state) == ("runs", "running")


def test_resumed_after_a_stop_those_that_came_back_count_no_more():
    fleet = Fleet(["bus-01", "all"]).looks().changes("bus-01").looks().comes_back("bus-01").looks()
    _take(fleet.one, "resume", (), fleet.now_ms)
    assert fleet.looks().one.state == "running" and fleet.offered == []
    _take(fleet.one, "next", (), fleet.now_ms)
    assert fleet.looks().offered == ["bus-02", "bus-03"]
    fleet.changes("bus-02").looks().comes_back("bus-02").looks()
    assert fleet.one.state == "stopped"


def test_again_for_one_that_came_back():
    fleet = Fleet(["bus-01", "all"]).looks().changes("bus-01").looks().comes_back("bus-01").looks()
    fleet.happens("bus-01", "returned", why="crashed").looks().passes(60)
    _take(fleet.one, "resume", ("bus-01",), fleet.now_ms)
    assert fleet.looks().offered == ["bus-01"] and fleet.one.rows["bus-01"].again
    assert fleet.looks().one.state == "running", "what was before the offer counts no more"
    fleet.changes("bus-01").looks().proves("bus-01").looks()
    assert (fleet.result("bus-01"), fleet.one.stage) == ("runs", 1)


def test_paused_nothing_is_offered_and_what_is_under_way_is_followed():
    fleet = Fleet(["bus-01,bus-02", "all"]).looks()
    _take(fleet.one, "pause", (), fleet.now_ms)
    assert fleet.looks().offered == []
    fleet.changes("bus-01").looks().comes_back("bus-01").looks()
    assert fleet.one.state == "stopped"


def test_refused_for_good_and_for_now():
    fleet = Fleet(["all"]).looks()
    fleet.tells("bus-01", "refused", "other_board", "It is for another board.").looks()
    assert fleet.result("bus-01") == "refused" and "bus-01" not in fleet.offered
    assert fleet.one.rows["bus-01"].message == "It is for another board."
    for _ in range(9):
        fleet.tells("bus-02", "refused", "unproven", "Not yet.").looks()
        assert fleet.result("bus-02") is None and "bus-02" in fleet.offered
    for result in (None, None, "refused"):  # pieces are not signed: it may be another's doing
        fleet.tells("bus-03", "refused", "damaged", "It is damaged.")
        assert fleet.result("bus-03") == result
        fleet.looks()
    assert fleet.one.state == "running", "who took nothing stops nothing"


def test_a_virtual_board_is_offered_the_set_of_its_own_kind():
    """It has the name of a real one; only the bus knows what it loads."""
    both = read(release(boards={"x64": ["devkit_wrover"], "xtensawin": ["devkit_wrover"]}), "it",
                [PUBLIC])  # fmt: skip
    fleet = Fleet(["all"], ("bus-01",), release=both).looks()
    row = fleet.one.rows["bus-01"]
    assert row.offer == both.sets["xtensawin"].ident
    fleet.tells("bus-01", "refused", "other_set", "It is for xtensawin.").looks()
    assert (row.offer, row.result) == (both.sets["x64"].ident, None)
    fleet.tells("bus-01", "fetching", have=1, need=2).looks()
    assert row.offer == both.sets["x64"].ident
    fleet.status["bus-01"] = status(boot=18, release=both.sets["x64"].short, fw="0.4.0")
    assert fleet.looks().result("bus-01") == "runs"
    fleet = Fleet(["all"], ("bus-01",), release=both).looks()
    for _ in range(2):
        fleet.tells("bus-01", "refused", "other_set", "It is for another.").looks()
    assert fleet.result("bus-01") == "refused"


def test_came_back_from_an_earlier_attempt_is_a_refusal():
    fleet = Fleet(["bus-01", "all"]).looks().tells("bus-01", "refused", "came_back", "Once.")
    assert (fleet.looks().result("bus-01"), fleet.one.state) == ("refused", "running")


def test_a_stage_is_watched_before_the_next_begins():
    fleet = Fleet(["bus-01,bus-02", "all"], least_s=86_400).looks()
    updated(fleet, "bus-01").passes(50_000).hears()
    updated(fleet, "bus-02").passes(86_000).hears().looks()
    assert fleet.one.stage == 0, "a day from when the last one began to run it"
    assert fleet.passes(400).hears().looks().one.stage == 1
    updated(fleet, "bus-03").looks()
    assert fleet.one.state == "done", "nothing comes after the last"


def test_what_becomes_of_a_bus_later_is_shown():
    fleet = Fleet(["all"], ("bus-01",)).looks()
    updated(fleet, "bus-01")
    assert fleet.one.state == "done"
    fleet.comes_back("bus-01").looks()
    assert (fleet.result("bus-01"), fleet.one.state) == ("returned", "done")


@pytest.mark.parametrize("how", ["power", "persons", "never"])
def test_a_changeover_that_does_not_happen_says_nothing_of_the_release(how):
    fleet = Fleet(["bus-01", "all"]).looks().tells("bus-01", "ready").passes(60)
    fleet.happens("bus-01", "changing").looks()
    assert fleet.one.rows["bus-01"].took_ms is not None
    if how == "power":
        fleet.status["bus-01"] = status(boot=18)
    elif how == "persons":
        fleet.passes(1).tells("bus-01", "ready", "persons")
    else:
        fleet.quiet_ms["bus-01"] = fleet.now_ms + 200_000_000
        fleet.passes(86_500)
    for _ in range(3):
        fleet.looks()
    row = fleet.one.rows["bus-01"]
    assert (row.result, row.took_ms, fleet.one.state) == (None, None, "running")
    assert fleet.offered == ["bus-01"], "offered again"
    fleet.tells("bus-01", "ready").passes(60).happens("bus-01", "changing").looks()
    fleet.changes("bus-01").looks().proves("bus-01").looks()
    assert (fleet.result("bus-01"), fleet.one.stage) == ("runs", 1)


def test_an_old_return_counts_once():
    """The bus was mended by cable, with the same release."""
    fleet = Fleet(["bus-01", "all"]).looks().changes("bus-01").looks()
    fleet.happens("bus-01", "returned", why="crashed").comes_back("bus-01").looks()
    fleet.changes("bus-01").looks().looks()
    assert fleet.result("bus-01") is None, "on trial"
    fleet.proves("bus-01")
    assert [fleet.looks().result("bus-01") for _ in range(3)] == ["runs"] * 3


def test_other_code_by_cable_during_the_trial_is_no_return():
    fleet = Fleet(["bus-01", "all"]).looks().changes("bus-01").looks()
    fleet.status["bus-01"] = status(boot=30)
    assert (fleet.looks().result("bus-01"), fleet.one.state) == ("left", "running")
    fleet.happens("bus-01", "returned", why="hung").looks()
    assert (fleet.result("bus-01"), fleet.one.state) == ("returned", "stopped"), "it was one"


@pytest.mark.parametrize(
    ("serial", "epoch", "boot", "is_another"),
    [("b", "00000002", 99, True), ("a", "00000002", 1, True), ("a", "00000002", 99, False),
     ("b", "00000001", 99, False)],
)  # fmt: skip
def test_a_new_board_begins_anew(serial, epoch, boot, is_another):
    fleet = Fleet(["bus-01", "all"])
    fleet.status["bus-01"]["epoch"], fleet.serial["bus-01"] = "00000001", "a"
    updated(fleet.looks(), "bus-01")
    assert fleet.result("bus-01") == "runs"
    fleet.status["bus-01"], fleet.serial["bus-01"] = status(boot=boot, epoch=epoch), serial
    fleet.looks()
    expected = (None, True) if is_another else ("left", False)
    assert (fleet.result("bus-01"), "bus-01" in fleet.offered) == expected


def test_a_stage_moves_on_after_a_set_wait_if_a_bus_runs_it():
    fleet = Fleet(["bus-01,bus-02", "all"], wait_s=3600).looks().passes(3601).looks()
    assert fleet.one.stage == 0, "no bus runs it"
    updated(fleet, "bus-01")
    assert fleet.looks().one.stage == 1


def test_a_proven_bus_that_gets_other_code_by_cable_has_not_come_back():
    fleet = Fleet(["bus-01", "all"]).looks()
    updated(fleet, "bus-01")
    fleet.status["bus-01"] = status(boot=30)
    assert (fleet.looks().result("bus-01"), fleet.one.state) == ("left", "running")
    fleet = Fleet(["bus-01", "all"]).looks()
    updated(fleet, "bus-01").comes_back("bus-01")
    assert (fleet.looks().result("bus-01"), fleet.one.state) == ("returned", "stopped")


def test_an_old_status_says_nothing():
    """After a restart, the station may know one from before the change."""
    fleet = Fleet(["bus-01", "all"]).looks()
    updated(fleet, "bus-01")
    fleet.status["bus-01"] = status()
    assert fleet.looks().result("bus-01") == "runs"


def test_a_bus_that_had_it_before_is_not_one_that_took_it():
    fleet = Fleet(["bus-01", "all"])
    fleet.status["bus-01"] = status(release=SHORT, fw="0.4.0")
    fleet.looks()
    assert fleet.result("bus-01") == "runs" and fleet.one.rows["bus-01"].took_ms is None


def test_a_downgrade_is_offered_if_it_is_meant():
    old = read(release("0.2.0"), "it", [PUBLIC])
    assert Fleet(["all"], release=old).looks().offered == []
    assert len(Fleet(["all"], release=old, downgrade=True).looks().offered) == 3
