"""The simulator on the wall clock: real sockets, a real broker, time `speed` times life.

One loop steps every bus; only dialling has a thread of its own, as on the board.
"""

from __future__ import annotations

import math
import random
import signal
import time
from collections.abc import Callable
from typing import Any, Protocol

from firmware.bus import Bus
from firmware.identity import Identity
from firmware.journal.journal import ALARM, TRACK, WARNING
from firmware.snapshot import PARKED
from sim.bus.board_modules import Reset
from sim.bus.city import City
from sim.bus.rig import config_for
from sim.bus.vehicle import Vehicle
from sim.live.dashboard import Picture, Plain, Row
from sim.live.dead_spot import TownDialer
from sim.live.ledger import Ledger
from sim.network.subscriber import Subscriber
from sim.wires.uart import UART
from sim.world.world import World

FLEET = "laemchabang"
_STEP_MS = 100
_NAP_S = 0.002
_SLIP_S = 0.5  # a computer this far behind lets simulated time pass more slowly
_DRAIN_S = 20
_DRAIN_SPEED = 12  # at least: positions wait for up to a minute of the bus's time to be sent
_SETTLE_MS = 3_600_000
_SETTLE_SPEED = 60
_HEARD_MS = 180_000
_SIGNAL_DBM = -65
_FRAME_S = 0.1


class Pace:
    """Simulated ms since the start, from the wall clock."""

    def __init__(self, speed: float):
        self._speed = speed
        self._due_ms = 0.0
        self._seen_s = time.monotonic()
        self.slipped = False

    def hurry(self, speed: float) -> None:
        """Time passes at least so many times faster than life from now on."""
        self._speed = max(speed, self._speed)

    def due_ms(self, done_ms: int) -> int:
        """How far simulated time should have come, now that it has come to `done_ms`."""
        before_s, self._seen_s = self._seen_s, time.monotonic()
        self._due_ms += (self._seen_s - before_s) * 1000 * self._speed
        if self._due_ms - done_ms > _SLIP_S * 1000 * self._speed:
            self.slipped = True
            self._due_ms = float(done_ms + _STEP_MS)
        return int(self._due_ms)


def _never() -> bool:
    return False


class LiveBus(Vehicle):
    """A Vehicle that dials through real sockets. `name` is its id in the fleet."""

    def __init__(
        self,
        name: str,
        world: World,
        broker: tuple[str, int],
        receiver: Callable[[UART], Any] | None = None,
        policy: dict[str, Any] | None = None,
        identity: Identity | None = None,
        release: str | None = None,
    ):
        self.name = name
        self._row: Row | None = None  # the last
        config = config_for(world, FLEET, name)
        is_tls = identity is not None and bool(identity.ca)
        config["broker"].update(host=broker[0], port=broker[1], tls=is_tls)
        identity = identity or City().identity(config)
        # What the town does depends on its seed alone. The flash is new each time, and the
        # city has to be able to tell its records from those of the last time.
        seed = random.SystemRandom().getrandbits(32)
        super().__init__(
            config, world, lambda: TownDialer(lambda: world.signal_dbm is not None),
            receiver=receiver, policy=policy, seed=seed, identity=identity,
            release=release,
        )  # fmt: skip

    @property
    def firmware(self) -> Bus:
        assert self.bus is not None  # the power is never cut here; a bad release may stop it
        return self.bus

    def turn(self, now_ms: int) -> None:
        """The uplink alone: the world stands still."""
        self.now_ms = now_ms
        if self.bus is None:
            return
        try:
            self.bus.turn(self.firmware_ms)
        except Reset:  # to the code of another release
            self.reset("external")

    @property
    def backlog(self) -> tuple[int, int]:
        """Records that the broker has not acknowledged: alarms and warnings, track."""
        if self.bus is None:
            return 0, 0
        journal = self.firmware.journal
        return journal.backlog(ALARM) + journal.backlog(WARNING), journal.backlog(TRACK)

    @property
    def holds(self) -> bool:
        """There are records left that the broker has not acknowledged."""
        return any(self.backlog)

    @property
    def at_rest(self) -> bool:
        """Nothing will change any more."""
        if self.bus is None or self.world.next_change_ms is not None:
            return False
        return self.bus.snapshot.trip.phase == PARKED

    @property
    def release(self) -> str:
        """Version of the release that it runs, and whether that is on trial still."""
        version = self.starting.version or ""
        if self.bus is None:
            return f"{version} halted"
        return f"{version} on trial" if self.board.slots.is_trial else version

    def row(self) -> Row:
        """Of a bus that does not run: as it was last."""
        if self.bus is None and self._row is not None:
            return self._row._replace(connected=False, release=self.release)
        s = self.firmware.snapshot
        self._row = Row(
            self.name, s.trip.phase, s.gnss.speed_mms, self.world.next_stop, s.seats.count,
            len(s.seats.taken), len(s.seats.unknown), self.world.signal_dbm,
            self.firmware.uplink.connected,
            *self.backlog, self.release,
        )  # fmt: skip
        return self._row


