"""A station's export of a day proves itself; every kind of tampering is found and named."""

import asyncio
import base64
import hashlib
import io
import json
import subprocess
import sys
import zipfile

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import insert, select
from station_told import NOW_MS, browser, event, running, signed_in, track
from vm import ROOT

from station.clock import FollowedClock
from station.db import tables
from station.ingest import seal
from station.ingest.came import Came
from station.settings import Settings
from tools import board, evidence, evidence_file

KEY = bytes(range(32))
CITY = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
PUBLIC = CITY.public_key().public_bytes_raw().hex()
PEM = CITY.private_bytes(
    serialization.Encoding.PEM,
    serialization.PrivateFormat.PKCS8,
    serialization.NoEncryption(),
).decode()
IDENTITY = {"fleet": "lc", "bus": "bus-01", "serial": "00000000000000a1", "mac_key": KEY.hex()}
DAY = "2026-11-22"
LEFT = "child_left_behind"


def came(message, key=KEY):
    topic = "schoolbus/lc/bus-01/" + message[0]
    return Came(topic, seal.seal(key, topic, message[1]), False, NOW_MS, 0, 0)


def made(folder, messages, then=None, at=None):
    """-> the export, as an administrator downloads it. then: the identity from message `at` on."""
    settings = Settings(broker=("127.0.0.1", 9), db=str(folder / "s.db"), city_key=PEM)

    new = bytes.fromhex((then or IDENTITY)["mac_key"])

    async def scenario():
        async with running(settings, FollowedClock(NOW_MS)) as station:
            async with station.db.write() as connection:
                for identity in filter(None, (IDENTITY, then)):
                    row = {**identity, "how": "password", "made_ms": NOW_MS, "made_by": "boss"}
                    await connection.execute(insert(tables.identities).values(row))
            await station.register.read()
            found = station.records.intake.sort(
                [*map(came, messages[:at]), *(came(one, new) for one in messages[at:] if at)]
            )
            assert not found.bad + found.untrusted
            await station.records.keep(found.messages, [])
            client = await signed_in(station, "boss", "admin")
            answer = await client.get(f"/api/buses/lc/bus-01/evidence/{DAY}")
            assert answer.status_code == 200, answer.text
            assert f"lc-bus-01-{DAY}.zip" in answer.headers["content-disposition"]
            async with station.db.read() as connection:
                line = (await connection.execute(select(tables.access_log))).mappings().all()[-1]
            assert (line["what"], line["who"], line["day"]) == ("evidence", "boss", DAY)
            viewer = await signed_in(station, "anybody", "viewer")
            refused = await viewer.get(f"/api/buses/lc/bus-01/evidence/{DAY}")
            assert refused.status_code == 403
            return answer.content

    return asyncio.run(scenario())


MESSAGES = [
    event(5, "trip_started", "info", data={"trip": 1}), track(6, 10),
    event(16, "records_lost", "warning", data={"first": 17, "last": 19, "exact": True}),
    event(20, LEFT), event(22, "overspeed", "warning", at_ms=None), track(21, 1), track(23, 5),
    event(100, "started", "info", data={"boot": 3}), event(101, "sos"),
]  # fmt: skip


@pytest.fixture(scope="module")
def export(tmp_path_factory):
    return made(tmp_path_factory.mktemp("station"), MESSAGES)


@pytest.fixture
def verified(tmp_path, capsys, monkeypatch):
    """verified(zip) -> (exit status, what `python -m tools.evidence verify` says)."""

    def verify(content, key=PUBLIC, identity=IDENTITY):
        file = tmp_path / "day.zip"
        file.write_bytes(content)
        words = ["evidence", "verify", str(file)] + (["--city-key", key] if key else [])
        several = identity if isinstance(identity, list) else [identity] if identity else []
        for number, one in enumerate(several):
            known = tmp_path / f"{number}.identity.json"
            known.write_text(json.dumps(one))
            words += ["--identity", str(known)]
        monkeypatch.setattr(sys, "argv", words)
        with pytest.raises(SystemExit) as ended:
            board.run(evidence.main)
        told = capsys.readouterr()
        return ended.value.code, told.out + told.err

    return verify


def opened(content):
    with zipfile.ZipFile(io.BytesIO(content)) as pack:
        about = json.loads(pack.read("about.json"))
        return about, pack.read("records.jsonl").decode().splitlines()


def packed(about, lines, more=()):
    text = "".join(line + "\n" for line in lines)
    return evidence_file.packed(about, {"records.jsonl": text.encode(), **dict.fromkeys(more, b"")})


def rechained(about, lines):
    """What somebody can make anew who has not got the city's key."""
    chain, told = hashlib.sha256(b"busguard-evidence-day\n").digest(), []
    for text in lines:
        line = json.loads(text)
        del line["chain"]
        said = json.dumps(line, sort_keys=True, separators=(",", ":")).encode()
        chain = hashlib.sha256(chain + said).digest()
        told.append(json.dumps({**line, "chain": chain.hex()}, sort_keys=True))
    return {**about, "lines": len(told), "chain": chain.hex()}, told


