"""A school morning on the virtual board: today's code on its flash, and a real broker.

At its end the records of the journal on the image are compared with what the city received.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from firmware.identity import Identity
from firmware.journal.journal import ALARM, TRACK, WARNING, Journal
from sim import wording
from sim.bus.account import Account, Arrival, Confirmed
from sim.network.proxy import Proxy
from sim.network.subscriber import Heard, Subscriber
from sim.virtual.board import VirtualBoard
from sim.virtual.image import FlashImage
from sim.virtual.install import code, has_slot, install, settings
from sim.virtual.partitions import partition
from sim.wires.flash import Flash
from sim.world.town_policy import policy_for

_TOLD_S = 10.0
_WIDTH = 110


def prepare(image: FlashImage, bus: dict[str, Any], broker: tuple[str, int]) -> dict[str, Any]:
    """Today's code, the town's policy, and bus.json with this broker -> that bus.json.

    An image that has code by `make deploy` keeps that.
    """
    host, port = broker
    bus = {**bus, "broker": {"host": host, "port": port, "tls": False}}
    files = {} if has_slot(image) else code()
    install(image, {**files, **settings(bus, policy_for(0))})
    return bus


def held(image: FlashImage) -> dict[tuple[str, int], Confirmed]:
    """Every record of the journal on the image by (epoch, seq), acknowledged or not.

    The board may be running: the journal is read on a copy. Empty before its first start.
    """
    place = partition("journal")
    flash = Flash(place.size // 4096)
    flash.data[:] = image.data[place.offset : place.offset + place.size]
    if flash.data.count(0xFF) == place.size:
        return {}
    journal = Journal(flash, bytes)
    found = {}
    for lane in (ALARM, WARNING, TRACK):
        reader = journal.reader(lane)
        reader.sector = reader.seq = 0  # not from the cursor: from the oldest sector there is
        while reader.read():
            record = Confirmed(0, lane, reader.kind, bytes(reader.payload))
            found[journal.epoch, reader.seq] = record
    return found


class Morning:
    """Call `step` between those of the runner: it listens, and says how fast time passes."""

    def __init__(
        self,
        board: VirtualBoard,
        bus: dict[str, Any],
        subscriber: Subscriber,
        tell: Callable[[str], None],
        proxy: Proxy | None = None,
        identity: Identity | None = None,
    ):
        """bus: the bus.json that prepare() gave. proxy: the board's way to the broker, open while
        one of its radios carries. identity: the bus seals with it."""
        self._board = board
        self._subscriber = subscriber
        self._tell = tell
        self._proxy = proxy
        self._account = Account(bus, identity.mac_key if identity else None)
        self._name = bus["bus"]
        self.city: list[Arrival] = []
        self.on_heard: Callable[[Heard], None] = lambda heard: None
        self._line = b""
        self._began_s = self._told_s = time.monotonic()
        self._began_us = board.clock.now_us()

    @property
    def minutes(self) -> float:
        """Of the board's time, since the start."""
        return (self._board.clock.now_us() - self._began_us) / 60e6

    @property
    def ratio(self) -> float:
        """How many times faster than life it went so far."""
        return self.minutes * 60 / max(0.001, time.monotonic() - self._began_s)

    def read(self, data: bytes) -> None:
        """What the board says on its console, for Console.on_output."""
        *lines, self._line = (self._line + data).split(b"\r\n")
        for line in lines:
            if line:
                self._tell("  " + wording.console_line(line.decode(errors="replace"))[:_WIDTH])

    def step(self) -> None:
        self.listen()
        if self._proxy is not None:
            self._proxy.is_silent = not self._board.harness.route
        now_s = time.monotonic()
        if now_s - self._told_s >= _TOLD_S:
            self._told_s = now_s
            world = self._board.harness.world
            self._tell(
                f"After {wording.duration(round(self.minutes * 60))} of the morning "
                f"({self.ratio:.1f} times faster than life): the bus drives "
                f"{world.speed_mms * 36 // 10000} km/h, the city has {len(self.city)} messages."
            )

    def listen(self) -> None:
        for heard in self._subscriber.take():
            if heard.bus != self._name:
                continue
            self.on_heard(heard)
            if heard.name in ("event", "track"):
                self.city.append((self._board.clock.now_us() // 1000, heard.topic, heard.payload))

    def missing(self) -> int:
        """Records on the image that the city does not have yet."""
        self._read()
        return self._account.missing(self.city)

    def check(self) -> None:
        """AssertionError: the city has something else than the journal, or in another order."""
        self._read()
        self._account.check(self.city)

    @property
    def records(self) -> int:
        """That the journal on the image was seen to hold."""
        return len(self._account.confirmed)

    def _read(self) -> None:
        """The city is read first: what it has was on the image before."""
        self.listen()
        self._account.confirmed.update(held(self._board.image))

    def summary(self) -> list[str]:
        """The balance, in lines."""
        missing = self.missing()
        return [
            f"{wording.duration(round(self.minutes * 60))} of the morning, {self.ratio:.1f} times "
            "faster than life:",
            f"  records in the board's journal       {self.records:7}",
            f"  delivered to the city                {self.records - missing:7}",
            f"  delivered twice, taken once          {self._account.repeats(self.city):7}",
            f"  not delivered                        {missing:7}",
        ]
