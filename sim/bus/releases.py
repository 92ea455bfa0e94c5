"""Releases for simulated buses, and the slot that a bus begins with.

They have the form of what `make release` makes, and a key of their own. Their modules are short
made-up texts, so that a bus fetches one in minutes: a simulated bus runs this tree's code anyway
(starting.py).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from drivers.board.slots import MANIFEST, PROVEN, SIGNED
from sim.bus.files import Files
from sim.program.release import make_set, release
from station.identity.signed import public_hex

RELEASE_KEY = "release.pub"
SET = "x64"
PARTS = ("gnss", "journal", "policy", "rules", "sensing", "trip", "uplink", "warnings")
"""Of the program, a few modules each."""
_MODULES = 6
_BYTES = 576
_LOADER = "drivers/board/packed.mpy"


def key(seed: int = 1) -> Ed25519PrivateKey:
    """seed: another one is somebody else's key."""
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"release %d" % seed).digest())


def public(seed: int = 1) -> str:
    return public_hex(key(seed))


def program(version: str, changed: Sequence[str] = ()) -> dict[str, bytes]:
    """What build() would make. changed: parts that this version has anew; the others are as in
    every version without them."""
    paths = {f"firmware/{part}/{number}.mpy": part for part in PARTS for number in range(_MODULES)}
    code = {path: _module(path, version if part in changed else "") for path, part in paths.items()}
    return {"main.py": b"# main\n", _LOADER: _module(_LOADER, ""),
            "firmware/__init__.mpy": _module("firmware/__init__.mpy", version), **code}  # fmt: skip


def _module(path: str, version: str) -> bytes:
    text = f"{version} {path}".encode()
    return b"".join(hashlib.sha256(text + bytes([n])).digest() for n in range(_BYTES // 32))


def small(
    version: str, changed: Sequence[str] = PARTS[:2], seed: int = 1, **about: Any
) -> dict[str, bytes]:
    """{name in the ZIP: content} of a release. about: notes and made_s, as release() takes them."""
    return release(key(seed), version, {SET: program(version, changed)}, **about)[1]


@cache
def image(version: str, changed: tuple[str, ...] = PARTS[:2], seed: int = 1) -> dict[str, bytes]:
    """{file: content} of its set, in the order in which a bus fetches it."""
    return make_set(key(seed), version, SET, program(version, changed))


def release_id(files: dict[str, bytes]) -> str:
    """64 hex digits. files: of a set."""
    return hashlib.sha256(files[MANIFEST]).hexdigest()


def fit(files: Files, version: str, slot: str = "a") -> None:
    """As `make deploy` leaves a board that has run since: this release, proven, and the key."""
    made = image(version, ())
    files.put(slot, {**made, SIGNED: made[MANIFEST], PROVEN: b""})
    files.content["slot"] = slot.encode()
    files.content[RELEASE_KEY] = (public() + "\n").encode()
