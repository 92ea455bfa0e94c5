"""python -m sim replay: what a real receiver sent, byte for byte, through the whole bus."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

from firmware import BUILT
from sim import wording
from sim.live.dashboard import Plain, Row
from sim.live.morning import account, broker_at, faster, played, subscribed
from sim.live.run import LiveBus, Run, Stop
from sim.wires.uart import UART
from sim.world.world import Script, World

_SENTENCE = re.compile(rb"\$[A-Z]{2}[A-Z]{3},")
_EPOCH = re.compile(
    rb"\$..(?:(RMC|GGA|GNS|ZDA),|(GLL),[^,$]*,[^,$]*,[^,$]*,[^,$]*,)"
    rb"(?:(\d\d)(\d\d)(\d\d)(?:\.(\d*))?)?"
)
_DAY_MS = 86_400_000
_PAUSE_MS = 1000  # where the log does not say
_LATE_MS = 10_000  # so much earlier, a sentence is late; more, and the receiver's clock was set
_BAUD = 115200
_START_MS = 3000  # the bus is up before the receiver speaks
_END_MS = 1000


class Burst(NamedTuple):
    """What the receiver sent together, and how many ms after the burst before."""

    pause_ms: int
    data: bytes


def bursts(log: bytes) -> list[Burst]:
    """The log, cut where a new epoch begins; joined again it is the log.

    An epoch is sent at its own time, after a gap of the log too, be it hours. A sentence of an
    earlier time is late and does not cut. Without a time, an epoch begins when a kind of sentence
    comes again, a second after the one before.
    """
    cuts = [(0, _PAUSE_MS)]
    before_ms = None  # the newest time in the log
    since_ms = 0  # what the epochs without a time after it have taken
    timeless: set[bytes] = set()  # kinds of sentence of this one
    for match in _EPOCH.finditer(log):
        at_ms = _time_ms(match)
        if at_ms is None:
            kind = match[1] or match[2]
            if kind in timeless:
                timeless.clear()
                cuts.append((match.start(), _PAUSE_MS))
                since_ms += _PAUSE_MS
            timeless.add(kind)
            continue
        passed_ms = 0 if before_ms is None else (at_ms - before_ms + _DAY_MS // 2) % _DAY_MS
        passed_ms -= 0 if before_ms is None else _DAY_MS // 2
        if -_LATE_MS <= passed_ms <= 0 and (before_ms is not None or not timeless):
            before_ms = at_ms if before_ms is None else before_ms
            continue
        pause_ms = passed_ms - since_ms
        cuts.append((match.start(), pause_ms if pause_ms > 0 else _PAUSE_MS))
        before_ms, since_ms = at_ms, 0
        timeless.clear()
    ends = [start for start, _ in cuts[1:]] + [len(log)]
    return [Burst(pause, log[start:end]) for (start, pause), end in zip(cuts, ends, strict=True)]


def _time_ms(match: re.Match[bytes]) -> int | None:
    """ms of the day that a sentence tells; None: it tells none."""
    hours, minutes, seconds, fraction = match.groups()[2:]
    if hours is None:
        return None
    whole_s = (int(hours) * 60 + int(minutes)) * 60 + int(seconds)
    return whole_s * 1000 + int(((fraction or b"") + b"000")[:3])


def read(path: str) -> bytes:
    """The log; ValueError with a sentence if it cannot be read or is no NMEA."""
    try:
        log = Path(path).read_bytes()
    except OSError as error:
        raise ValueError(f"{path} cannot be read: {error.strerror}") from error
    if not _SENTENCE.search(log):
        raise ValueError(f"{path} holds no NMEA sentence ($GPRMC,... or the like)")
    return log


class Recording:
    """In place of the receiver at the other end of the wire: it sends, and obeys no command."""

    def __init__(self, uart: UART, log: list[Burst]):
        self._uart = uart
        self._log = log
        self._next = 0
        self._due_ms = _START_MS
        self.truth = self.sky = self.powered = None  # of no interest to a recording

    def advance(self, now_ms: int) -> None:
        """Send what is due, each burst at its own time and no faster than the wire carries it."""
        self._uart.baudrate = self._uart.chip_baudrate = _BAUD
        self._uart.received()
        while self._next < len(self._log) and now_ms >= self._due_ms:
            self._uart.transmit(self._log[self._next].data, self._due_ms)
            self._next += 1
            if self._next < len(self._log):
                self._due_ms += self._log[self._next].pause_ms
        self._uart.advance(now_ms)


class Events(Plain):
    """Only what the city hears: the log's time is not the world's."""

    def show(self, clock: str, rows: Iterable[Row]) -> None:
        pass


class ReplayBus(LiveBus):
    """An empty bus with its engine on, from before the first byte until the last."""

    def __init__(self, log: list[Burst], broker: tuple[str, int]):
        world = World()
        world.run(_engine_on(world, _START_MS + sum(burst.pause_ms for burst in log) + _END_MS))
        super().__init__("replay", world, broker, lambda uart: Recording(uart, log))
        self.trusted = 0  # fixes that were good enough to go by
        self._looked_ms = 0

    def step(self, now_ms: int) -> None:
        super().step(now_ms)
        s = self.firmware.snapshot
        if s.now_ms != self._looked_ms:
            self._looked_ms = s.now_ms
            self.trusted += s.gnss.fix_new

    @property
    def at_rest(self) -> bool:
        return self.world.next_change_ms is None


def _engine_on(world: World, for_ms: int) -> Script:
    world.turn_ignition(True)
    yield for_ms


def run(args: argparse.Namespace) -> int:
    """Exit status: 1 if the city lacks a confirmed record, 2 if no log can be read or no broker
    answers, 130 if Ctrl-C broke the start or the delivery off."""
    with ExitStack() as stack:
        stop = stack.enter_context(Stop())
        try:
            log = bursts(read(args.file))
            host, port, what = stack.enter_context(broker_at(args.broker))
            subscriber = stack.enter_context(subscribed(host, port))
        except (OSError, ValueError) as error:
            print(f"python -m sim replay: {error}.", file=sys.stderr)
            return 2
        seconds = sum(burst.pause_ms for burst in log[1:]) // 1000
        size = sum(len(burst.data) for burst in log)
        takes = wording.roughly((seconds + (_START_MS + _END_MS) / 1000) / args.speed)
        print(
            f"{args.file}: {size:,} bytes, {wording.duration(seconds)} long, played "
            f"{faster(args.speed)}: about {takes}.\n"
            f"MQTT broker: {what}. Ctrl-C ends it.",
            flush=True,
        )
        live = ReplayBus(log, (host, port))
        run = Run([live], subscriber, args.speed)
        with Events() as screen:
            played(run, screen, None, stop)
        print(*findings(live, run), sep="\n")
        return account(run.ledger, stop)


def findings(live: ReplayBus, run: Run) -> Iterator[str]:
    """What the bus made of the log, in lines."""
    receiver = live.firmware.sensors.receiver
    nmea = receiver.nmea
    kept, delivered = run.ledger.positions
    speeding = run.ledger.kinds["overspeed", "raised"]
    yield "What the bus made of it:"
    yield f"  sentences                         {nmea.sentences:7}"
    yield f"  damaged sentences                 {nmea.damaged:7}"
    yield f"  bytes that the bus read too late  {live.uart.overruns:7}"
    yield f"  fixes                             {nmea.fixes:7}"
    yield f"  fixes set aside: no bus can       {receiver.plausible.set_aside:7}"
    yield f"  fixes good enough to go by        {live.trusted:7}"
    yield f"  instants that contradict          {nmea.contradictions:7}"
    yield f"  the bus's clock at the end        {live.firmware.snapshot.clock:>7}"
    if live.trusted and live.firmware.snapshot.clock != "gnss":
        built = "-".join(f"{part:02}" for part in BUILT)
        yield f"  (the log has no date in the 20 years after this firmware's build, {built}:"
        yield "  so the bus has no time, and keeps no position without one)"
    yield f"  positions kept for the track      {kept:7}"
    yield f"  positions delivered to the city   {delivered:7}"
    yield f"  times that the bus was too fast   {speeding:7}"
