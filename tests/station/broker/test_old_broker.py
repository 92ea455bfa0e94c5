"""While a fleet moves: the old broker hands on what buses say that are not enrolled yet.

Two real mosquittos, each with what a city has: the old one plain and open, the new one as the
station writes it.
"""

import getpass

import pytest
from broker_client import Client, pem_files, until

from firmware.identity import read
from sim.network import brokers
from station.__main__ import main

OLD, MOVED = "schoolbus/lc/bus-01/", "schoolbus/lc/bus-02/"

_PLAIN = """\
listener {port} 127.0.0.1
user {user}
allow_anonymous true
persistence true
persistence_location {folder}/store/
"""


@pytest.fixture
def program():
    program = brokers.executable("mosquitto")
    if program is None:
        pytest.skip("mosquitto is not installed")
    return program


@pytest.fixture
def leaving():
    clients = []
    yield clients
    for one in clients:
        one.leave()


def test_old_buses_are_heard_and_nobody_commands_or_takes_a_session(program, tmp_path, leaving):
    keys, db, new = tmp_path / "keys", str(tmp_path / "s.db"), tmp_path / "new"
    assert main(["keys", "--first", "--out", str(keys), "--db", db]) == 0
    common = ["--keys", str(keys), "--db", db]
    assert main(["enrol", "lc", "bus-02", *common, "--out", str(tmp_path)]) == 0
    port, station_port, old_port = (brokers.free_port() for _ in range(3))
    assert main(["broker", "mosquitto", "--out", str(new), *common, "--host", "127.0.0.1",
                 "--bind", "127.0.0.1", "--port", str(port), "--station-port", str(station_port),
                 "--old-broker"]) == 0  # fmt: skip
    (tmp_path / "old" / "store").mkdir(parents=True)
    config = tmp_path / "old" / "mosquitto.conf"
    plain = _PLAIN.format(port=old_port, user=getpass.getuser(), folder=config.parent)
    config.write_text(plain + (new / "old_broker.conf").read_text())

    def connect(*args, **more):
        leaving.append(Client(*args, **more))
        assert leaving[-1].refused is None
        return leaving[-1]

    written = "mosquitto", program, port, new / "mosquitto.conf", (station_port,)
    with brokers.Broker("mosquitto", program, old_port, config), brokers.Broker(*written):
        ca = new / "authority.crt"
        own = {"ca": ca, "pair": (new / "station.crt", new / "station.key")}
        station = connect(station_port, "station", **own)
        station.hear("schoolbus/#")
        records = connect(station_port, "records", **own, clean=False)
        records.hear("schoolbus/+/+/event")
        records.leave()  # back to the old broker, for a while
        identity = read((tmp_path / "bus-02.identity.json").read_bytes())
        moved = connect(port, "any", ca=ca, pair=pem_files(tmp_path, "bus-02", identity))
        moved.hear(MOVED + "cmd/#")
        bus = connect(old_port, "station")  # the name of the station's session
        bus.hear("#")
        for topic in (OLD + "cmd/drill", MOVED + "cmd/drill", "homeassistant/x", OLD + "other"):
            bus.say(topic, "forged")
        for name in ("status", "state", "event", "track", "reply", "fetch"):
            bus.say(OLD + name, f"my {name}")
        until(lambda: (OLD + "reply", "my reply") in station.heard)
        pair = new / "old_broker.crt", new / "old_broker.key"
        bridge = connect(station_port, "thief", ca=ca, pair=pair)
        bridge.hear("#")
        for topic in (OLD + "cmd/drill", MOVED + "cmd/drill", "homeassistant/x"):
            one = connect(station_port, f"thief of {topic}", ca=ca, pair=pair)
            one.say(topic, "forged")  # it may be thrown out, too
        connect(station_port, "another", ca=ca, pair=pair).say(OLD + "event", "the last word")
        station.say(OLD + "cmd/ping", "for the new broker alone")
        moved.say(MOVED + "event", "sealed")
        until(lambda: {"the last word", "sealed"} <= {text for _, text in station.heard})
        station.say(MOVED + "cmd/ping", "for bus-02")
        until(lambda: moved.heard)
        records = connect(station_port, "records", **own, clean=False)
        until(lambda: (OLD + "event", "my event") in records.heard)
        assert not station.lost.is_set() and not moved.lost.is_set()
        assert not [one for one in station.heard if one[1] == "forged"]
        assert {name for name, text in station.heard if text.startswith("my ")} == {
            OLD + name for name in ("status", "state", "event", "track", "reply", "fetch")
        }
        assert moved.heard == [(MOVED + "cmd/ping", "for bus-02")]
        assert "for the new broker alone" not in [text for _, text in bus.heard + bridge.heard]


