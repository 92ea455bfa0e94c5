"""What a board sealed proves itself; what was changed since is found, and the record is named."""

import contextlib
import hashlib
import hmac
import json
import random
import sys

import pytest

from firmware.journal.journal import ALARM, KIND_EVENT, Journal
from tools import board, pull
from tools import evidence_file as evidence
from tools.evidence import main

IDENTITY = {"fleet": "lc", "bus": "bus-01", "serial": "00000000000000a1",
            "mac_key": bytes(range(32)).hex()}  # fmt: skip
SECTORS = 24


def journal(after=b""):
    """A partition with enough alarms for several sectors. after: behind each record's JSON."""
    flash = evidence.Copy(b"\xff" * SECTORS * evidence.SECTOR)
    kept = Journal(flash, random.Random(1).randbytes)
    for n in range(1, 41):
        body = {"kind": "sos", "at": f"2026-11-22T00:00:{n:02d}.000Z", "fill": "x" * 400}
        text = json.dumps(body)[1:].encode() + after
        while True:  # a sector is erased before it takes a record
            kept.housekeep(n)
            with contextlib.suppress(OSError):
                kept.append(ALARM, KIND_EVENT, text)
                break
    return bytes(flash._bytes)


def sealed(about, blocks):
    """As the board does it (tools/on_board_pull.py)."""
    digests = [hashlib.sha256(block).hexdigest() for block in blocks]
    seal = {"serial": IDENTITY["serial"], "sectors": digests}
    digest = hashlib.sha256(evidence.canonical({**about, "seal": seal})).digest()
    key = bytes.fromhex(IDENTITY["mac_key"])
    mac = hmac.new(key, b"busguard-evidence\n" + digest, hashlib.sha256).hexdigest()
    return {**about, "seal": {**seal, "mac": mac}}


@pytest.fixture(scope="module")
def pulled():
    content = journal()
    files = {evidence.JOURNAL: content, "bus.json": b"{}"}
    size = evidence.SECTOR
    blocks = [content[at : at + size] for at in range(0, len(content), size)]
    about = {"what": "Busguard evidence", "taken_at": "2026-11-22T08:00:00+00:00",
             "chip_id": "abc", "sha256": evidence.digests(files)}  # fmt: skip
    return sealed(about, blocks), files


@pytest.fixture
def verified(tmp_path, capsys, monkeypatch):
    def verify(about, files, identity=IDENTITY, content=None):
        file, known = tmp_path / "bus.zip", tmp_path / "identity.json"
        file.write_bytes(content or evidence.packed(about, files))
        known.write_text(json.dumps(identity))
        words = ["evidence", "verify", str(file)]
        monkeypatch.setattr(sys, "argv", words + (["--identity", str(known)] if identity else []))
        with pytest.raises(SystemExit) as ended:
            board.run(main)
        told = capsys.readouterr()
        return ended.value.code, told.out + told.err

    return verify


def test_what_the_board_sealed_is_proven(pulled, verified, tmp_path):
    about, files = pulled
    status, said = verified(about, files)
    assert status == 0 and "lc/bus-01 (serial 00000000000000a1) sealed it" in said
    evidence.write(tmp_path / "written.zip", about, files)
    read, _ = evidence.read(tmp_path / "written.zip")
    assert verified(read, files)[0] == 0, "as make pull writes it"


def test_a_changed_byte_names_the_first_record_of_its_sector(pulled, verified):
    about, files = pulled
    content = bytearray(files[evidence.JOURNAL])
    at = content.index(b'"at": "2026-11-22T00:00:30.000Z"')
    content[at + 8] ^= 1
    status, said = verified(about, {**files, evidence.JOURNAL: bytes(content)})
    sector = at // evidence.SECTOR
    assert status == 1 and f"sector {sector} is not as the board held it" in said
    named = said.split("can be read is seq ")[1].split(")")[0]
    second = int(named.rsplit(":", 1)[1][:2])
    assert 20 <= second < 30 and "(sos, 2026-11-22T00:00:" in named
    first = content.index(f'"at": "2026-11-22T00:00:{second:02d}.000Z"'.encode())
    assert first // evidence.SECTOR == sector


