"""One uplink with a real journal, in virtual time, in front of the strict peer."""

from __future__ import annotations

import json

from schemas import validate

from firmware import messages
from firmware.config import load as config
from firmware.event import ALARM as SEVERE
from firmware.event import INFO, Event
from firmware.journal.journal import ALARM, KIND_EVENT, KIND_POSITION, TRACK, Journal
from firmware.snapshot import Snapshot
from firmware.uplink.uplink import Uplink
from sim.bus.identities import identity_for
from sim.network.dialer import VirtualDialer
from sim.network.network import Network
from sim.network.peer import Peer
from sim.wires.flash import Flash

TURN_MS = 100
ROOT = "schoolbus/laemchabang/bus-1/"


_LEFT = (("seats", [7]), ("unknown", []), ("stage", 2))


class Radio:
    """Up whenever there is signal."""

    def __init__(self) -> None:
        self.has_signal = True
        self.ups = 0
        self.downs = 0

    def up(self) -> None:
        self.ups += 1

    def down(self) -> None:
        self.downs += 1

    def restart(self) -> None:
        """As any restart: without effect on whether there is signal."""

    def is_up(self) -> bool:
        return self.has_signal


class Records:
    """A journal on a simulated flash, and what was appended to it."""

    def __init__(self, blocks: int = 128):
        self.flash = Flash(blocks)
        self.journal = self.open_journal()
        self.appended: dict[int, list[int]] = {ALARM: [], TRACK: []}
        self._snapshot = Snapshot(40)

    def open_journal(self) -> Journal:
        return Journal(self.flash, lambda n: bytes(range(n)))

    def alarm(self, n: int = 1) -> int:
        """Append alarms; the last one's seq."""
        event = Event("child_left_behind", SEVERE, data=_LEFT)
        for _ in range(n):
            seq = self._append(ALARM, KIND_EVENT, self._body(event))
        return seq

    def info(self) -> int:
        """Append an event to the track lane; its seq."""
        return self._append(
            TRACK, KIND_EVENT, self._body(Event("trip_started", INFO, data=(("trip", 1),)))
        )

    def position(self, n: int = 1) -> None:
        """Append positions, a second and some 11 m apart."""
        for _ in range(n):
            at = self.journal.next_seq
            body = messages.position(
                1_795_306_323 + at, 130_827_000 - 37 * at, 1_008_833_000 + 1012 * at, 11_500, 183
            )
            self._append(TRACK, KIND_POSITION, body)

    def drained(self) -> bool:
        return self.journal.backlog(ALARM) + self.journal.backlog(TRACK) == 0

    def arrived(self, lane: int, heard: list[tuple[str, bytes]]) -> list[int]:
        """seqs of a lane in the order of arrival, those sent twice included."""
        mine = set(self.appended[lane])
        seqs = []
        for topic, payload in heard:
            if topic in (ROOT + "event", ROOT + "track"):
                message = json.loads(payload)
                first = message["seq"]
                seqs += [s for s in range(first, first + message.get("n", 1)) if s in mine]
        return seqs

    def status(self) -> bytes:
        return messages.status(None, "0.1.0", self.journal.epoch, 1, "power_on")

    def _body(self, event: Event) -> bytes:
        parts = messages.event_parts(event, self._snapshot, 1)
        return messages.event_body(parts, self.journal.next_seq)

    def _append(self, lane: int, kind: int, body: bytes) -> int:
        seq = self.journal.append(lane, kind, body)
        self.appended[lane].append(seq)
        return seq


class Uplinked(Records):
    """Virtual time: appends, runs, tells what the city heard. now_ms goes on from run to run."""

    def __init__(self, delay_ms: int = 50, bandwidth_bps: int | None = None, blocks=128, **broker):
        super().__init__(blocks)
        self.peer = Peer()
        self.network = Network(self.peer, delay_ms, bandwidth_bps)
        self.radio = Radio()
        settings = {"host": "broker.example", "tls": False, **broker}
        text = json.dumps(
            {"board": "devkit", "fleet": "laemchabang", "bus": "bus-1", "broker": settings}
        )
        self.config, errors = config.parse(text)
        assert errors == []
        if self.config["broker"]["tls"]:
            self.config["identity"] = identity_for(self.config, ca="MAA=")
        self.now_ms = 0
        self.boot()

    def boot(self) -> None:
        """Power comes (back): the journal recovers, the uplink knows nothing."""
        self.network.cut_power()
        self.journal = self.open_journal()
        dialer = VirtualDialer(self.network)
        self.uplink = Uplink(self.config, self.journal, self.radio, dialer, self.status)

    def run(self, ms: int) -> None:
        """Let time pass: every event of the network, and a turn at least each 100 ms."""
        end_ms = self.now_ms + ms
        while self.now_ms < end_ms:
            event_ms = self.network.next_event_ms()
            step_ms = self.now_ms + TURN_MS
            if event_ms is not None:
                step_ms = max(self.now_ms + 1, min(step_ms, event_ms))
            self.now_ms = min(step_ms, end_ms)
            self.network.advance(self.now_ms)
            while self.uplink.turn(self.now_ms):
                pass
            self.journal.housekeep(self.now_ms)

    def run_until(self, happened, within_ms: int) -> int:
        """-> ms that it took. AssertionError if it didn't happen in time."""
        start_ms = self.now_ms
        while not happened():
            assert self.now_ms - start_ms < within_ms, (
                f"not within {within_ms} ms; last failure: {self.uplink.failure}"
            )
            self.run(10)
        return self.now_ms - start_ms

    def heard(self, name: str) -> list[dict]:
        """Payloads on one topic, in order, each valid by its schema."""
        return [
            validate(topic, payload) for _, topic, payload in self.peer.city if topic == ROOT + name
        ]

    def doubled(self) -> int:
        """Records that arrived more than once, counted each time."""
        seqs = self._seqs(ALARM) + self._seqs(TRACK)
        return len(seqs) - len(set(seqs))

    def check(self) -> None:
        """P2: every record, once after de-duplication, each lane in order; the standard kept."""
        self.peer.check()
        for lane in (ALARM, TRACK):
            assert list(dict.fromkeys(self._seqs(lane))) == self.appended[lane]

    def _seqs(self, lane: int) -> list[int]:
        return self.arrived(lane, [(topic, payload) for _, topic, payload in self.peer.city])
