"""The account has to notice whatever the city has that it should not, or has not."""

import base64
import hmac
import json

import pytest

from sim.bus.identities import identity_for
from sim.bus.rig import Rig, config_for
from sim.stories.story import Story
from sim.world.world import World


@pytest.fixture(scope="module")
def rig():
    """A bus that has told a few events and positions, all delivered."""
    bus = Story()
    bus.drives(speed_kmh=95, seats={3}, seconds=100)
    bus.parks(seats={3})
    bus.waits(minutes=3)
    bus.rig.drain()
    bus.rig.check()
    assert bus.rig.missing() == 0
    return bus.rig


def numbers(rig, name):
    """Where in the city's list the messages of a topic are."""
    return [at for at, heard in enumerate(rig.peer.city) if heard[1].endswith("/" + name)]


def changed(rig, at, change, seals=True):
    """seals: with the bus's own key; else the seal stays what it was."""
    city = list(rig.peer.city)
    at_ms, topic, payload = city[at]
    message = json.loads(payload)
    change(message)
    text = json.dumps(message, separators=(",", ":")).encode()
    if seals:
        text = text[:-21]
        mac = hmac.digest(rig.vehicle.mac_key, topic.encode() + b"\n" + text, "sha256")[:8]
        text += b',"mac":"' + base64.b64encode(mac)[:11] + b'"}'
    city[at] = (at_ms, topic, text)
    return city


def test_a_record_that_is_not_there_is_missing(rig):
    for name in ("event", "track"):
        city = list(rig.peer.city)
        gone = json.loads(city.pop(numbers(rig, name)[0])[2])
        assert rig.account.missing(city) == gone.get("n", 1)


def test_a_repeat_is_counted_and_forgiven(rig):
    city = rig.peer.city + [rig.peer.city[numbers(rig, "event")[0]]]
    rig.account.check(city)
    assert rig.account.repeats(city) == 1
    assert len(rig.account.events(city)) == len(rig.heard())


def test_a_changed_event_is_noticed(rig):
    city = changed(rig, numbers(rig, "event")[2], lambda m: m.update(severity="info", occ=1))
    with pytest.raises(AssertionError, match="changed on its way"):
        rig.account.check(city)


def other_heading(rows):
    """Of the last row."""
    data = bytearray(base64.b64decode(rows))
    data[-1] ^= 1
    return base64.b64encode(data).decode()


def test_a_changed_position_is_noticed(rig):
    for change in (
        lambda m: m.update(t=m["t"] + 1),
        lambda m: m.update(lat=m["lat"] + 10),
        lambda m: m.update(lon=m["lon"] - 10),
        lambda m: m.update(d=other_heading(m["d"])),
    ):
        city = changed(rig, numbers(rig, "track")[-1], change)
        with pytest.raises(AssertionError, match="changed on its way"):
            rig.account.check(city)


def test_a_record_that_nobody_appended_is_noticed(rig):
    city = changed(rig, numbers(rig, "event")[-1], lambda m: m.update(seq=99_999))
    with pytest.raises(AssertionError, match="never appended"):
        rig.account.check(city)


def test_disorder_within_a_lane_is_noticed(rig):
    city = list(rig.peer.city)
    alarms = [at for at in numbers(rig, "event") if b'"severity":"info"' not in city[at][2]]
    first, second = alarms[:2]
    city[first], city[second] = city[second], city[first]
    with pytest.raises(AssertionError, match="out of order"):
        rig.account.check(city)


def test_a_bus_with_an_identity_seals_all_and_the_account_checks_each_seal():
    world = World()
    config = config_for(world)
    rig = Rig(world, config, identity=identity_for(config))
    rig.run_for(30_000)
    rig.power_cut()
    rig.power_on()
    rig.run_for(30_000)
    rig.drain()
    rig.check()
    names = {topic.rsplit("/", 1)[1] for _, topic, _ in rig.peer.city}
    assert names >= {"status", "state", "event"} and rig.missing() == 0
    assert {
        json.loads(heard[2])["boot"] for heard in rig.peer.city if '"online":false' in str(heard)
    } == {1}
    city = changed(rig, numbers(rig, "event")[0], lambda m: m.update(kind="sos"), seals=False)
    with pytest.raises(AssertionError, match="event"):
        rig.account.check(city)
    at = numbers(rig, "state")[0]
    with pytest.raises(AssertionError, match="state"):
        rig.account.check(changed(rig, at, lambda m: m.pop("mac"), seals=False))
