"""The contract against real brokers: what the strict peer says has to hold in the city too.

nats-server always (its wheel comes with make setup), mosquitto where it is installed.
"""

from __future__ import annotations

import json

import pytest
from live_uplink import City, LiveUplink
from schemas import validate
from uplinked import ROOT
from vm import micropython

from firmware import messages
from firmware.journal.journal import TRACK
from firmware.snapshot import Snapshot
from firmware.uplink import commands
from sim.network import brokers


@pytest.fixture(params=brokers.KINDS)
def broker(request):
    if request.param == "mosquitto" and brokers.executable("mosquitto") is None:
        pytest.skip("mosquitto is not installed")
    with brokers.start(request.param) as broker:
        yield broker


@pytest.fixture
def city(broker):
    city = City(broker.host, broker.port)
    yield city
    city.leave()


def test_everything_arrives_with_qos_1_in_order(broker, city):
    bus = LiveUplink(broker.host, broker.port)
    bus.alarm(20)
    bus.position(500)
    bus.info()
    bus.drain()
    bus.check(city)
    for topic, payload, _ in city.heard:
        validate(topic, payload)
    assert bus.uplink.outgoing.resent == bus.uplink.outgoing.strays == 0


def test_status_and_state_are_retained_and_the_last_will_replaces_the_status(broker, city):
    bus = LiveUplink(broker.host, broker.port)
    bus.run_until(lambda: bus.uplink.takes("state"))
    state = messages.state(Snapshot(40), [], [0, 0, 0], 60, 17)
    bus.uplink.offer("state", state)
    bus.run_until(lambda: "state" in city.topics())
    late = City(broker.host, broker.port, "late")
    bus.run_until(lambda: len(late.heard) == 2)
    kept = {topic: payload for topic, payload, retained in late.heard if retained}
    assert json.loads(kept[ROOT + "status"])["online"] is True
    assert kept[ROOT + "state"] == state
    bus.uplink._link._sock.close()  # no DISCONNECT: as when the bus is gone
    bus.run_until(lambda: len(late.heard) == 3)
    assert late.heard[2][:2] == (ROOT + "status", b'{"v":1,"online":false,"boot":0}')
    late.leave()


def test_a_command_waits_in_the_session_for_a_bus_without_signal(broker, city):
    asked = []
    bus = LiveUplink(broker.host, broker.port)

    def answer(name, payload, is_retained):
        asked.append((name, payload))
        return b'{"v":1,"id":"7","ok":true,"message":"pong"}'

    bus.uplink.on_command = answer
    bus.run_until(lambda: "status" in city.topics())
    bus.run_until(lambda: bus.uplink.takes("state") and not bus.uplink._link._suback_id)
    bus.radio.has_signal = False
    bus.run_until(lambda: not bus.uplink.connected)
    city.say(ROOT + "cmd/ping", b'{"v":1,"id":"7"}')
    bus.radio.has_signal = True
    bus.run_until(lambda: "reply" in city.topics())
    assert asked == [("ping", b'{"v":1,"id":"7"}')]


@pytest.mark.parametrize("count", [12, 50])
def test_every_request_that_waited_is_answered_once(broker, city, count):
    """50 of 900 bytes find no room on the bus, and more than one broker has in flight at once."""
    done = []
    bus = LiveUplink(broker.host, broker.port)

    def answer(name, payload, is_retained):
        done.append(json.loads(payload)["id"])
        return messages.reply(done[-1], True, "done")

    bus.uplink.on_command = answer
    bus.run_until(lambda: "status" in city.topics())
    bus.run_until(lambda: bus.uplink.takes("state") and not bus.uplink._link._suback_id)
    bus.radio.has_signal = False
    bus.run_until(lambda: not bus.uplink.connected)
    ids = [f"r{n}" for n in range(count)]
    for one in ids:
        request = {"v": 1, "id": one, "pad": "x" * (800 if count > 12 else 0)}
        city.say(ROOT + "cmd/ping", json.dumps(request).encode())
    bus.radio.has_signal = True
    bus.run_until(lambda: len(done) == count and bus.uplink.is_drained)
    bus.run(1)
    assert done == ids
    replies = [json.loads(payload)["id"] for topic, payload, _ in city.heard if "reply" in topic]
    assert list(dict.fromkeys(replies)) == ids


def test_a_retained_request_is_refused(broker, city):
    bus = LiveUplink(broker.host, broker.port)
    bus.uplink.on_command = lambda *request: commands.answer(None, *request)
    city.say(ROOT + "cmd/ping", b'{"v":1,"id":"7"}', retain=True)
    bus.run_until(lambda: "reply" in city.topics())
    (payload,) = [payload for topic, payload, _ in city.heard if topic == ROOT + "reply"]
    told = json.loads(payload)
    assert (told["id"], told["ok"]) == ("7", False) and "retained" in told["message"]
    city.say(ROOT + "cmd/ping", b"", retain=True)


@pytest.mark.parametrize("keeps_sessions", [True, False], ids=["store kept", "store lost"])
def test_a_broker_killed_and_restarted_in_the_middle_loses_nothing(broker, city, keeps_sessions):
    bus = LiveUplink(broker.host, broker.port)
    bus.position(6000)
    bus.run_until(lambda: bus.journal.backlog(TRACK) < 5000)
    if not broker.keeps_what_it_acknowledged:
        acknowledged = 6000 - bus.journal.backlog(TRACK)
        city.waits_for(lambda: len(bus.arrived_at(city, TRACK)) >= acknowledged)
    broker.kill()
    bus.alarm(10)
    bus.run(0.3)
    assert not bus.drained()
    broker.restart(keeps_sessions)
    bus.drain()
    assert bus.uplink.breaks == 1
    if keeps_sessions:
        bus.check(city)


def test_the_uplink_in_the_micropython_vm_delivers_through_real_sockets(broker, city):
    done = micropython("tests/support/vm_uplink.py", str(broker.port))
    assert done.returncode == 0, done.stdout + done.stderr
    city.waits_for(lambda: city.topics().count("status") == 2)  # the will, when the VM is gone
    tracks = [json.loads(p) for topic, p, _ in city.heard if topic == ROOT + "track"]
    assert sum(track["n"] for track in tracks) == 500
    events = [json.loads(p)["seq"] for topic, p, _ in city.heard if topic == ROOT + "event"]
    assert events == list(range(1, 51))