def test_a_sector_that_was_emptied_names_the_record_before_it(pulled, verified):
    about, files = pulled
    content = bytearray(files[evidence.JOURNAL])
    sector = content.index(b'"at": "2026-11-22T00:00:30.000Z"') // evidence.SECTOR
    size = evidence.SECTOR
    content[sector * size : (sector + 1) * size] = b"\xff" * size
    status, said = verified(about, {**files, evidence.JOURNAL: bytes(content)})
    assert status == 1 and f"sector {sector} is not" in said
    named = said.split("The last record before it is seq ")[1].split(")")[0]
    second = named.rsplit(":", 1)[1][:2].encode()
    last = content.rindex(b'"at": "2026-11-22T00:00:', 0, sector * size)
    assert content[last + 24 : last + 26] == second, "the last that stands before the sector"


def test_what_is_made_anew_without_the_key_is_found(pulled, verified):
    about, files = pulled
    content = files[evidence.JOURNAL].replace(b"00:00:30", b"00:00:31")
    other = {**files, evidence.JOURNAL: content}
    blocks = [content[at : at + 4096] for at in range(0, len(content), 4096)]
    anew = {**about, "sha256": evidence.digests(other)}
    anew["seal"] = {**about["seal"], "sectors": [hashlib.sha256(b).hexdigest() for b in blocks]}
    for told, kept, words in (
        (anew, other, "The board did not seal"),
        ({**about, "chip_id": "another"}, files, "The board did not seal"),
        (about, {**files, "bus.json": b"[]"}, "bus.json is not what was taken"),
        (about, {evidence.JOURNAL: files[evidence.JOURNAL]}, "bus.json is missing"),
        (about, {**files, "more": b""}, "more is not what was taken"),
        (about, {**files, evidence.JOURNAL: files[evidence.JOURNAL][:-4096]}, "and the board held"),
        ({n: v for n, v in about.items() if n != "seal"}, files, "No board sealed"),
        ({"what": "x", "seal": 7}, {}, "damaged"),
    ):
        status, said = verified(told, kept)
        assert status == 1 and words in said, said


def test_without_the_identity_nothing_is_proven(pulled, verified):
    status, said = verified(*pulled, identity=None)
    assert status == 1 and "give it with --identity" in said
    status, said = verified(*pulled, identity={**IDENTITY, "mac_key": "11" * 32})
    assert status == 1 and "The board did not seal" in said


def test_what_another_program_would_show_instead_is_found(pulled, verified):
    about, files = pulled
    true = evidence.packed(about, files)
    for content in (evidence.packed({}, {}) + true, true + b"junk", b"junk" + true):
        status, said = verified(about, files, content=content)
        assert status == 1 and "not as Busguard writes it" in said and "NOT proven." in said


def test_a_journal_that_cannot_be_read_is_named_all_the_same(pulled, verified):
    about, files = pulled
    content = journal(b"\xff")
    status, said = verified(about, {**files, evidence.JOURNAL: content})
    assert status == 1 and "held it. Its records cannot be read any more." in said, said


def test_a_forged_file_is_listed_as_far_as_it_can_be_read(tmp_path, capsys, monkeypatch):
    file = tmp_path / "forged.zip"
    monkeypatch.setattr(sys, "argv", ["pull", "show", str(file)])
    for content, words in (
        (journal(), '"kind": "sos"'),
        (journal(b"\xff"), "cannot be read any further"),
        (b"", "cannot be read any further"),
    ):
        evidence.write(file, {"chip_id": "[/x]\x1b[8m"}, {evidence.JOURNAL: content})
        with pytest.raises(SystemExit):
            board.run(pull.main)
        told = capsys.readouterr()
        assert words in told.out + told.err and "[/x]\\x1b[8m; every" in told.out
        assert "\x1b[8m" not in told.out
