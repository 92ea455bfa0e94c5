"""Keys and identities, as an operator makes them at the command line, and what the bus reads."""

import asyncio
import json
import os
import subprocess
import sys
import threading
from datetime import datetime, timezone
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_private_key,
    load_pem_private_key,
)
from station_told import on_one_database
from vm import ROOT

from firmware.identity import read
from sim.world.town_policy import policy_for
from station.__main__ import main
from station.clock import Clock
from station.db.database import Database, with_database
from station.identity import enrol as enrolling
from station.identity.enrol import everyone, give, revoke
from station.identity.errors import IdentityError
from station.identity.files import write_new
from station.identity.keys import Keys
from station.identity.register import Register
from station.live.hub import Hub
from station.live.live import Live
from station.settings import SettingsError, load


@pytest.fixture
def enrol(db, keys, tmp_path, capsys):
    """enrol("bus-01", ...) -> {bus: firmware.identity.Identity}, by the command line."""

    asyncio.run(with_database(db, everyone, may_make=True))

    def run(*words, command="enrol"):
        given = ["--keys", str(keys), "--db", db, "--out", str(tmp_path / "fleet")]
        code = main([command, "lc", *words, *given])
        said = capsys.readouterr()
        if code:
            raise IdentityError(said.err)
        paths = said.out.split()
        assert {os.stat(path).st_mode & 0o777 for path in paths} == {0o600}
        return {one.bus: one for one in (read(Path(path).read_bytes()) for path in paths)}

    return run


def rows(db):
    """What the register holds of each bus: (serial, whether it is valid), the newest first."""
    found = asyncio.run(with_database(db, everyone))
    return [(row["bus"], row["serial"], row["revoked_ms"] is None) for row in found]


def test_the_folder_of_keys_is_secret_and_never_overwritten(tmp_path, capsys):
    folder = tmp_path / "keys"
    assert main(["keys", "--out", str(folder)]) == 0
    public = capsys.readouterr().out.strip()
    assert folder.stat().st_mode & 0o777 == 0o700
    files = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert set(files) == {"city.key", "city.pub", "authority.key", "authority.crt"}
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    city = load_pem_private_key(files["city.key"], None)
    assert isinstance(city, Ed25519PrivateKey)
    raw = city.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()
    assert files["city.pub"] == raw.encode() + b"\n" == public.encode() + b"\n"

    assert main(["keys", "--out", str(folder)]) == 2
    assert "keys are never overwritten" in capsys.readouterr().err
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == files


def test_the_next_key_of_the_city_lies_beside_the_one_in_use(keys, enrol, capsys):
    assert main(["keys", "--out", str(keys), "--rotate"]) == 0
    following = capsys.readouterr().out.strip()
    now = (keys / "city.pub").read_text().strip()
    assert [key.hex() for key in enrol("bus-01")["bus-01"].city_keys] == [now, following]
    assert main(["keys", "--out", str(keys), "--rotate"]) == 2
    assert "a rotation is under way" in capsys.readouterr().err


def test_a_city_key_that_is_lost_is_made_anew_beside_the_other_keys(keys, enrol, capsys):
    first = enrol("bus-01")["bus-01"]
    lost = ["keys", "--city-key-lost", "--out", str(keys)]
    assert main(lost) == 2
    assert "it is not lost" in capsys.readouterr().err
    before = (keys / "authority.key").read_bytes(), (keys / "city.pub").read_bytes()
    (keys / "city.key").unlink()
    for words in (["keys", "--out", str(keys)], ["keys", "--rotate", "--out", str(keys)]):
        assert main(words) == 2
        said = capsys.readouterr().err
        assert f"python -m station keys --city-key-lost --out {keys}" in said
        assert "copy in the safe" in said
    assert main(lost) == 0
    assert capsys.readouterr().out == (keys / "city.pub").read_text()
    assert (keys / "authority.key").read_bytes() == before[0]
    assert (keys / "city.pub").read_bytes() != before[1]
    again = enrol("bus-01", command="rotate")["bus-01"]
    assert again.ca == first.ca and again.city_keys != first.city_keys
    assert [key.hex() for key in again.city_keys] == [(keys / "city.pub").read_text().strip()]


def test_a_full_disk_leaves_no_empty_file(tmp_path, monkeypatch):
    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(IdentityError, match="cannot be written: No space left on device"):
        write_new(tmp_path / "city.key", b"half")
    assert not list(tmp_path.iterdir())


def test_a_folder_of_keys_that_may_not_be_read_is_a_sentence(tmp_path, capsys):
    for more in ([], ["--rotate"], ["--city-key-lost"]):
        assert main(["keys", "--out", "x" * 300, *more]) == 2
        assert "File name too long" in capsys.readouterr().err
    with pytest.raises(IdentityError, match="File name too long"):
        Keys("x" * 300)


