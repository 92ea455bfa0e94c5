"""Attacks on the real brokers, each with the configuration that the station writes for it.

Of each kind of broker there is one with certificates and one with passwords. bus-01 and bus-02 are
enrolled; bus-03 was, and is revoked; bus-04 was replaced: its old identity is with a thief.
"""

from __future__ import annotations

import contextlib
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from broker_client import Client, pem_files, until
from programs import ended
from vm import ROOT

from firmware.identity import read
from sim.network import brokers
from station.__main__ import main
from station.identity.authority import own_certificate

MINE, OTHERS = "schoolbus/lc/bus-01/", "schoolbus/lc/bus-02/"
BRANCH = ("status", "state", "event", "track", "reply", "fetch")
KINDS = {"mosquitto": "mosquitto", "nats": "nats-server"}


def make_keys(folder, db):
    assert main(["keys", "--first", "--out", str(folder), "--db", db]) == 0


class Town:
    """A broker with its written configuration, and who tries to connect to it."""

    def __init__(self, folder: Path, kind: str, how: str):
        self.kind, self.how, self.folder = kind, how, folder
        self._db, self._keys = str(folder / "station.db"), str(folder / "keys")
        self._made = 0
        make_keys(folder / "keys", self._db)
        self.buses = self.enrol("enrol", "bus-01", "bus-02", "bus-03", "bus-04")
        self.stolen = self.buses["bus-04"]
        self.buses |= self.enrol("replace", "bus-04")
        assert main(["revoke", "lc", "bus-03", "--db", self._db]) == 0
        self.port, self.station_port = brokers.free_port(), brokers.free_port()
        self.out = folder / "broker"
        self.write()
        if kind == "nats":
            self.station_port = self.port
        program = brokers.executable(KINDS[kind])
        config = self.out / ("mosquitto.conf" if kind == "mosquitto" else "nats.conf")
        ports = self.port, (self.station_port,)
        self._broker = brokers.Broker(KINDS[kind], program, ports[0], config, ports[1])
        self._clients = contextlib.ExitStack()

    def leave(self):
        self._clients.close()

    def stop(self):
        self._broker.stop()

    def enrol(self, command, *names):
        """-> {name: its identity}."""
        how = ["--password"] if self.how == "password" and command != "rotate" else []
        folder = self.folder / "fleet"
        given = ["--keys", self._keys, "--db", self._db, "--out", str(folder), *how]
        assert main([command, "lc", *names, *given]) == 0
        return {name: read((folder / f"{name}.identity.json").read_bytes()) for name in names}

    def revoke(self, name):
        assert main(["revoke", "lc", name, "--db", self._db]) == 0

    def write(self):
        """The broker, if it runs, is made to read it."""
        assert main(self.command()) == 0

    def command(self):
        given = ["--out", str(self.out), "--keys", self._keys, "--db", self._db,
                 "--host", "localhost", "--host", "127.0.0.1", "--bind", "127.0.0.1",
                 "--port", str(self.port), "--station-port", str(self.station_port),
                 *["--passwords"] * (self.how == "password")]  # fmt: skip
        return ["broker", self.kind, *given]

    def client(self, client_id, *, port=None, tls=True, **more):
        ca = self.out / "authority.crt" if tls else None
        one = Client(port or self.port, client_id, ca=ca, **more)
        self._clients.callback(one.leave)
        return one

    def bus(self, identity, client_id=None, **more):
        """By its identity as the firmware connects, but perhaps under another name."""
        if identity.cert:
            self._made += 1
            more["pair"] = pem_files(self.folder, f"client{self._made}", identity)
        else:
            more["login"] = (identity.user, identity.password)
        return self.client(client_id or identity.client_id, **more)

    def station(self, client_id="station-records", **more):
        if (self.out / "station.password").exists():
            more["login"] = ("station", (self.out / "station.password").read_text().strip())
        else:
            more["pair"] = (self.out / "station.crt", self.out / "station.key")
        return self.client(client_id, port=self.station_port, **more)


@pytest.fixture(scope="module", params=["mosquitto-certificate", "mosquitto-password",
                                        "nats-certificate", "nats-password"])  # fmt: skip
def town(request, tmp_path_factory):
    kind, how = request.param.split("-")
    if brokers.executable(KINDS[kind]) is None:
        pytest.skip(f"{kind} is not installed")
    town = Town(tmp_path_factory.mktemp(request.param), kind, how)
    yield town
    town.stop()


