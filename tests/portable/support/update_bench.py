"""An update on a bus of which everything is set by hand, and the city's answers to it."""

import json
from binascii import b2a_base64

import small_release as releases
from flash_files import Files, Start, running_a
from parts import Nvs, snapshot

from drivers.board.slots import Slots
from firmware.config.load import defaults
from firmware.gap import Gap
from firmware.memory import Memory
from firmware.update import manifest as manifests
from firmware.updates import Updates
from firmware.warnings import SILENT

NOW_S = 1795388400
ORDINARY = {
    "checked": True, "ignition": False, "supply_mv": 12600, "phase": "parked", "settling": False,
}  # fmt: skip


class Restarted(BaseException):
    """parts.reset()"""


class Radio:
    name = "wifi"


class Uplink:
    """takes one `fetch` at a time; said: what was published."""

    connected = is_drained = True
    is_full = False

    def __init__(self):
        self.said = []
        self.renewed = 0

    def takes(self, name):
        return self.connected and not self.is_full

    def offer(self, name, payload):
        assert name == "fetch"
        self.said.append(json.loads(payload))

    def renew_status(self):
        self.renewed += 1


class Recorder:
    failed = has_alarm = False
    is_calm = True


class Journal:
    """waiting: records of each lane."""

    def __init__(self):
        self.waiting = [0, 0, 200]

    def backlog(self, lane):
        return self.waiting[lane]


class Policy:
    is_pending = False


class Warnings:
    level = SILENT


class Startup:
    fw = "1.2.3"


class Earliest:
    utc_s = NOW_S
    is_told = True

    def utc_ms(self, now_ms):
        return self.utc_s * 1000 + now_ms


class Parts:
    board_name = releases.BOARD
    mpy = releases.MPY

    def __init__(self, content, start):
        self.files = Files(content)
        start.files = self.files
        self.slots = Slots(self.files, Memory(start))
        self.radio = Radio()

    def reset(self):
        raise Restarted


class Bench:
    """content, start, nvs: what outlives a restart; the running slot holds version 1's modules."""

    next_tick_ms = 1000
    seals = True  # the signatures are verified as they are on a board

    def __init__(
        self, content=None, start=None, nvs=None, has_key=True, seals=True, has_parts=True
    ):
        if content is None:
            content = running_a()
            content["a/program.pack"] = releases.pack(0)
            if has_parts:
                content["a/parts"] = releases.table(0)
        if has_key:
            content["release.pub"] = releases.KEY.encode() + b"\n"
        self.content = content
        self.start = Start() if start is None else start
        self.nvs = Nvs() if nvs is None else nvs
        manifests.verify = manifests_verify if seals else believing
        self.boot()

    def boot(self):
        """The power comes back."""
        self.parts = Parts(self.content, self.start)
        self.files = self.parts.files
        self.snapshot = snapshot(**ORDINARY)
        self.uplink, self.recorder, self.journal = Uplink(), Recorder(), Journal()
        self.startup, self.policy, self.warnings, self.earliest = (
            Startup(),
            Policy(),
            Warnings(),
            Earliest(),
        )
        self.gap = Gap()
        self.memory = Memory(self.nvs)
        self.config = defaults()
        self.updates = Updates(self.config, self.parts, self.memory)
        self.events = []
        self.now_ms = 0
        self.answers = 0  # pieces that the city has sent
        self.answered = 0  # of what was said

    def turn(self):
        """As that of a bus."""
        self.gap.look(self.now_ms, self.next_tick_ms, self.snapshot.trip.phase == "parked")
        return self.updates.turn(self.now_ms, self)

    def turns(self, n=1, ms=10, city=None):
        """So many turns, with a tick behind each. city(asked): answers a `fetch`, or None."""
        for _ in range(n):
            self.now_ms += ms
            self.next_tick_ms = self.now_ms + 100
            self.turn()
            for event in self.updates.update(self.snapshot):
                self.events.append(event)
            while self.answered < len(self.uplink.said):
                told = self.uplink.said[self.answered]
                self.answered += 1
                if city is not None and told["state"] == "fetching":
                    city(told)

    def city(self, name="NEW"):
        """-> the city, which has this release."""
        image = releases.image(name)

        def answers(told):
            self.answers += 1
            data = image[told["at"] : told["at"] + told["bytes"]]
            self.piece(told["at"], data, told["release"])

        return answers

    def piece(self, at, data, release=None):
        text = b2a_base64(data)[:-1].decode()
        return self.updates.take_piece({"id": release or releases.short(), "at": at, "data": text})

    def offered(self, name="NEW", **more):
        return self.updates.take_offer(releases.offer(name, **more))

    def runs(self, name="NEW", most=3000, until=None):
        """Turns until the board restarts, or until(self) -> bool: it has restarted."""
        city = self.city(name)
        try:
            for _ in range(most):
                self.turns(1, 10, city)
                if until is not None and until(self):
                    return False
        except Restarted:
            return True
        return False

    def last(self):
        return self.uplink.said[-1] if self.uplink.said else None

    def told(self):
        """-> [(what, why)] of the events of the kind `update`."""
        told = [dict(event.data) for event in self.events if event.kind == "update"]
        return [(data["what"], data.get("why")) for data in told]

    def refused(self, most=3000, name="NEW"):
        """-> why, once the bus has refused."""
        self.runs(name, most, lambda bench: bench.last() and bench.last()["state"] == "refused")
        self.turns(2)
        assert self.last()["state"] == "refused", self.last()
        assert self.told()[-1] == ("refused", self.last()["why"]), self.told()
        assert "update.json" not in self.content
        return self.last()["why"]


manifests_verify = manifests.verify


def believing(key, message, signature):
    """In place of Ed25519, for tests that fill a slot often: right is what small_release.py has."""
    from binascii import b2a_base64 as base64

    yield
    return base64(signature)[:86].decode() in releases.SIGNED.values()


def whole(content, slot="b"):
    """bool: the slot has the release NEW, every byte of it."""
    return (
        content.get(slot + "/main.py") == releases.MAIN
        and content.get(slot + "/packed.mpy") == releases.PACKED
        and content.get(slot + "/program.pack") == releases.pack(1)
        and content.get(slot + "/signed") == releases.signed("NEW")
    )
