"""What the doctor finds: beside a station that runs, without one, and while parts are away."""

import asyncio
import http.server
import json
import sqlite3
import threading
import time
from unittest.mock import Mock

import pytest
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.reasoncodes import ReasonCode
from sqlalchemy import insert
from station_told import NOW_MS, connected, event, on_one_database, running, telling, until
from tls import authority, mosquitto, vouched

from sim.network import brokers
from station.__main__ import main
from station.clock import FollowedClock, iso
from station.db import tables
from station.db.database import with_database
from station.doctor import broker as broker_part
from station.doctor import clock as clock_part
from station.doctor.doctor import look
from station.settings import Settings, load

AWAY = ("127.0.0.1", 9)
DAY_MS = 86_400_000


def found(settings, now_ms=NOW_MS):
    """{part: [(state, sentence)]}"""
    parts = {}
    for one in asyncio.run(look(settings, FollowedClock(now_ms))):
        parts.setdefault(one.part, []).append((one.state, one.told))
    return parts


def states(parts):
    return {part: max(state for state, _ in told) for part, told in parts.items()}


def filled(db, *rows):
    """A database with these rows: (table, values)."""

    async def work(database):
        async with database.write() as connection:
            for table, values in rows:
                await connection.execute(insert(table).values(values))

    asyncio.run(with_database(db, work, may_make=True))


def bus(number, **more):
    heard = {"state_heard_ms": NOW_MS - 1000, "status_heard_ms": NOW_MS - 1000}
    return tables.buses, {"id": number, "fleet": "lc", "bus": f"bus-{number:02}", **heard, **more}


def test_beside_a_station_that_runs(settings, broker, capsys):
    async def scenario():
        async with running(settings) as station:
            await connected(station)
            with telling(broker) as one:
                one.say(event(1))
            await until(lambda: station.alarms.at_hand)
            return await look(settings, FollowedClock(NOW_MS + 1000))

    told = {}
    for one in asyncio.run(scenario()):
        told.setdefault(one.part, one)
    for part in ("database", "revision", "station", "broker"):
        assert told[part].state == "ok", told[part]
    assert "lets the station read everything" in told["broker"].told
    assert main(["doctor", "--json", "--db", settings.db, "--broker", str(settings.broker)]) == 1
    answer = json.loads(capsys.readouterr().out)
    assert answer["worst"] == "wrong"  # no administrator
    by_part = {one["part"]: one for one in answer["findings"]}
    assert (
        by_part["station"]["state"] == "wrong" and "systemctl start" in by_part["station"]["told"]
    )