@pytest.fixture(autouse=True)
def all_leave(town):
    """nats-server ends both, if two of one name follow each other at once."""
    yield
    town.leave()


@pytest.fixture
def station(town):
    station = town.station(f"station-{time.monotonic_ns()}")
    assert station.refused is None
    station.hear("schoolbus/#")
    return station


def said(client):
    return [text for _, text in client.heard]


def after(station, bus, prefix):
    """What the station heard up to a last word of this bus: nothing else is under way then."""
    bus.say(prefix + "event", "the last word")
    until(lambda: "the last word" in said(station))
    return station.heard[:-1]


def test_the_station_hears_all_that_a_bus_may_say(town, station):
    bus = town.bus(town.buses["bus-01"])
    assert bus.refused is None
    for name in BRANCH:
        bus.say(MINE + name, f"my {name}")
    assert sorted(after(station, bus, MINE)) == sorted((MINE + n, f"my {n}") for n in BRANCH)


def test_a_bus_hears_the_commands_for_it(town, station):
    bus, other = town.bus(town.buses["bus-01"]), town.bus(town.buses["bus-02"])
    bus.hear(MINE + "cmd/#")
    other.hear(OTHERS + "cmd/#")
    station.say(MINE + "cmd/ping", "for bus-01")
    until(lambda: bus.heard)
    station.say(OTHERS + "cmd/ping", "for bus-02")
    until(lambda: other.heard)
    assert (bus.heard, other.heard) == (
        [(MINE + "cmd/ping", "for bus-01")], [(OTHERS + "cmd/ping", "for bus-02")],
    )  # fmt: skip


def test_the_station_hears_that_home_assistant_has_started(town, station):
    station.hear("homeassistant/status")
    station.say("homeassistant/status", "online")
    until(lambda: ("homeassistant/status", "online") in station.heard)


def test_a_bus_can_publish_nothing_else(town, station):
    topics = [
        *(OTHERS + name for name in (*BRANCH, "cmd/drill")), MINE + "cmd/drill", MINE + "cmd",
        MINE + "anything", "schoolbus/other/bus-01/event", "schoolbus/lc/bus-01", "anything",
        "homeassistant/device/x/config", "$SYS/broker/log", "$JS/API/STREAM/LIST",
        "$MQTT/msgs/schoolbus/lc/bus-02/event",
    ]  # fmt: skip
    station.hear("homeassistant/#")
    bus, other = town.bus(town.buses["bus-01"]), town.bus(town.buses["bus-02"])
    bus.hear(MINE + "cmd/#")
    other.hear(OTHERS + "cmd/#")
    for topic in topics:
        bus.say(topic, "forged " + topic, retain=True)
        if bus.lost.is_set():  # which is an answer, too
            bus = town.bus(town.buses["bus-01"])
            bus.hear(MINE + "cmd/#")
    after(station, bus, MINE)
    late = town.station("late")
    late.hear("#")
    late.hear("$SYS/broker/log")
    assert not [text for one in (station, late, bus, other) for text in said(one)
                if text.startswith("forged")]  # fmt: skip


def test_a_bus_can_hear_nothing_else(town, station):
    """Whether its subscription is refused or only nothing comes: the broker's own affair."""
    topics = [
        OTHERS + "event", OTHERS + "cmd/#", OTHERS + "#", "schoolbus/#", "#", "+/+/+/+/ping",
        "+/+/+/+", MINE + "event", "schoolbus/lc/+/cmd/#", "$MQTT/sub/#", "$MQTT/#", "$JS/#",
    ]  # fmt: skip
    thief, bus = town.bus(town.buses["bus-01"]), town.bus(town.buses["bus-02"])
    bus.hear(OTHERS + "cmd/#")
    bus.say(OTHERS + "status", "a secret that is kept", retain=True)
    for topic in topics:
        thief.hear(topic)
        if thief.lost.is_set():
            thief = town.bus(town.buses["bus-01"])
    thief.hear(MINE + "cmd/#")
    bus.say(OTHERS + "event", "a secret")
    thief.say(MINE + "event", "a secret")
    station.say(OTHERS + "cmd/ping", "a secret")
    until(lambda: bus.heard and "a secret" in said(station))
    station.say(MINE + "cmd/ping", "for bus-01")
    until(lambda: "for bus-01" in said(thief))
    assert set(said(thief)) == {"for bus-01"}


