"""Proves what `make pull` took from a board: the seal that the board itself put under it."""

from __future__ import annotations

import hashlib
import hmac
import random
from typing import Any

from firmware.journal.journal import Journal
from firmware.journal.reader import Reader
from tools import evidence_file as evidence


def verify(about: dict[str, Any], files: dict[str, bytes],
           identities: list[dict[str, Any]]) -> tuple[list[str], list[str]]:  # fmt: skip
    """-> (sentences that say what was proven, sentences that say what is wrong)."""
    wrong = _changed(about, files)
    seal = about.get("seal")
    if seal is None:
        return [], [*wrong, "No board sealed this file: its board had no identity. It may have "
                    "been made anew, so it proves nothing."]  # fmt: skip
    known = [one for one in identities if one["serial"] == seal["serial"]]
    if not known:
        return [], [*wrong, f"The board's seal can only be checked with its identity, serial "
                    f"{seal['serial']}: give it with --identity."]  # fmt: skip
    unsealed = {name: value for name, value in seal.items() if name != "mac"}
    digest = hashlib.sha256(evidence.canonical({**about, "seal": unsealed})).digest()
    key = bytes.fromhex(known[0]["mac_key"])
    mac = hmac.digest(key, b"busguard-evidence\n" + digest, "sha256").hex()
    if not hmac.compare_digest(mac, seal["mac"]):
        wrong.append("The board did not seal what about.json says, or it was changed since.")
    if wrong:
        return [], wrong
    bus = f"{known[0]['fleet']}/{known[0]['bus']}"
    return [f"The board of {bus} (serial {seal['serial']}) sealed it, and every byte is as the "
            "board held it."], []  # fmt: skip


def _changed(about: dict[str, Any], files: dict[str, bytes]) -> list[str]:
    """The first record that is not as the board held it, and files that are not."""
    wrong = []
    sectors = about.get("seal", {}).get("sectors", ())
    journal = files.get(evidence.JOURNAL, b"")
    size = evidence.SECTOR
    if len(journal) != len(sectors) * size and sectors:
        wrong.append(f"{evidence.JOURNAL} has {len(journal):,} bytes, and the board held "
                     f"{len(sectors) * size:,}.")  # fmt: skip
    for number, digest in enumerate(sectors):
        block = journal[number * size : (number + 1) * size]
        if block and hashlib.sha256(block).hexdigest() != digest:
            wrong.append(f"{evidence.JOURNAL}: sector {number} is not as the board held it. "
                         + _in_sector(journal, number))  # fmt: skip
            break
    listed = about["sha256"]
    actual = evidence.digests(files)
    for name in sorted(listed.keys() | actual.keys()):
        if listed.get(name) != actual.get(name):
            gone = "is missing" if name not in actual else "is not what was taken from the board"
            wrong.append(f"{name} {gone}.")
    return wrong


def _in_sector(journal: bytes, block: int) -> str:
    """Which records are concerned. What of the sector cannot be read is passed over."""
    try:
        return _records_at(journal, block)
    except evidence.DAMAGED:
        return "Its records cannot be read any more."


def _records_at(journal: bytes, block: int) -> str:
    before = None
    for lane in Journal(evidence.Copy(journal), random.Random(0).randbytes)._book.lanes:
        reader = Reader(lane.ring)
        previous = None
        while reader.read():
            record = evidence.opened(reader.kind, bytes(reader.payload))
            when = record.get("at") or record.get("t")
            said = f"seq {reader.seq} ({record['kind']}, {when})"
            if lane.ring.blocks.block(reader.sector) == block:
                return f"The first record in it that can be read is {said}."
            if previous is not None and lane.ring.blocks.block(reader.sector) > block > previous[0]:
                before = previous[1]
            previous = lane.ring.blocks.block(reader.sector), said
        before = before or (previous[1] if previous and previous[0] < block else None)
    return f"The last record before it is {before}." if before else "No record is in it."
