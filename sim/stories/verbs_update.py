"""Verbs of a Story about releases: one is offered, the city hands out its pieces, and code changes
places."""

from __future__ import annotations

import base64
import json
from typing import Any

from drivers.board.slots import MANIFEST
from sim.bus import releases

_PIECE_BYTES = 600
_SETTLE_MS = 45_000  # a warm start of the receiver, and gravity learnt


class Updated:
    """A part of Story, which has what is declared here."""

    rig: Any
    city: Any
    _timeline: Any
    _asks: Any
    _begins: Any
    _pass: Any
    _image: bytes = b""
    _release: str = ""
    _state: str = ""
    fetches: int = 0
    """Pieces that the bus has asked for."""

    def runs_release(self, version: str) -> None:
        """Before the story: the bus runs this release in one of its two slots."""
        listener, self._timeline.listener = self._timeline.listener, None
        releases.fit(self.rig.vehicle.files, version)
        self.rig.power_cut()
        self.rig.power_on()
        self._pass(_SETTLE_MS)
        self._begins()
        self._timeline.listener = listener

    def is_offered(
        self, version: str, bad: str | None = None, changed: tuple[str, ...] = releases.PARTS[:2],
        **more: Any,
    ) -> str:  # fmt: skip
        """The city offers a release, and hands out its pieces -> the answer. bad: how its code is
        bad (sim/bus/bad_code.py); changed: parts of it that are new; more: of the offer."""
        files = releases.image(version, changed)
        ident = releases.release_id(files)
        if not self._release:
            self._hear = self.rig.peer.hear
            self.rig.peer.hear = self._serves
        self._image, self._release = b"".join(files.values()), ident[:16]
        if bad is not None:
            self.rig.vehicle.starting.bad[self._release] = bad
        self._timeline.tell(f"the city offers release {version}")
        body = {"manifest": ident, "bytes": len(files[MANIFEST]), **more}
        answer = self._asks("release", self.city.command("release", body, ident=f"offer-{version}"))
        self._timeline.answer(answer["message"])
        return answer["message"]

    def _serves(self, message: Any, now_ms: int) -> None:
        """What the bus asks for, it gets."""
        self._hear(message, now_ms)
        if not message.topic.endswith("/fetch"):
            return
        wish = json.loads(message.payload)
        state = ", ".join(filter(None, (wish["state"], wish.get("why"))))
        if state != self._state:
            self._state = state
            self._timeline.says(f"update {state}")
        if wish["state"] != "fetching" or wish["release"] != self._release:
            return
        self.fetches += 1
        at, length = wish["at"], min(wish["bytes"], _PIECE_BYTES)
        data = base64.b64encode(self._image[at : at + length]).decode()
        piece = {"v": 1, "id": self._release, "at": at, "data": data}
        topic = message.topic.removesuffix("fetch") + "cmd/piece"
        self.rig.peer.publish(topic, json.dumps(piece, separators=(",", ":")).encode())

    @property
    def fetched(self) -> list[dict[str, Any]]:
        """What the bus has said on `fetch`, in order."""
        city = self.rig.peer.city
        return [json.loads(payload) for _, topic, payload in city if topic.endswith("/fetch")]

    @property
    def release(self) -> str | None:
        """The version whose slot runs."""
        return self.rig.vehicle.starting.version
