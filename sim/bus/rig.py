"""Rig: one bus in virtual time, from the seat switches to a broker in memory.

The clock jumps to the next thing that happens: a tick, the watchdog, a packet. No
threads, no sockets; the same seed and the same calls give the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from firmware.bus import Bus
from firmware.config.load import defaults
from firmware.identity import Identity
from sim.bus.account import Account
from sim.bus.vehicle import Vehicle
from sim.network.dialer import VirtualDialer
from sim.network.network import Network
from sim.network.peer import Peer
from sim.wires.flash import Flash
from sim.world.world import World

_LOOK_MS = 2000


class Happened(NamedTuple):
    """One event of the firmware, and when it came."""

    at_ms: int  # the world's time
    event: Any


def config_for(world: World, fleet: str = "laemchabang", bus: str = "bus-01") -> dict[str, Any]:
    """Default settings for a world's seats and the broker in memory."""
    config = defaults()
    config.update(fleet=fleet, bus=bus)
    config["broker"].update(host="broker.test", tls=False)
    config["seats"]["count"] = world.seat_count
    return config


class Rig:
    """`vehicle`, `network` and `peer` may be looked at and changed at any time.

    events: what the firmware told; account: what its journals confirmed (sim/bus/account.py).
    wireless: radios with their drivers and chips (vehicle.wireless) in place of a simple one.
    peer: shared by the rigs of a fleet, each with a bus name of its own.
    identity: of the bus (sim/bus/identities.py); None: it seals nothing. release: as Vehicle has
    it.
    """

    def __init__(
        self,
        world: World | None = None,
        config: dict[str, Any] | None = None,
        *,
        seed: int = 1,
        peer: Peer | None = None,
        flash: Flash | None = None,
        policy: dict[str, Any] | None = None,
        receiver: Callable[[Any], Any] | None = None,
        config_errors: tuple = (),
        wireless: bool = False,
        identity: Identity | None = None,
        release: str | None = None,
    ):
        self.world = world or World()
        self.config = config or config_for(self.world)
        self.peer = peer or Peer()
        self.network = Network(self.peer, seed=seed)
        self.events: list[Happened] = []
        self.account = Account(self.config, identity.mac_key if identity else None)
        self.on_event: Callable[[Any], None] = _ignore
        self._route = ""
        self.vehicle = Vehicle(
            self.config,
            self.world,
            lambda: VirtualDialer(self.network),
            receiver=receiver,
            flash=flash,
            policy=policy,
            seed=seed,
            config_errors=config_errors,
            wireless=wireless,
            started=self._hook,
            stopped=self._unplug,
            identity=identity,
            release=release,
        )

    def _hook(self, vehicle: Vehicle) -> None:
        self.account.watch(vehicle)
        assert vehicle.bus is not None
        vehicle.bus.on_event = self._tell

    def _tell(self, event: Any) -> None:
        self.events.append(Happened(self.now_ms, event))
        self.on_event(event)

    def _unplug(self) -> None:
        """A modem without power closes no connection, and what it still had to send is lost."""
        for wire in self.network.wires:
            wire.is_reset = True

    def _reroute(self, route: str) -> None:
        """Another radio has another address: open connections are lost."""
        if route and route != self._route:
            self._route = route
            self.network.forget()

    # time

    @property
    def now_ms(self) -> int:
        return self.vehicle.now_ms

    def run_for(self, ms: int) -> None:
        self.run_until(self.now_ms + ms)

    def run_until(self, end_ms: int) -> None:
        """Let everything happen up to and including `end_ms`."""
        vehicle, network = self.vehicle, self.network
        while True:
            board_ms = vehicle.next_ms
            packet_ms = network.next_event_ms()
            now_ms = end_ms if board_ms is None or board_ms > end_ms else board_ms
            if packet_ms is not None and packet_ms < now_ms:
                now_ms = packet_ms
            now_ms = max(now_ms, vehicle.now_ms)
            if network.is_silent == vehicle.reaches_network:
                network.is_silent = not network.is_silent
            if vehicle.wireless is not None:
                self._reroute(vehicle.wireless.route)
            elif network.wires and vehicle.bus is not None and vehicle.board.radio.is_off():
                network.forget()
            network.advance(now_ms)
            vehicle.step(now_ms)
            if now_ms == end_ms and not _due(vehicle.next_ms, end_ms):
                return

    def drain(self, limit_ms: int = 300_000) -> int:
        """Run until the city has every confirmed record, or the limit is over -> ms it took."""
        start_ms = self.now_ms
        while self.missing() and self.now_ms < start_ms + limit_ms:
            self.run_for(_LOOK_MS)
        return self.now_ms - start_ms

    # power

    @property
    def bus(self) -> Bus:
        """The running firmware; AssertionError while the power is cut."""
        assert self.vehicle.bus is not None, "the bus has no power"
        return self.vehicle.bus

    def power_cut(self) -> None:
        self.vehicle.power_cut()

    def power_on(self) -> None:
        self.vehicle.power_on()

    # what the city has

    def heard(self) -> list[dict]:
        """Every `event` message of this bus that reached the broker, once each, in that order."""
        return self.account.events(self.peer.city)

    def check(self) -> None:
        """AssertionError if the city took a record twice, out of order or changed, or if the client
        broke the MQTT standard."""
        self.peer.check()
        self.account.check(self.peer.city)

    def missing(self) -> int:
        """How many confirmed records the city has not received yet."""
        return self.account.missing(self.peer.city)


def _due(at_ms: int | None, now_ms: int) -> bool:
    return at_ms is not None and at_ms <= now_ms


def _ignore(event: Any) -> None:
    pass