def test_a_day_on_which_the_identity_changed_is_no_forgery(tmp_path, verified):
    new = {**IDENTITY, "serial": "00000000000000b2", "mac_key": "b2" * 32}
    changed = made(tmp_path, MESSAGES, then=new, at=6)
    status, said = verified(changed)
    assert status == 1 and "not every seal was checked" in said, "the station alone says whose"
    assert "NOT proven" not in said
    assert "3 records have the seal of identity 00000000, which was not given: not checked." in said
    assert "Each of the other 6 messages has the bus's own seal." in said
    status, said = verified(changed, identity=[IDENTITY, new])
    assert status == 0 and "Each of the 9 messages has the bus's own seal." in said, said
    status, said = verified(changed, identity=[IDENTITY, {**new, "mac_key": "00" * 32}])
    assert status == 1 and "The first record without the bus's own seal is " in said


def test_a_day_is_complete_unchanged_and_the_words_of_the_bus(export, verified):
    status, said = verified(export)
    assert status == 0, said
    assert "complete and unchanged." in said
    assert "Each of the 9 messages has the bus's own seal." in said
    assert "numbers 17 to 19 were lost on the bus, which announced it" in said
    about, lines = opened(export)
    (journal,) = about["journals"]
    assert (journal["first"], journal["last"]) == (5, 101)
    assert journal["left_out"] == [[28, 99]] and journal["missing"] == []
    payloads = {json.loads(line)["payload"].encode() for line in lines}
    assert payloads == {came(message).payload for message in MESSAGES}
    status, said = verified(export, identity=None)
    assert status == 0 and "seals were not checked" in said
    status, said = verified(export, key=None)
    assert status == 1 and PUBLIC in said and "a key of their own" in said, "as a stranger's"


def test_what_never_came_is_named_and_is_not_complete(tmp_path, verified):
    some = [message for message in MESSAGES if message not in (MESSAGES[3], MESSAGES[5])]
    status, said = verified(made(tmp_path, some))
    assert status == 1 and "unchanged, but not complete." in said
    assert "numbers 20 to 21 never came to the station" in said


def bent(lines, at):
    return [*lines[:at], lines[at].replace("sos", "sox").replace(LEFT, "none"), *lines[at + 1 :]]


def test_every_tampering_is_found_and_the_record_is_named(export, verified):
    about, lines = opened(export)
    at = next(n for n, line in enumerate(lines) if LEFT in line)
    after = json.loads(json.loads(lines[at + 1])["payload"])["seq"]
    more = lines[-1].replace('\\"seq\\": 101', '\\"seq\\": 102')
    swapped = [*lines[:at], lines[at + 1], lines[at], *lines[at + 2 :]]
    gone = [*lines[:at], *lines[at + 1 :]]
    later = lines[at].replace("00:12:03", "00:12:04", 1)
    for content, words in (
        (packed(about, bent(lines, at)), "seq 20"),
        (packed(about, [*lines[:at], later, *lines[at + 1 :]]), "seq 20"),
        (packed(about, gone), f"seq {after}"),
        (packed(about, swapped), f"seq {after}"),
        (packed(about, lines[:-1]), "1 records were removed after started (epoch 9f3a21c4, seq 10"),
        (packed(about, [*lines, more]), "seq 102"),
        (packed(about, [*lines[:at], "{", *lines[at + 1 :]]), f"Line {at + 1}"),
        (packed(*rechained(about, bent(lines, at))), "own seal is none (epoch 9f3a21c4, seq 20"),
        (packed(*rechained(about, gone)), "The record with seq 20 of epoch 9f3a21c4"),
        (packed(*rechained(about, swapped)), "seq 20, 2026-11-22T00:12:03.400Z) stands in the wr"),
        (packed(about, lines, ["x.txt"]), "x.txt does not belong"),
        (packed({**about, "day": "2026-11-23"}, lines), "city's key did not sign"),
    ):
        status, said = verified(content)
        assert status == 1 and words in said and "NOT proven." in said, (words, said)


def test_a_stranger_s_signature_or_seal_proves_nothing(export, verified):
    about, lines = opened(export)
    stranger = Ed25519PrivateKey.generate()
    unsigned = {**about, "city_key": stranger.public_key().public_bytes_raw().hex()}
    del unsigned["sig"]
    text = json.dumps(unsigned, sort_keys=True, separators=(",", ":")).encode()
    sig = base64.b64encode(stranger.sign(b"busguard-evidence-day\n" + text)).decode()
    status, said = verified(packed({**unsigned, "sig": sig.rstrip("=")}, lines))
    assert status == 1 and "city's key did not sign" in said
    status, said = verified(export, identity={**IDENTITY, "mac_key": "00" * 32})
    assert status == 1 and "trip_started (epoch 9f3a21c4, seq 5" in said
    status, said = verified(export, identity={**IDENTITY, "bus": "bus-02"})
    assert status == 1 and "lc/bus-02" in said


def test_a_file_that_was_cut_off_is_no_evidence(export, verified):
    for content in (export[:-30], export[:200], b"", packed({"what": "else"}, [])):
        status, said = verified(content)
        assert status == 1 and said.strip(), said
        assert "Traceback" not in said


