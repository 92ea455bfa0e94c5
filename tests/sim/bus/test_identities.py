"""A bus and the identity.json on its board: its own, another bus's, a broken one, none."""

import json

import pytest

from sim.bus import identities
from sim.bus.identities import identity_for
from sim.bus.rig import Rig, config_for
from sim.world.world import World

FLEET, BUS = "laemchabang", "bus-01"


def started_with(content):
    """A bus that has run half a minute with this file on its board."""
    rig = Rig()
    rig.power_cut()
    rig.vehicle.files.content["identity.json"] = content
    rig.power_on()
    rig.run_for(30_000)
    return rig


def faults(rig):
    return [event["data"]["text"] for event in rig.heard() if event["kind"] == "fault"]


def test_the_identity_on_the_board_is_used():
    given = identities.fields(FLEET, BUS)
    rig = started_with(json.dumps(given).encode())
    assert not faults(rig)
    assert rig.vehicle.mac_key == bytes.fromhex(given["mac_key"])
    status = json.loads(rig.peer.retained[f"schoolbus/{FLEET}/{BUS}/status"])
    assert list(status)[-2:] == ["tls", "mac"] and status["tls"] is False
    assert set(rig.peer.sessions) == {given["client_id"]}


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (json.dumps(identities.fields(FLEET, "bus-02")).encode(),
         "identity.json is of laemchabang/bus-02, but bus.json says laemchabang/bus-01: "
         "this bus does not use it."),
        (b'{"v":1', "identity.json is not valid JSON: line 1, column 7: the text ends too early."),
        (json.dumps(identities.fields(FLEET, BUS, mac_key="12")).encode(),
         "identity.json: mac_key has to be 64 hex digits."),
    ],
)  # fmt: skip
def test_a_wrong_one_is_a_fault_and_the_bus_goes_on_without_it(content, says):
    rig = started_with(content)
    assert faults(rig) == [says]
    assert set(rig.peer.sessions) == {f"{FLEET}-{BUS}"}
    rig.check()  # nothing is sealed
    rig.world.ignition = True
    rig.world.sos_pressed = True
    rig.run_for(10_000)
    assert rig.bus.snapshot.vehicle.ignition is True


def test_without_an_identity_a_bus_never_speaks_to_a_broker_in_tls():
    config = config_for(World())
    config["broker"]["tls"] = True
    rig = Rig(config=config)
    rig.run_for(30_000)
    assert rig.bus.uplink.failure == "TLS needs an identity: make enrol writes identity.json."
    assert not rig.peer.connects and rig.network.bytes_up == 0
    assert rig.bus.snapshot.seats.unknown == [], "it goes on sensing"


def test_with_its_identity_it_does_and_the_status_says_nothing_of_tls():
    config = config_for(World())
    config["broker"]["tls"] = True
    rig = Rig(config=config, identity=identity_for(config, ca="MAA="))
    rig.run_for(30_000)
    rig.drain()
    rig.check()
    status = json.loads(rig.peer.retained[f"schoolbus/{FLEET}/{BUS}/status"])
    assert rig.missing() == 0 and "tls" not in status and "mac" in status
