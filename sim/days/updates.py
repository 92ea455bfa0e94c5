"""A release for a virtual board, offered and sent piece by piece as the station does."""

from __future__ import annotations

import hashlib
import json
from base64 import b64encode
from collections.abc import Mapping

import paho.mqtt.client as mqtt

from drivers.board.slots import MANIFEST, PROVEN, SIGNED
from firmware import VERSION
from firmware.update.slot_manifest import slot_manifest
from sim.bus.city import City
from sim.bus.releases import RELEASE_KEY, key, public
from sim.network.subscriber import Heard
from sim.program.compiled import ROOT, build
from sim.program.release import FILES, make_set, mpy_of

SET = "x64"
_INIT = "firmware/__init__.py"


def made(version: str) -> dict[str, bytes]:
    """{file: content} of a release of this tree that says to be of this version."""
    source = (ROOT / _INIT).read_bytes().replace(VERSION.encode(), version.encode())
    return make_set(key(), version, SET, build(mpy_of(SET), {_INIT: source}))


def deployed(version: str) -> dict[str, bytes]:
    """Path on the board -> content: this release in slot a, as `make deploy` leaves it, and proven;
    the key for the next one."""
    files = made(version)
    rows = [(name, len(files[name]), hashlib.sha256(files[name]).digest()) for name in FILES]
    signed = files.pop(MANIFEST)
    slot = {**files, SIGNED: signed, MANIFEST: slot_manifest(rows), PROVEN: b""}
    return {
        "boot.py": (ROOT / "boot.py").read_bytes(), "slot": b"a",
        RELEASE_KEY: (public() + "\n").encode(),
        **{f"a/{name}": content for name, content in slot.items()},
    }  # fmt: skip


class Updates:
    """`send` offers a release, again whenever the bus connects. taken: how many have proven
    themselves; is_changing: the bus is about to start again with the new code."""

    def __init__(self, client: mqtt.Client, city: City, fleet: str, bus: str):
        self._client = client
        self._city = city
        self._to = f"{fleet}/{bus}"
        self._root = f"schoolbus/{fleet}/{bus}/cmd/"
        self._files: Mapping[str, bytes] = {}
        self._image = b""
        self.is_changing = False
        self.taken = 0
        self.pieces = 0
        self.wrong = ""

    def send(self, version: str) -> None:
        self._files = made(version)
        self._image = b"".join(self._files.values())
        self._offer()

    def _offer(self) -> None:
        manifest = self._files[MANIFEST]
        body = {"manifest": hashlib.sha256(manifest).hexdigest(), "bytes": len(manifest)}
        payload = self._city.command("release", body, ident="release", to=self._to)
        self._client.publish(self._root + "release", payload, 1)

    def heard(self, heard: Heard) -> None:
        if not self._image:
            return
        told = heard.message
        if heard.name == "status" and told.get("online") and not self.is_changing:
            self._offer()
        elif heard.name == "fetch" and told["state"] == "fetching":
            self._send_piece(told)
        elif heard.name == "fetch" and told["state"] == "refused":
            self.wrong = f"the update is refused: {told.get('message')}"
        elif heard.name == "event" and told["kind"] == "update":
            self._follow(told["data"]["what"])

    def _send_piece(self, told: Mapping[str, int]) -> None:
        at = told["at"]
        data = b64encode(self._image[at : at + told["bytes"]]).decode()
        piece = {"v": 1, "id": told["release"], "at": at, "data": data}
        self._client.publish(self._root + "piece", json.dumps(piece).encode(), 1)
        self.pieces += 1

    def _follow(self, what: str) -> None:
        if what == "changing":
            self.is_changing = True
        elif what == "proven":
            self._image, self.is_changing = b"", False
            self.taken += 1
        elif what == "returned":
            self.wrong = "the old code came back"