def test_a_bus_gets_what_the_contract_says(enrol, keys, db):
    made = enrol("bus-01", "bus-02")
    one = made["bus-01"]
    assert (one.fleet, one.user, one.password) == ("lc", "lc/bus-01", "")
    assert one.client_id.startswith("lc-bus-01-") and len(one.client_id) == 26
    assert abs(one.at - Clock().now_ms() // 1000) < 60
    assert [key.hex() for key in one.city_keys] == [(keys / "city.pub").read_text().strip()]
    assert len(one.mac_key) == 32 and one.mac_key != made["bus-02"].mac_key
    authority = x509.load_pem_x509_certificate((keys / "authority.crt").read_bytes())
    assert one.ca == authority.public_bytes(Encoding.DER)
    certificate = x509.load_der_x509_certificate(one.cert)
    certificate.verify_directly_issued_by(authority)
    common = certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    assert [part.value for part in common] == ["lc/bus-01"]
    assert certificate.serial_number == int(one.serial, 16)
    assert load_der_private_key(one.key, None).public_key() == certificate.public_key()
    age = datetime.now(timezone.utc) - certificate.not_valid_before_utc
    assert age.days == 1
    assert sorted(rows(db)) == sorted((bus, of.serial, True) for bus, of in made.items())


@on_one_database
def test_a_broker_of_another_authority_is_known_by_that(enrol, keys, made_keys):
    other = (made_keys / "authority.crt").read_bytes()
    (keys / "broker_ca.crt").write_bytes(other)
    expected = x509.load_pem_x509_certificate(other).public_bytes(Encoding.DER)
    assert enrol("bus-01")["bus-01"].ca == expected
    (keys / "broker_ca.crt").write_text("nonsense")
    with pytest.raises(IdentityError, match="holds no certificate in PEM"):
        enrol("bus-02")


@on_one_database
def test_a_password_where_a_broker_knows_no_certificates(enrol, db):
    one = enrol("bus-01", "--password")["bus-01"]
    assert len(one.password) == 32 and (one.cert, one.key) == (b"", b"")
    with pytest.raises(IdentityError, match="a broker knows one password of a user. Use replace"):
        enrol("bus-01", command="rotate")
    again = enrol("bus-01", "--password", command="replace")["bus-01"]
    assert rows(db) == [("bus-01", again.serial, True), ("bus-01", one.serial, False)]
    assert again.password != one.password


def test_replace_ends_the_one_before_and_revoke_ends_all(enrol, db, tmp_path, capsys):
    first = enrol("bus-01")["bus-01"]
    with pytest.raises(IdentityError, match="has an identity already, .*BUS=bus-01 REPLACE=1"):
        enrol("bus-02", "bus-01")
    assert rows(db) == [("bus-01", first.serial, True)], "all of a list, or none"
    second = enrol("bus-01", command="replace")["bus-01"]
    assert second.mac_key != first.mac_key and second.client_id != first.client_id
    assert rows(db) == [("bus-01", second.serial, True), ("bus-01", first.serial, False)]
    kept = (tmp_path / f"fleet/bus-01.identity.{first.serial}.json").read_bytes()
    assert read(kept).mac_key == first.mac_key, "it proves the records of its time"
    assert main(["revoke", "lc", "bus-01", "--db", db]) == 0
    assert rows(db) == [("bus-01", second.serial, False), ("bus-01", first.serial, False)]
    assert main(["revoke", "lc", "bus-01", "--db", db]) == 2
    assert "bus-01 of lc has no valid identity" in capsys.readouterr().err
    assert main(["identities", "--db", db]) == 0
    said = capsys.readouterr().out
    assert second.serial in said and "never" in said and "(command line)" in said


def test_after_a_rotation_the_one_before_is_valid_until_the_new_one_is_seen(enrol, db):
    old = enrol("bus-01", "bus-02")["bus-01"]
    new = enrol("bus-01", command="rotate")["bus-01"]
    with pytest.raises(IdentityError, match="A rotation of bus-01 of lc is under way"):
        enrol("bus-01", command="rotate")

    async def seen(serial):
        database = Database(db)
        register = Register(database, Clock())
        await register.read()
        (one,) = [one for one in register.of("lc", "bus-01") if one.serial == serial]
        register.seen(one, Clock().now_ms())
        await register.save()
        await register.read()
        valid = [one.serial for one in register.valid("lc", "bus-01")]
        others = len(register.valid("lc", "bus-02"))
        await database.close()
        return valid, others

    assert asyncio.run(seen(old.serial)) == ([new.serial, old.serial], 1)
    assert asyncio.run(seen(new.serial)) == ([new.serial], 1)
    found = asyncio.run(with_database(db, everyone))
    assert [row["revoked_by"] for row in found] == [None, "rotation", None]
    enrol("bus-01", command="rotate")


@on_one_database
@pytest.mark.parametrize(
    ("words", "command", "sentence"),
    [
        (["bus 7"], "enrol", "A bus is named by 1 to 32 letters, digits, _ and -, not by 'bus 7'."),
        (["../bus"], "enrol", "not by '../bus'"),
        (["bus-01", "bus-01"], "enrol", "bus-01 stands in the list more than once."),
        (["bus-01", "BUS-01"], "enrol", "differ only in capital letters"),
        (["bus-01"], "replace", "bus-01 of lc was never enrolled; use enrol."),
        (["bus-01"], "rotate", "bus-01 of lc has no valid identity; use enrol."),
        ([f"b{i}" for i in range(501)], "enrol", "501 buses are too many at once"),
    ],
)  # fmt: skip
def test_a_refusal_is_a_sentence_and_changes_nothing(enrol, db, tmp_path, words, command, sentence):
    with pytest.raises(IdentityError) as refused:
        enrol(*words, command=command)
    assert sentence in str(refused.value)
    assert rows(db) == []
    assert not list(tmp_path.glob("fleet/*"))


@on_one_database
def test_a_file_that_stands_there_is_not_overwritten(enrol, db, tmp_path):
    (tmp_path / "fleet").mkdir()
    (tmp_path / "fleet/bus-02.identity.json").write_text("of another database")
    with pytest.raises(
        IdentityError, match=r"of another database\. .* No bus was given an identity"
    ):
        enrol("bus-01", "bus-02")
    assert [path.name for path in (tmp_path / "fleet").iterdir()] == ["bus-02.identity.json"]
    assert rows(db) == []


@on_one_database
def test_keys_that_are_missing_or_wrong_are_a_sentence(enrol, keys, db, capsys):
    assert main(["enrol", "lc", "bus-01", "--db", db]) == 2
    assert "The folder of keys is not named" in capsys.readouterr().err
    (keys / "city.pub").write_text("nonsense")
    with pytest.raises(IdentityError, match="does not hold 64 hexadecimal digits"):
        enrol("bus-01")
    (keys / "authority.key").write_bytes((keys / "city.key").read_bytes())
    (keys / "city.pub").write_text("0" * 64)
    with pytest.raises(IdentityError, match="The authority in .* cannot be used: its key is no EC"):
        enrol("bus-01")
    (keys / "authority.key").unlink()
    with pytest.raises(IdentityError, match="holds no authority.key"):
        enrol("bus-01")


@on_one_database
def test_keys_of_another_authority_change_nothing(enrol, keys, db, tmp_path, capsys):
    enrol("bus-01")
    before, shown = rows(db), (keys / "city.pub").read_text()[:8]
    assert main(["keys", "--first", "--out", str(tmp_path / "x"), "--db", db]) == 2
    assert f"(city key {shown}...)" in capsys.readouterr().err
    assert main(["keys", "--out", str(tmp_path / "other")]) == 0
    capsys.readouterr()
    to = ["lc", "bus-01", "--db", db, "--keys", str(tmp_path / "other")]
    out = ["--out", str(tmp_path / "fleet")]
    for words in (
        ["replace", *to, *out],
        ["enrol", "lc", "bus-02", *to[2:], *out],
        ["broker", "mosquitto", "--host", "h", "--out", str(tmp_path / "b"), *to[2:]],
    ):
        assert main(words) == 2
        assert f"buses of another authority (city key {shown}...)" in capsys.readouterr().err
        assert rows(db) == before and not (tmp_path / "b").exists()
    assert main(["replace", *to, *out, "--new-authority"]) == 0
    with pytest.raises(IdentityError, match="another authority"):
        enrol("bus-02")


def test_only_serve_and_admin_make_a_database(keys, tmp_path, capsys):
    db = tmp_path / "typo.db"
    policy = tmp_path / "policy.json"
    policy.write_text(json.dumps(policy_for(0)))
    for words in (["identities"], ["revoke", "lc", "bus-01"], ["policy", "lc", str(policy)],
                  ["enrol", "lc", "bus-01", "--keys", str(keys), "--out", str(tmp_path / "f")],
                  ["broker", "mosquitto", "--out", str(tmp_path / "b"), "--host", "h",
                   "--keys", str(keys)]):  # fmt: skip
        assert main([*words, "--db", str(db)]) == 2
        assert f"There is no database {db}." in capsys.readouterr().err
        assert not db.exists()


@on_one_database
def test_a_database_without_buses_writes_no_broker_that_had_some(enrol, keys, db, tmp_path, capsys):
    enrol("bus-01", "bus-02")
    enrol("bus-01", command="replace")
    for kind in ("mosquitto", "nats"):
        folder = tmp_path / kind
        words = ["broker", kind, "--out", str(folder), "--host", "h", "--keys", str(keys), "--db"]
        assert main([*words, db]) == 0
        assert "2 buses may connect, 1 identity is revoked." in capsys.readouterr().out
        written = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
        other = str(tmp_path / "other.db")
        asyncio.run(with_database(other, everyone, may_make=True))
        assert main([*words, other]) == 2
        assert "This database has no bus, and the broker in" in capsys.readouterr().err
        assert written == {path.name: path.read_bytes() for path in folder.iterdir()
                           if path.is_file()}  # fmt: skip


def test_of_two_that_enrol_the_same_bus_at_once_one_is_refused(keys, db):
    async def twice():
        databases = [Database(db) for _ in range(2)]
        await databases[0].upgrade()
        both = [
            give(database, Keys(keys), "lc", ["bus-01"], why="enrol", how="certificate", by="me",
                 now_ms=1)
            for database in databases
        ]  # fmt: skip
        done = await asyncio.gather(*both, return_exceptions=True)
        for database in databases:
            await database.close()
        return done

    done = asyncio.run(twice())
    assert sorted(type(one) for one in done if isinstance(one, Exception)) == [IdentityError]
    assert len(rows(db)) == 1


@on_one_database
def test_the_event_loop_does_not_wait_while_identities_are_made(keys, db, monkeypatch):
    threads, new = set(), enrolling._new
    monkeypatch.setattr(
        enrolling, "_new", lambda *of: (threads.add(threading.get_ident()), new(*of))[1]
    )

    async def enrols(database):
        return await give(database, Keys(keys), "lc", ["bus-01"], why="enrol", how="password",
                          by="me", now_ms=1)  # fmt: skip

    assert len(asyncio.run(with_database(db, enrols, may_make=True))) == 1
    assert threads and threading.get_ident() not in threads


@on_one_database
def test_a_bus_is_called_enrolled_as_soon_as_it_has_an_identity(keys, db):
    async def story(database):
        register, live = Register(database, Clock()), Live(Clock(), Hub())
        register.when_read = lambda: live.look_up(register.valid)
        bus = live.bus("lc", "bus-01")
        await register.read()
        assert bus.is_enrolled is None  # it may be one that need not seal
        shown = []
        live.show = shown.append
        await give(database, Keys(keys), "lc", ["bus-01"], why="enrol", how="certificate", by="me",
                   now_ms=1)  # fmt: skip
        await register.read()
        await register.read()
        assert bus.is_enrolled is True and shown == [bus]
        await revoke(database, "lc", ["bus-01"], "me", 2)
        await register.read()
        assert bus.is_enrolled is False

    asyncio.run(with_database(db, story, may_make=True))


def test_the_private_keys_are_in_no_database(enrol, db, keys):
    secret = enrol("bus-01")["bus-01"]
    found = asyncio.run(with_database(db, everyone))
    assert "mac_key" not in found[0] and "credential" not in found[0]
    if "://" not in db:
        files = [path for path in map(Path, (db, db + "-wal")) if path.exists()]
        kept = b"".join(path.read_bytes() for path in files)
        assert secret.mac_key.hex().encode() in kept
        for hidden in (secret.key, secret.client_id.encode(), (keys / "city.key").read_bytes()):
            assert hidden not in kept


def test_the_station_says_what_is_wrong_with_its_own_certificate(keys):
    certificate, city = str(keys / "authority.crt"), str(keys / "city.key")
    with pytest.raises(SettingsError, match="belong together: give both or neither"):
        load({"broker_cert": certificate})
    with pytest.raises(SettingsError, match="broker_key is not the key of broker_cert"):
        load({"broker_cert": certificate, "broker_key": city})
    with pytest.raises(SettingsError, match=r"broker_key: \S+ cannot be read: No such file"):
        load({"broker_cert": certificate, "broker_key": city + "x"})
    right = {"broker_cert": certificate, "broker_key": str(keys / "authority.key")}
    assert load(right).broker_tls


def test_the_commands_do_not_wait_for_the_web_server():
    code = "import sys; from station.__main__ import parser; parser(); print(*sys.modules)"
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert not {"uvicorn", "fastapi", "cryptography", "bcrypt"} & set(done.stdout.split())


def test_hashes_are_as_each_kind_of_broker_keeps_them(tmp_path):
    import bcrypt

    from station.identity.password import hashes_of, new_password

    password = new_password()
    kept = hashes_of(password)
    assert bcrypt.checkpw(password.encode(), kept["nats"].encode())
    assert json.loads(json.dumps(kept)) == kept
    assert kept["mosquitto"].startswith("$7$101$")
