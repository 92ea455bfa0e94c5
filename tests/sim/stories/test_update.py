"""Another release comes over the air: it takes over in a quiet moment, or the old one is back."""

import json

import pytest

from sim.bus import releases
from sim.bus.releases import PARTS
from sim.stories import scenarios_update as scenarios
from sim.stories.story import Story

HEARD = [
    (scenarios.update_at_night, []),
    (scenarios.bad_update, ["started", "fault", "update"]),
    (scenarios.blind_update, ["sensor_silent", "started", "update"]),
    (scenarios.deaf_update, ["started", "update"]),
    (scenarios.hung_update, ["started", "update"]),
    (scenarios.update_cut_off, []),
    (scenarios.alarm_while_fetching, ["sos"]),
]
RUNS = {"update_at_night": "1.1.0", "update_cut_off": "1.1.0"}
RETURNED = {
    "bad_update": "crashed", "blind_update": "not_sensing", "deaf_update": "no_broker",
    "hung_update": "hung",
}  # fmt: skip


def updates(bus):
    return [event["data"]["what"] for event in bus.told("update")]


def states(bus):
    found = [(said["state"], said.get("why")) for said in bus.fetched]
    return [one for one, before in zip(found, [None, *found], strict=False) if one != before]


def statuses(bus):
    return [json.loads(text) for _, topic, text in bus.rig.peer.city if topic.endswith("/status")]


@pytest.mark.parametrize(("tell", "kinds"), HEARD, ids=lambda value: getattr(value, "__name__", ""))
def test_the_city_hears(tell, kinds):
    bus = Story()
    tell(bus)
    bus.rig.drain()
    bus.rig.check()
    assert bus.rig.missing() == 0
    heard = bus.city_heard("alarm", "warning")
    assert [
        kind for kind, before in zip(heard, ["", *heard], strict=False) if kind != before
    ] == kinds
    assert bus.release == RUNS.get(tell.__name__, "1.0.0")
    why = RETURNED.get(tell.__name__)
    assert [event["data"]["why"] for event in bus.told("update")[3:4] if why] == [why] * bool(why)
    assert statuses(bus)[-1]["fw"] == bus.release
    assert statuses(bus)[-1]["start"] == ("previous" if why else "normal")


def test_it_fetches_while_it_drives_and_changes_over_parked_and_checked():
    bus = Story()
    bus.runs_release("1.0.0")
    bus.drives(seats={3, 7}, seconds=10)
    bus.is_offered("1.1.0")
    bus.waits(minutes=1)
    assert states(bus)[-2:] == [("checking", None), ("ready", "driving")]
    assert bus.release == "1.0.0" and updates(bus) == ["taken", "ready"]
    bus.parks(seats={7}, check=False)
    bus.waits(minutes=1)
    assert bus.release == "1.0.0", "a child is on board"
    bus.opens_door()
    bus.leaves(7)
    bus.closes_door()
    bus.presses_check_button()
    bus.waits(minutes=1)
    assert bus.release == "1.1.0" and statuses(bus)[-1]["trial"] is True
    bus.waits(minutes=6)
    assert updates(bus)[-2:] == ["changing", "proven"]
    assert "trial" not in statuses(bus)[-1]
    assert statuses(bus)[-1]["release"] == releases.release_id(releases.image("1.1.0"))[:16]
    assert bus.told("started")[-1]["data"]["fw"] == "1.1.0"


def test_only_what_differs_comes_over_the_air():
    bus = Story()
    bus.runs_release("1.0.0")
    bus.is_offered("1.1.0")
    bus.waits(minutes=1)
    files = releases.image("1.1.0")
    need = max(said.get("need", 0) for said in bus.fetched)
    assert need < sum(map(len, files.values())) / 2
    slot = {name: bus.rig.vehicle.files.content[f"b/{name}"] for name in list(files)[1:]}
    assert slot == {name: files[name] for name in slot}


def test_a_cut_in_the_middle_costs_little():
    bus = Story()
    bus.runs_release("1.0.0")
    bus.drives(seats={3}, seconds=10)
    bus.is_offered("1.1.0", changed=PARTS)
    bus.waits(seconds=8)
    assert 5 < bus.fetches < 40, "it is in the middle"
    bus.cuts_power()
    bus.waits(seconds=20)
    bus.restores_power()
    bus.waits(minutes=3)
    assert states(bus)[-1] == ("ready", "driving")
    pieces = {said["at"] for said in bus.fetched if said["state"] == "fetching"}
    assert bus.fetches - len(pieces) <= 8, "at most 4 KB are asked for again"


def sos_ms(offers):
    """From the button to the broker, in ms of the world."""
    bus = Story()
    bus.runs_release("1.0.0")
    bus.drives(seats={3}, seconds=10)
    if offers:
        bus.is_offered("1.1.0", changed=PARTS)
        bus.waits(seconds=5)
    before = bus.rig.now_ms
    bus.presses_sos()
    bus.waits(seconds=10)
    city = bus.rig.peer.city
    heard = next(
        at for at, topic, text in city
        if at >= before and topic.endswith("/event") and b'"kind":"sos"' in text
    )  # fmt: skip
    if offers:
        asked = [at for at, topic, _ in city if topic.endswith("/fetch")]
        assert min(asked) < before < max(asked) and len(asked) < 40, "it is in the middle"
        assert max(asked) <= heard + 200, "and it waits while the alarm stands"
    return heard - before


def test_an_alarm_while_an_update_is_fetched_is_not_delayed():
    assert abs(sos_ms(offers=True) - sos_ms(offers=False)) <= 100, "one tick"


def test_a_release_that_came_back_is_refused_unless_it_is_meant():
    bus = Story()
    scenarios.bad_update(bus)
    bus.is_offered("1.1.0")
    bus.waits(minutes=1)
    assert states(bus)[-1] == ("refused", "came_back")
    bus.rig.vehicle.starting.bad.clear()
    bus.is_offered("1.1.0", again=True)
    bus.waits(minutes=8)
    assert bus.release == "1.1.0"


def test_a_release_of_another_key_is_refused():
    bus = Story()
    bus.runs_release("1.0.0")
    bus.rig.vehicle.files.content["release.pub"] = releases.public(2).encode()
    bus.is_offered("1.1.0")
    bus.waits(minutes=1)
    assert states(bus)[-1] == ("refused", "unsigned")
    assert bus.release == "1.0.0" and not bus.told("started")