def test_the_certificates_authority_of_a_city_is_found_in_its_computer(tmp_path):
    assert (
        main(["keys", "--first", "--out", str(tmp_path / "keys"), "--db", str(tmp_path / "s.db")])
        == 0
    )
    given = ["--keys", str(tmp_path / "keys"), "--db", str(tmp_path / "s.db"), "--host", "mqtt.x"]
    made = tmp_path / "made.crt", tmp_path / "made.key"
    for path in made:
        path.write_text("as the city has it")
    assert main(["broker", "mosquitto", "--out", str(tmp_path / "new"), *given, "--old-broker",
                 "--certificate", str(made[0]), "--key", str(made[1])]) == 0  # fmt: skip
    told = (tmp_path / "new" / "old_broker.conf").read_text()
    assert "address mqtt.x:8884\n" in told and "bridge_capath /etc/ssl/certs\n" in told


def test_nats_has_no_old_broker(tmp_path, capsys):
    assert (
        main(["keys", "--first", "--out", str(tmp_path / "keys"), "--db", str(tmp_path / "s.db")])
        == 0
    )
    given = ["--keys", str(tmp_path / "keys"), "--db", str(tmp_path / "s.db"), "--host", "mqtt.x"]
    out = ["--out", str(tmp_path / "new")]
    assert main(["broker", "nats", *out, *given, "--old-broker"]) != 0
    assert "--old-broker is for mosquitto alone." in capsys.readouterr().err


def test_an_old_broker_with_many_retained_messages_hands_on_what_comes(program, tmp_path, leaving):
    """mosquitto sends them at once, more than 20; a bridge that waits at 20 would be stuck."""
    keys, db, new = str(tmp_path / "keys"), str(tmp_path / "s.db"), tmp_path / "new"
    assert main(["keys", "--first", "--out", keys, "--db", db]) == 0
    port, station_port, old_port = (brokers.free_port() for _ in range(3))
    write = ["broker", "mosquitto", "--out", str(new), "--keys", keys, "--db", db, "--host",
             "127.0.0.1", "--bind", "127.0.0.1", "--port", str(port), "--station-port",
             str(station_port), "--old-broker"]  # fmt: skip
    assert main(write) == 0
    assert main(write) == 0, "again, although no bus is enrolled yet"
    (tmp_path / "old" / "store").mkdir(parents=True)
    config = tmp_path / "old" / "mosquitto.conf"
    config.write_text(
        _PLAIN.format(port=old_port, user=getpass.getuser(), folder=config.parent)
        + "autosave_interval 1\nautosave_on_changes true\n"
    )
    written = "mosquitto", program, port, new / "mosquitto.conf", (station_port,)
    with brokers.Broker("mosquitto", program, old_port, config) as old, brokers.Broker(*written):
        bus = Client(old_port, "buses")
        leaving.append(bus)
        for number in range(60):
            bus.say(f"schoolbus/lc/old-{number}/state", "parked", retain=True)
        bus.leave()
        config.write_text(config.read_text() + (new / "old_broker.conf").read_text())
        old.restart()
        own = {"ca": new / "authority.crt", "pair": (new / "station.crt", new / "station.key")}
        station = Client(station_port, "station", **own)
        bus = Client(old_port, "buses")
        leaving += [station, bus]
        station.hear("schoolbus/#")
        bus.say("schoolbus/lc/old-7/event", "a child")
        until(lambda: ("schoolbus/lc/old-7/event", "a child") in station.heard)