def test_a_large_message_is_not_kept(town, station):
    """It fills neither memory nor disk, and the other buses go on."""
    thief, bus = town.bus(town.buses["bus-02"]), town.bus(town.buses["bus-01"])
    thief.say(OTHERS + "state", "y" * 1_000_000, retain=True)
    after(station, bus, MINE)
    assert thief.lost.is_set() and not bus.lost.is_set()
    later = town.station("station-later")
    later.hear("schoolbus/#")
    after(later, bus, MINE)
    assert all(len(text) < 1000 for text in said(station) + said(later))
    if town.kind == "mosquitto":  # it would write the whole store at each message
        assert "autosave_on_changes" not in (town.out / "mosquitto.conf").read_text()


def test_the_station_takes_retained_messages_off(town, station):
    bus = town.bus(town.buses["bus-01"])
    for name in BRANCH:
        bus.say(MINE + name, "left behind", retain=True)
        station.say(MINE + name, "", retain=True)
    later = town.station("station-later")
    later.hear("schoolbus/#")
    after(later, bus, MINE)
    assert "left behind" in said(station) and "left behind" not in said(later)


def test_a_will_for_another_bus_is_not_published(town, station):
    thief = town.bus(town.buses["bus-01"], will=(OTHERS + "status", "forged", 1, True))
    if thief.refused is None:  # nats-server refuses who brings such a will
        thief.vanishes()
    after(station, town.bus(town.buses["bus-02"]), OTHERS)
    assert "forged" not in said(station)


def test_no_bus_takes_the_session_of_another_or_of_the_station(town, station):
    """nats-server gives it to whoever knows its name: that of a bus is in its identity alone."""
    bus = town.bus(town.buses["bus-02"], clean=False)
    bus.hear(OTHERS + "cmd/#")
    guesses = ["lc-bus-02", "lc/bus-02", f"CN=lc/bus-02,serialNumber={town.buses['bus-02'].serial}"]
    if town.kind == "mosquitto":
        guesses += [town.buses["bus-02"].client_id, "station-records"]
    for guess in guesses:
        town.bus(town.buses["bus-01"], guess, clean=False).leave()
    assert not bus.lost.is_set() and not station.lost.is_set()
    station.say(OTHERS + "cmd/ping", "still for bus-02")
    until(lambda: bus.heard == [(OTHERS + "cmd/ping", "still for bus-02")])


def test_two_sessions_of_a_station_and_a_second_station_do_not_disturb_each_other(town):
    several = [town.station(name) for name in ("a-records", "a-present", "b-records")]
    for one in several:
        one.hear("schoolbus/#")
    bus = town.bus(town.buses["bus-01"])
    bus.say(MINE + "event", "to all")
    for one in several:
        until(lambda one=one: "to all" in said(one))
        assert not one.lost.is_set()


def test_who_is_let_in_and_who_is_not(town, tmp_path):
    other, key, certificate = town.buses["bus-01"], tmp_path / "x.key", tmp_path / "x.crt"
    make_keys(
        tmp_path / "keys", str(tmp_path / "x.db")
    )  # an authority of the attacker's own, who says "lc/bus-01"
    given = [
        "--keys",
        str(tmp_path / "keys"),
        "--db",
        str(tmp_path / "x.db"),
        "--out",
        str(tmp_path),
    ]
    assert main(["enrol", "lc", "bus-01", *given]) == 0
    forged = read((tmp_path / "bus-01.identity.json").read_bytes())
    made = own_certificate("station")
    key.write_bytes(made[0])
    certificate.write_bytes(made[1])
    attempts = {
        "plain": town.client(other.client_id, tls=False, login=(other.user, other.password)),
        "plain, to the station's port": town.client("s", tls=False, port=town.station_port),
        "nothing to show": town.client(other.client_id),
        "another authority": town.bus(forged),
        "a wrong password": town.client(other.client_id, login=(other.user, "wrong")),
        "no password": town.client(other.client_id, login=(other.user, "")),
        "as the station": town.client("s", port=town.station_port, pair=(certificate, key)),
        "as the station, by name": town.client("s", login=("station", "")),
        "as the station, by subject": town.client("s", login=("CN=station", "")),
        "revoked": town.bus(town.buses["bus-03"]),
        "replaced": town.bus(town.stolen),
    }
    if town.station_port != town.port:
        attempts["a bus, at the station's port"] = town.bus(other, port=town.station_port)
    assert [what for what, one in attempts.items() if one.refused is None] == []
    assert town.bus(town.buses["bus-04"]).refused is None, "the new board of bus-04"