class Wish(Protocol):
    """Asked again and again: is the run to end?"""

    @property
    def asked(self) -> bool: ...


class Stop:
    """In a with block: Ctrl-C and SIGTERM. What is only being set up they break off at once
    (KeyboardInterrupt); once it `runs` they set `asked`, and it ends in order."""

    _SIGNALS = (signal.SIGINT, signal.SIGTERM)

    def __init__(self) -> None:
        self.asked = False
        self.runs = False

    def __enter__(self) -> Stop:
        self._before = [signal.signal(number, self._ask) for number in self._SIGNALS]
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in zip(self._SIGNALS, self._before, strict=True):
            signal.signal(number, handler)

    def _ask(self, *_: object) -> None:
        if not self.runs:
            raise KeyboardInterrupt
        self.asked = True


class Run:
    """Buses, the city's subscriber, and the account of what passed between them."""

    def __init__(
        self,
        buses: list[LiveBus],
        subscriber: Subscriber,
        speed: float,
        tell: Callable[[int], None] = lambda utc_ms: None,
    ):
        """tell: is called all the time with the time in the town, UTC in ms."""
        self.ledger = Ledger(buses)
        self.now_ms = 0
        self._buses = buses
        self._subscriber = subscriber
        self._tell = tell
        self._pace = Pace(speed)
        self._frame_s = 0.0

    @property
    def slipped(self) -> bool:
        """This computer was too slow for the speed that was asked for."""
        return self._pace.slipped

    def drive(self, screen: Picture | Plain, seconds: float | None, stop: Wish) -> bool:
        """Until every bus is at rest (-> True), `seconds` have passed on the wall clock, or it is
        stopped."""
        end_s = time.monotonic() + (seconds or math.inf)
        while time.monotonic() < end_s and not stop.asked:
            if all(live.at_rest for live in self._buses):
                return True
            self._pass_time(driving=True)
            self._look(screen)
        return False

    def settle(self, screen: Picture | Plain, stop: Wish, is_over: Callable[[], bool]) -> None:
        """The buses stand, and time passes fast, until it is over or an hour has passed."""
        if is_over():
            return
        screen.headline("The buses stand. What they have just begun to run is on trial.")
        slipped, end_ms = self._pace.slipped, self.now_ms + _SETTLE_MS
        self._pace.hurry(_SETTLE_SPEED)
        while self.now_ms < end_ms and not stop.asked:
            if is_over():  # and the city hears of it
                end_ms = min(end_ms, self.now_ms + _HEARD_MS)
                is_over = _never
            self._pass_time(driving=True)
            self._look(screen)
        self._pace.slipped = slipped  # it drives no more: as fast as this computer can is right

    def drain(self, screen: Picture | Plain, stop: Wish) -> None:
        """The buses stand, with signal, and deliver what they hold; for a bounded time."""
        if any(live.holds for live in self._buses):
            screen.headline("The buses deliver what they still hold. Ctrl-C ends the wait.")
        self._pace.hurry(_DRAIN_SPEED)
        for live in self._buses:
            live.world.signal_dbm = _SIGNAL_DBM
        end_s = time.monotonic() + _DRAIN_S
        while time.monotonic() < end_s and not stop.asked:
            self._pass_time(driving=False)
            self._look(screen)
            if not any(live.holds for live in self._buses) and not self.ledger.lost:
                return

    def _pass_time(self, driving: bool) -> None:
        if self.now_ms + _STEP_MS > self._pace.due_ms(self.now_ms):
            time.sleep(_NAP_S)
            driving = False
        else:
            self.now_ms += _STEP_MS
        for live in self._buses:
            if driving:
                live.step(self.now_ms)
            else:
                live.turn(self.now_ms)

    def _look(self, screen: Picture | Plain) -> None:
        self._tell(self._buses[0].world.start_utc_ms + self.now_ms)
        for heard in self._subscriber.take():
            if self.ledger.hear(heard):
                screen.hear(heard.bus, heard.message)
        if time.monotonic() - self._frame_s >= _FRAME_S:
            self._frame_s = time.monotonic()
            screen.show(self._buses[0].world.local_clock, [live.row() for live in self._buses])
