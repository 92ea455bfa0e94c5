"""Somebody who may publish commands a bus: each of these was obeyed when nobody had to sign.

The bus is the whole firmware in virtual time, because the attacks go on for hours. More of them:
tests/sim/stories/test_commands.py. That nobody but the station may publish on `cmd/` at all:
tests/station/broker.
"""

import json

import pytest

from sim.stories.story import Story
from station.policy.parts import Parts

LEFT = "child_left_behind"
DISABLED = [
    "overspeed", "door_open_moving", "emergency_door", "belt_off", "sos", "idling", "crash",
    "sensor_silent",
]  # fmt: skip
PACK = {"v": 1, "version": 7, "rules": {"disabled": DISABLED}}


@pytest.fixture
def bus():
    return Story()


def test_drill_and_service_renewed_every_50_minutes_silence_no_horn(bus):
    bus.drives(seats={3, 7}, speed_kmh=40)
    captured = bus.city.command("normal", ident="c")
    for minutes in (50, 1):
        for mode in ("drill", "service"):
            bus.hears_unsigned(mode)
            bus.hears_forged(mode)
            bus.hears_again(mode, captured)  # what the city signed was another command
        bus.waits(minutes=minutes)
    bus.presses_sos()
    bus.parks(seats={7})
    bus.waits(minutes=4)
    assert bus.horn_sounds
    for kind in ("sos", LEFT):
        (event,) = bus.told(kind)
        assert "exercise" not in event
    assert bus.told("drill") == bus.told("service_mode") == []
    assert {one["data"]["reason"] for one in bus.told("command_refused")} == {"form", "signature"}


@pytest.mark.parametrize("done", ["service", "drill"])
def test_a_right_command_is_handed_over_again_under_another_name(bus, done):
    """By the broker's operator, who breaks the connection while the bus verifies: what the bus has
    found out about `normal` says nothing of `service`."""
    peer = bus.rig.peer
    topic = "schoolbus/laemchabang/bus-01/cmd/"
    command = bus.city.command("normal")
    peer.publish(topic + "normal", command)
    bus.waits(seconds=0.12)
    bus.rig.network.reset()
    for session in peer.sessions.values():
        session.outgoing.clear()
    peer.publish(topic + done, command)
    bus.waits(seconds=20)
    (refused,) = bus.told("command_refused")
    assert (refused["data"]["reason"], refused["data"]["command"]) == ("signature", done)
    assert bus.told("drill") == bus.told("service_mode") == []


def test_a_policy_with_a_nonsense_signature_disables_no_rule(bus):
    """As it was sent then, the pack itself with its signature; and as it is sent now."""
    text = json.dumps({**PACK, "signature": "nonsense"})
    old = Parts(text)
    assert len(old) == 1
    topic = "schoolbus/laemchabang/bus-01/cmd/policy"
    bus.rig.peer.publish(topic, old.payload(1, "old").encode())
    bus.waits(seconds=5)
    assert b'"ok":false' in bus.rig.peer.city[-1][2]
    offer = bus.city.command("policy", old.offer, ident="n")
    signature = offer.index(b'"sig":"') + 7
    bus.hears_again("policy", offer[:signature] + b"A" * 86 + b'"}')
    bus.hears_again("part", old.payload(1, "new").encode())
    assert speeds(bus)


def test_the_same_policy_is_in_force_once_the_city_has_signed_it(bus):
    """Else the test above would prove nothing."""
    bus.receives_policy(PACK)
    assert not speeds(bus)


def speeds(bus):
    """Its events: a policy is in force once the bus is parked."""
    bus.parks()
    bus.waits(seconds=10)
    bus.drives(seats={3, 7}, speed_kmh=110, seconds=30)
    return bus.told("overspeed")