def test_nats_own_protocol_lets_nobody_in(town):
    """It listens beside MQTT, at a port of its own on this computer."""
    if town.kind != "nats":
        pytest.skip("mosquitto has no other")
    log = (town._broker._log).read_text()
    port = int(log.split("Listening for client connections on 127.0.0.1:")[1].split()[0])
    for user in ("CN=station", "station", town.buses["bus-01"].user, ""):
        secret = town.buses["bus-01"].password
        with socket.create_connection(("127.0.0.1", port), 5) as link:
            link.recv(4096)
            link.sendall(f'CONNECT {{"user":"{user}","pass":"{secret}"}}\r\nPING\r\n'.encode())
            assert link.recv(4096).startswith(b"-ERR 'Authorization Violation'")


def test_a_stolen_board_is_out_at_the_reload_and_the_new_one_in(town, station):
    """Of one that is connected, too; the others stay connected."""
    mine = "schoolbus/lc/bus-05/"
    stolen = town.enrol("enrol", "bus-05")["bus-05"]
    town.write()
    until(lambda: town.bus(stolen).refused is None)
    thief, bus = town.bus(stolen, clean=False), town.bus(town.buses["bus-01"])
    thief.hear(mine + "cmd/#")
    new = town.enrol("replace", "bus-05")["bus-05"]
    town.write()
    until(lambda: town.bus(stolen).refused is not None)
    board = town.bus(new)
    assert board.refused is None
    board.hear(mine + "cmd/#")
    station.say(mine + "cmd/ping", "for the new board")
    until(lambda: board.heard)
    if not thief.lost.is_set():
        thief.say(mine + "event", "forged")
    after(station, bus, MINE)
    assert "forged" not in said(station) and "for the new board" not in said(thief)
    assert not bus.lost.is_set() and not station.lost.is_set()
    town.revoke("bus-05")
    town.write()
    until(lambda: town.bus(new).refused is not None)


def test_the_broker_follows_the_register(town):
    """One that is revoked is out without another word of the operator."""
    if (town.kind, town.how) != ("nats", "certificate"):
        pytest.skip("the same for all")
    mine = town.enrol("enrol", "bus-06")["bus-06"]
    command = [sys.executable, "-m", "station", *town.command(), "--follow"]
    with ended(subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                text=True, cwd=ROOT)) as follows:  # fmt: skip
        assert follows.stdout.readline().startswith("The broker: nats-server -c ")
        until(lambda: town.bus(mine, "first").refused is None)
        thief = town.bus(mine, "thief")
        town.revoke("bus-06")
        until(thief.lost.is_set)
        assert town.bus(mine, "again").refused is not None
        follows.send_signal(signal.SIGINT)
        _, said = follows.communicate(timeout=60)
    assert follows.returncode == 130
    assert "identities are valid. The broker was told." in said


def test_who_follows_says_that_the_broker_has_ended(town):
    """mosquitto 2.0.11 ended once at a SIGHUP."""
    if (town.kind, town.how) != ("mosquitto", "certificate"):
        pytest.skip("the same for all")
    pid = town.out / "mosquitto.pid"
    brokers_own = pid.read_bytes()
    command = [sys.executable, "-m", "station", *town.command(), "--follow"]
    with ended(subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                text=True, cwd=ROOT)) as follows:  # fmt: skip
        try:
            assert follows.stdout.readline().startswith("The broker: mosquitto -c ")
            time.sleep(1)  # it has looked once
            pid.unlink()
            assert "ERROR The broker has ended: no bus is heard" in follows.stderr.readline()
            pid.write_bytes(brokers_own)
            assert "The broker runs." in follows.stderr.readline()
        finally:
            pid.write_bytes(brokers_own)
        follows.send_signal(signal.SIGINT)
        follows.communicate(timeout=60)


def test_no_other_program_is_told_to_reload(town):
    """The file of a broker that was killed may name one by now, which a SIGHUP would end."""
    pid = town.out / f"{town.kind}.pid"
    brokers_own = pid.read_bytes()
    with ended(subprocess.Popen(["sleep", "60"])) as other:
        pid.write_text(str(other.pid))
        town.write()
        pid.write_bytes(brokers_own)
        assert other.poll() is None
        other.terminate()
        other.wait(timeout=60)
    assert other.returncode == -signal.SIGTERM


def test_what_is_written_is_secret(town):
    files = [path for path in town.out.iterdir() if path.is_file() and path.suffix != ".pid"]
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
    assert town.out.stat().st_mode & 0o777 == 0o700