@on_one_database
def test_a_database_that_is_locked_or_missing_is_said_in_time(db, tmp_path, monkeypatch):
    monkeypatch.setattr("station.doctor.database._WRITE_S", 0.2)
    monkeypatch.setattr("station.doctor.questions.WITHIN_S", 0.2)
    settings = Settings(broker=AWAY, db=db)
    assert found(settings)["database"][0][0] == "wrong"
    assert not (tmp_path / "station.db").exists()
    filled(db)
    assert states(found(settings))["database"] == "ok"
    other = sqlite3.connect(db, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    (answers, cannot) = found(settings)["database"]
    assert answers[0] == "ok" and "cannot be written (database is locked)" in cannot[1]
    other.execute("ROLLBACK")
    other.execute("PRAGMA locking_mode=EXCLUSIVE")
    other.execute("PRAGMA journal_mode=DELETE")
    other.execute("BEGIN EXCLUSIVE")
    began = time.monotonic()
    parts = found(settings)
    assert parts["database"][0][0] == "wrong" and "does not answer" in parts["database"][0][1]
    assert parts["broker"][0][0] == "wrong" and "not looked at" in parts["buses"][0][1]
    assert time.monotonic() - began < 60
    other.close()


@on_one_database
def test_a_file_that_cannot_be_used_says_why(db, tmp_path, monkeypatch, capsys):
    file = tmp_path / "station.db"
    settings = Settings(broker=AWAY, db=str(file))
    file.write_bytes(b"no database at all" * 100)
    (told,) = found(settings)["database"]
    assert told[0] == "wrong" and "file is not a database" in told[1] and "restore" in told[1]
    assert "disk" in found(settings)
    assert main(["serve", "--db", str(file), "--http", "127.0.0.1:0"]) == 2
    assert "file is not a database" in capsys.readouterr().err
    filled(str(tmp_path / "whole.db"))
    damaged = bytearray((tmp_path / "whole.db").read_bytes())
    damaged[100:4000] = bytes(3900)
    file.write_bytes(damaged)
    assert "malformed" in found(settings)["database"][0][1]
    monkeypatch.setattr("os.access", lambda path, how: False)
    assert "may not write" in found(settings)["database"][0][1]


@pytest.mark.parametrize("wrong", ["user", "database"])
def test_a_server_that_lets_nobody_in_says_why(cluster, tmp_path, capsys, wrong):
    """With a wrong password PostgreSQL answers of the same class as with a role that is not."""
    address = cluster.emptied()
    if wrong == "user":
        address = address.replace("station@", "nobody:hush@")
    else:
        address += "_none"
    ((state, told),) = found(Settings(broker=AWAY, db=address))["database"]
    assert state == "wrong" and "does not exist" in told and "password" in told
    for words in (["backup", str(tmp_path / "copy")], ["admin", "som", "--generate"]):
        assert main([*words, "--db", address]) == 2
        said = capsys.readouterr().err
        assert "does not exist" in said and "hush" not in said + told


def test_a_server_that_is_away_is_a_sentence():
    settings = Settings(broker=AWAY, db="postgresql://station:hush-hush@127.0.0.1:9/city")
    ((state, told),) = found(settings)["database"]
    assert state == "wrong" and "postgresql://127.0.0.1:9/city does not answer" in told


def test_an_empty_database_answers(cluster, tmp_path):
    empty = tmp_path / "empty.db"
    empty.touch()
    for address in (cluster.emptied(), str(empty)):
        (database,) = found(load({"db": address, "broker": "127.0.0.1:9"}))["database"]
        assert database[0] == "wrong" and "answers, and is empty: the first start" in database[1]


def test_what_the_database_says(db, tmp_path):
    fw = {"v": 1, "online": True, "fw": "0.3.0"}
    state = {"at": iso(NOW_MS - 91_000), "clock": "gnss"}
    filled(
        db,
        bus(1, status=fw | {"fw": "0.2.9"}, state=state),
        bus(2, status=fw, state=state),
        bus(3, status=fw, state=state),
        bus(4, status={"fw": "x"}, state_heard_ms=NOW_MS - 9 * DAY_MS, status_heard_ms=None),
        (tables.identities, {"fleet": "lc", "bus": "bus-01", "serial": "0" * 16, "made_by": "x",
                             "how": "certificate", "mac_key": "0" * 64, "made_ms": 0,
                             "ends_ms": NOW_MS + 3 * DAY_MS}),
        (tables.quarantine, {"digest": "0", "topic": "schoolbus/lc/bus-02/event", "payload": "x",
                             "reason": "no", "times": 1, "first_ms": 0, "last_ms": NOW_MS}),
        (tables.alarms, {"id": 1, "bus_id": 1, "kind": "sos", "severity": "alarm", "data": {},
                         "exercise": False, "clock": "gnss", "heard_ms": 0, "late": False,
                         "why": {}}),
        *[(tables.notices, {"alarm_id": 1, "log_id": n, "route": "duty", "stage": "raised",
                            "title": "t", "body": "b", "made_ms": NOW_MS - 3_600_000, "due_ms": 0,
                            "tries": 9, "dead_ms": dead_ms})
          for n, dead_ms in ((1, NOW_MS), (2, None))],
        (tables.users, {"name": "som", "role": "admin", "password": "x", "lang": "th",
                        "enabled": True, "made_ms": 0}),
    )  # fmt: skip
    routes = tmp_path / "notices.json"
    routes.write_text(json.dumps({"routes": [{"name": "duty", "to": "json://127.0.0.1:9/x"}]}))
    parts = found(load({"db": db, "broker": "127.0.0.1:9", "notices": str(routes)}))
    wanted = {
        "firmware": ("look", "1 of 3 buses run firmware older than 0.3.0 (lc/bus-01)"),
        "buses": ("look", "1 of 4 buses were not heard for 7 days (lc/bus-04)"),
        "identities": ("wrong", "that of lc/bus-01 is good for 3 days more"),
        "quarantine": ("look", "1 of them in the name of lc/bus-02"),
        "people": ("look", "1 of 1 administrators sign in without a second factor"),
        "clock": ("wrong", "90.0 s ahead of the satellites' clock of 3 buses: set it by NTP"),
    }
    for part, (state, words) in wanted.items():
        assert any(one[0] == state and words in one[1] for one in parts[part]), parts[part]
    told = " ".join(one[1] for one in parts["notices"] if one[0] == "wrong")
    assert "1 notices wait for the route duty, the oldest for 60 min; tries to send one" in told
    assert "1 notices of the last 7 days could not be delivered by the route duty" in told
    if "://" in db:
        shown = parts["clock"][0][1]
        assert "the database's" in shown  # this computer's own time is not the test's


@on_one_database
def test_a_route_that_fails_is_named_at_once(db, tmp_path):
    filled(
        db,
        bus(1),
        (tables.alarms, {"id": 1, "bus_id": 1, "kind": "sos", "severity": "alarm", "data": {},
                         "exercise": False, "clock": "gnss", "heard_ms": 0, "late": False,
                         "why": {}}),
        *[(tables.notices, {"alarm_id": 1, "log_id": n, "route": route, "stage": "raised",
                            "title": "t", "body": "b", "made_ms": NOW_MS - 60_000, "due_ms": 0,
                            "tries": tries})
          for n, route, tries in ((1, "fails", 2), (2, "waits", 0))],
    )  # fmt: skip
    routes = tmp_path / "notices.json"
    to = "json://127.0.0.1:9/x"
    routes.write_text(json.dumps({"routes": [{"name": "fails", "to": to},
                                             {"name": "waits", "to": to}]}))  # fmt: skip
    parts = found(load({"db": db, "broker": "127.0.0.1:9", "notices": str(routes)}))
    (wrong,) = [told for state, told in parts["notices"] if state == "wrong"]
    assert "the route fails, the oldest for 1 min; tries to send one that failed: 2" in wrong


def test_an_older_or_newer_revision_is_named(db):
    filled(db)

    async def set_revision(database):
        async with database.write() as connection:
            await connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")

    settings = Settings(broker=AWAY, db=db)
    assert states(found(settings))["station"] == "wrong"  # nobody receives
    asyncio.run(with_database(db, set_revision))
    assert states(found(settings))["revision"] == "wrong"


def test_a_database_of_the_last_version_is_looked_at(cluster):
    """It has no table of leaders yet."""
    db = cluster.emptied()
    filled(db)

    async def set_back(database):
        async with database.write() as connection:
            await connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0012'")
            await connection.exec_driver_sql("DROP TABLE leader")

    asyncio.run(with_database(db, set_back))
    parts = found(Settings(broker=AWAY, db=db))
    assert states(parts)["revision"] == states(parts)["station"] == "look"
    assert "0012" in parts["revision"][0][1] and "people" in parts


@on_one_database
def test_copies_that_are_old_or_open_to_others(db, tmp_path, monkeypatch):
    folder = tmp_path / "copies"
    settings = Settings(broker=AWAY, db=db, backups=str(folder))
    assert states(found(settings))["backups"] == "wrong"
    folder.mkdir()
    assert "holds no copy" in found(settings)["backups"][0][1]
    copy = folder / "station-20261121T181500Z.sqlite"
    copy.write_bytes(b"x" * 100)
    copy.chmod(0o600)
    assert states(found(settings))["backups"] == "ok"
    assert states(found(settings, NOW_MS + DAY_MS))["backups"] == "look"
    assert states(found(settings, NOW_MS + 8 * DAY_MS))["backups"] == "wrong"
    monkeypatch.setattr("shutil.disk_usage", lambda _: Mock(free=150))
    assert "keep fewer copies" in found(settings)["backups"][-1][1]
    copy.chmod(0o644)
    assert any("chmod 600" in told for _, told in found(settings)["backups"])


@on_one_database
def test_the_front_of_the_page(db):
    def proxy(**more):
        return found(Settings(broker=AWAY, db=db, **more)).get("proxy", [("none", "")])[0][0]

    assert proxy() == "none"
    assert proxy(http="0.0.0.0:8080") == "wrong"
    assert proxy(proxies="127.0.0.1") == proxy(secure_cookie=True) == "look"
    assert proxy(proxies="127.0.0.1", secure_cookie=True) == "ok"


@pytest.mark.skipif(brokers.executable("mosquitto") is None, reason="mosquitto is missing")
def test_the_brokers_certificate(tmp_path):
    ca = authority(tmp_path, "city")
    certificate, key = vouched(tmp_path, ca, "localhost")
    lines = f"allow_anonymous true\ncertfile {certificate}\nkeyfile {key}"
    with mosquitto(tmp_path, lines) as port:
        given = {"broker": f"mqtts://localhost:{port}", "db": str(tmp_path / "no.db")}
        now_ms = int(time.time() * 1000)
        parts = found(load(given | {"broker_ca": str(ca)}), now_ms)
        assert parts["broker TLS"][0][0] == "wrong" and "2 days more" in parts["broker TLS"][0][1]
        assert parts["broker"][0][0] == "ok"
        assert states(found(load(given), now_ms))["broker"] == "wrong"  # nobody vouches for it
        plain = load(given | {"broker": f"localhost:{port}"})
        assert "ends the connection without an answer" in found(plain)["broker"][0][1]


def test_each_broker_of_a_cluster_is_asked(broker, tmp_path):
    there = f"{broker.host}:{broker.port}"
    for nodes, state, told in (
        (f"{there},127.0.0.1:9", "wrong", "1 of 2 brokers"),
        (f"{there},{there}", "ok", "2 of 2 brokers"),
    ):
        found_of = found(load({"broker": nodes, "db": str(tmp_path / "no.db")}))["broker"]
        assert len(found_of) == 3 and found_of[-1][0] == state and told in found_of[-1][1]


def test_a_broker_that_keeps_topics_from_the_station():
    granted, refused = (ReasonCode(PacketTypes.SUBACK, identifier=n) for n in (0, 128))
    for reasons, state in (([granted] * 4 + [refused] * 2, "look"),
                           ([refused] + [granted] * 5, "wrong")):  # fmt: skip
        seen = broker_part._Seen()
        seen.connected(Mock(), None, None, Mock(is_failure=False), None)
        seen.subscribed(None, None, 1, reasons, None)
        assert seen.finding("The broker").state == state


def test_no_secret_is_ever_shown(tmp_path, capsys, monkeypatch):
    """Not even one that is wrong: each setting that is a secret, and the address of a route."""
    secrets = []
    for name, field in Settings.model_fields.items():
        if not field.repr and name not in ("db", "city_key"):
            secrets.append(f"http://127.0.0.1:9/hush-{name}")  # some have to be addresses
            monkeypatch.setenv(f"STATION_{name.upper()}", secrets[-1])
    monkeypatch.setenv("STATION_DB", "postgresql://station:hush-db@127.0.0.1:9/city")
    monkeypatch.setenv("STATION_CITY_KEY", "hush-city-key")
    routes = tmp_path / "notices.json"
    routes.write_text('{"routes": [{"name": "duty", "to": "jsons://hush-route@127.0.0.1:9/x"}]}')
    assert secrets
    for words in (["doctor"], ["doctor", "--json"]):
        main([*words, "--broker", "127.0.0.1:9", "--notices", str(routes)])
        told = capsys.readouterr()
        assert "STATION_BROKER_PASSWORD" in told.out and "duty" in told.out
        assert "hush" not in told.out + told.err


def test_a_clock_is_judged_by_most_buses_not_by_one():
    assert clock_part._ahead_ms('{"clock": "none", "at": null}', NOW_MS) is None
    assert clock_part._ahead_ms("not JSON", NOW_MS) is None
    assert clock_part._ahead_ms({"clock": "gnss", "at": iso(NOW_MS - 5)}, NOW_MS) == 5


@on_one_database
def test_what_healthz_says(db):
    """A server that answers as the station does."""
    answers = {"status": 200, "body": b'{"ok": true}'}

    class Page(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(answers["status"])
            self.end_headers()
            self.wfile.write(answers["body"])

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        settings = Settings(broker=AWAY, db=db, http=("127.0.0.1", server.server_port))
        try:
            cases = (
                (200, b'{"notices": {"ok": true}}', "ok"),
                (503, b"{}", "wrong"),
                (200, b'{"notices": {"ok": false}}', "wrong"),
                (200, b"<html>", "wrong"),
            )
            for status, body, state in cases:
                answers |= {"status": status, "body": body}
                assert found(settings)["page"][0][0] == state
        finally:
            server.shutdown()
            thread.join()
    assert found(settings)["page"][0][0] == "wrong"