def doubled(text):
    """The object with a name that stands in it twice; json takes the last."""
    name = text[text.index('"') : text.index(":")]
    return text.replace("{", "{" + name + ': "forged", ', 1)


def zipped(members, comment=b"", extra=b""):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as pack:
        for name, content in members.items():
            member = zipfile.ZipInfo(name)
            member.create_system, member.extra = 3, extra
            pack.writestr(member, content)
        pack.comment = comment
    return out.getvalue()


def members(content):
    with zipfile.ZipFile(io.BytesIO(content)) as pack:
        return {name: pack.read(name).decode() for name in pack.namelist()}


def test_what_another_program_would_show_instead_is_found(export, verified):
    true = members(export)
    assert zipped(true) == export
    about, text = true["about.json"], true["records.jsonl"]
    sig = json.loads(about)["sig"]
    local = bytearray(export)
    local[10] ^= 1  # the time of a member: central directory and local header differ
    unlike = "not as Busguard writes it"
    for content, words in (
        (zipped({**true, "records.jsonl": doubled(text)}), "seq 5"),
        (zipped({**true, "records.jsonl": text.replace("{", "{ ", 1)}), "seq 5"),
        (zipped({**true, "records.jsonl": text + "\n"}), "Line 10"),
        (zipped({**true, "records.jsonl": text + " "}), "does not end where"),
        (zipped({**true, "about.json": doubled(about)}), unlike),
        (zipped({**true, "about.json": about + "\n"}), unlike),
        (zipped({**true, "about.json": about.replace(sig, sig + "==== junk")}), "did not sign"),
        (zipped(dict(reversed(true.items()))), unlike),
        (zipped({"about.json": "{}", "records.jsonl": ""}) + export, unlike),
        (zipped(true, comment=b"This day was empty"), unlike),
        (zipped(true, extra=b"\x01\x00\x04\x00junk"), unlike),
        (bytes(local), unlike),
        (export + b"junk", unlike),
        (b"junk" + export, unlike),
    ):
        status, said = verified(content)
        assert status == 1 and words in said, (words, said)
        assert "complete and unchanged" not in said


def flagged(content, offset, value):
    """Both headers of the first member say so. offset: in the local header."""
    changed = bytearray(content)
    for at in (0, content.index(b"PK\1\2") + 2):
        changed[at + offset : at + offset + 2] = value.to_bytes(2, "little")
    return bytes(changed)


def deflated(name, content):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as pack:
        pack.writestr(name, content)
    return out.getvalue()


def test_a_file_made_to_stop_its_reader_gets_a_sentence(export, verified, monkeypatch):
    about, lines = opened(export)
    deep = '{"a":' * 5000 + "1" + "}" * 5000
    monkeypatch.setattr(evidence_file, "MAX_BYTES", 1 << 20)
    for content, words in (
        (flagged(export, 6, 1), "encrypted"),
        (flagged(export, 8, 99), "compressed in another way"),
        (zipped({"about.json": deep}), "recursion"),
        (zipped({"about.json": '{"a":' * 500 + "1" + "}" * 500}), "damaged"),
        (packed(about, [deep, *lines]), "Line 1 "),
        (packed({**about, "lines": float("inf")}, lines), "did not sign"),
        (packed({**about, "journals": [[]]}, lines), "damaged"),
        (packed({**about, "fleet": "x", "journals": [7]}, lines), "damaged"),
        (deflated("about.json", bytes(2 << 20)), "unpacks to more"),
        (bytes(2 << 20), "larger than any"),
        (packed(about, lines, ["\x1b[8m"]), "\\x1b[8m does not belong"),
    ):
        status, said = verified(content)
        assert status == 1 and words in said and "Traceback" not in said, (words, said)
        assert "\x1b" not in said


def test_without_a_key_or_a_record_there_is_no_file(tmp_path):
    settings = Settings(broker=("127.0.0.1", 9), db=str(tmp_path / "s.db"), accept_unsealed=True)

    async def scenario():
        async with running(settings, FollowedClock(NOW_MS)) as station:
            client = await signed_in(station, "boss", "admin")
            refused = await client.get(f"/api/buses/lc/bus-01/evidence/{DAY}")
            assert refused.status_code == 409 and "python -m station keys" in refused.text
            assert (await browser(station).get("/api/buses/a/b/evidence/x")).status_code == 401

    asyncio.run(scenario())
    for words, said in (
        ([DAY], "no record of lc/bus-01"), (["2026-13-01"], "is not a day"),
    ):  # fmt: skip
        done = subprocess.run(
            [sys.executable, "-m", "station", "evidence", "lc", "bus-01", *words, "--out",
             str(tmp_path / "out.zip"), "--db", settings.db],
            cwd=ROOT, capture_output=True, text=True, check=False,
            env={"STATION_CITY_KEY": PEM},
        )  # fmt: skip
        assert done.returncode == 2 and said in done.stderr
        assert not (tmp_path / "out.zip").exists()
