"""Uplink: draining a backlog beside umqtt.simple's own publish, over the same link.

Real sockets, a real broker, and a proxy in between that delays and throttles.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator

from umqtt.simple import MQTTClient

from drivers.radio.dial import Dialer
from firmware import messages
from firmware.config.load import defaults
from firmware.event import ALARM as SEVERE
from firmware.event import Event
from firmware.journal.journal import ALARM, KIND_EVENT, KIND_POSITION, TRACK, Journal
from firmware.journal.track import Track
from firmware.snapshot import Snapshot
from firmware.uplink.uplink import Uplink
from sim.network import brokers
from sim.network.proxy import Proxy
from sim.wires.flash import Flash
from sim.world.day import school_day

_ROUND_TRIPS_MS = (0, 100, 300)
_SETTLE_S, _MEASURE_S, _SLOW_MEASURE_S = 1.5, 2.5, 8
_DAY_S = 16 * 3600
_SLOW_BPS = 64_000

Position = tuple[int, int, int, int, int]


class _Radio:
    def up(self) -> None: ...

    def down(self) -> None: ...

    def is_up(self) -> bool:
        return True


class _Bus:
    """A journal full of records and an uplink that drains it."""

    def __init__(self, proxy: Proxy):
        config = defaults()
        config.update(fleet="bench", bus="bus-1")
        config["broker"].update(host="127.0.0.1", port=proxy.port, tls=False)
        self.journal = Journal(Flash(512), bytes, 1024)
        self.uplink = Uplink(config, self.journal, _Radio(), Dialer(), lambda: b'{"v":1}')
        self._proxy = proxy
        self._began_s = time.monotonic()

    def alarms(self, n: int) -> None:
        event = Event("child_left_behind", SEVERE, data=(("seats", [7]),))
        body = messages.event_body(messages.event_parts(event, Snapshot(40), 1), 1)
        for _ in range(n):
            self.journal.append(ALARM, KIND_EVENT, body)

    def positions(self, n: int, drive: list[Position]) -> None:
        for i in range(n):
            record = messages.position(*drive[i % len(drive)])
            self.journal.append(TRACK, KIND_POSITION, record)

    def drain(self, lane: int, measure_s: float = _MEASURE_S) -> tuple[float, float]:
        """-> (records/s, bytes/s) once the window has opened, or until there are no more.

        The bytes go by the proxy's clock: it takes in at once what then passes slowly.
        """
        seen: list[tuple[float, int, tuple[int, float]]] = []
        until = time.monotonic() + 30
        while time.monotonic() < until:
            now = time.monotonic()
            busy = self.uplink.turn(int((now - self._began_s) * 1000))
            if self.uplink.connected:
                if not seen:
                    until = now + _SETTLE_S + measure_s
                seen.append((now, self.journal.backlog(lane), self._proxy.carried_up))
                if not seen[-1][1]:
                    break
            if not busy:
                time.sleep(0.0005)
        steady = [at for at in seen if at[0] >= seen[0][0] + _SETTLE_S] or seen
        (t0, left0, (bytes0, passed0)), (t1, left1, (bytes1, passed1)) = steady[0], steady[-1]
        passing_s = max(t1, passed1) - passed0
        return (left0 - left1) / (t1 - t0), (bytes1 - bytes0) / passing_s


def run(say: Callable[[str], None]) -> None:
    say("Uplink: draining a backlog, beside the publish of umqtt.simple")
    drive = list(every_second())
    with brokers.start() as broker:
        say(f"  broker {broker.kind}, settings as in a new bus.json; a ratio is taken in one run")
        for round_trip_ms in _ROUND_TRIPS_MS:
            _compare(say, broker, round_trip_ms, drive)
        _throttled(say, broker, drive)
    _sizes(say, drive)


def _compare(
    say: Callable[[str], None], broker: brokers.Broker, round_trip_ms: int, drive: list[Position]
) -> None:
    goals = (" (goal 25)", " (goal 500)") if round_trip_ms == 100 else ("", "")
    with Proxy(broker.host, broker.port, round_trip_ms / 2) as proxy:
        plain = _umqtt(proxy, drive)
        bus = _Bus(proxy)
        bus.alarms(3500)
        events, _ = bus.drain(ALARM)
    with Proxy(broker.host, broker.port, round_trip_ms / 2) as proxy:
        bus = _Bus(proxy)
        bus.positions(22_000, drive)
        positions, _ = bus.drain(TRACK)
    say(f"  round trip {round_trip_ms:>3} ms")
    say(f"    umqtt.simple    {plain:>9,.1f} messages/s, a position each")
    say(f"    events          {events:>9,.1f} messages/s  {events / plain:>7.1f} x {goals[0]}")
    say(
        f"    track           {positions:>9,.1f} positions/s {positions / plain:>7.1f} x {goals[1]}"
    )


def _umqtt(proxy: Proxy, drive: list[Position]) -> float:
    """Messages/s of umqtt.simple's publish with QoS 1, one position as JSON in each."""
    client = MQTTClient(b"plain", "127.0.0.1", proxy.port, keepalive=60)
    client.connect()
    began = time.monotonic()
    n = 0
    while time.monotonic() < began + _MEASURE_S:
        client.publish(b"schoolbus/bench/bus-1/track", json.dumps(drive[n]).encode(), qos=1)
        n += 1
    rate = n / (time.monotonic() - began)
    client.disconnect()
    return rate


def _throttled(say: Callable[[str], None], broker: brokers.Broker, drive: list[Position]) -> None:
    with Proxy(broker.host, broker.port, 50, _SLOW_BPS) as proxy:
        bus = _Bus(proxy)
        bus.positions(6000, drive)
        positions, rate = bus.drain(TRACK, _SLOW_MEASURE_S)
    share = rate * 8 / _SLOW_BPS
    say(f"  64 kbit/s         {share:>9.1%} of it used (goal 90 %), {positions:,.0f} positions/s")


def _sizes(say: Callable[[str], None], drive: list[Position]) -> None:
    """Bytes of MQTT on the wire, PUBLISH with topic and PUBACK, for a school day's positions."""
    kept = list(_kept(drive))
    say(f"  bytes on the wire a position (goal 14), a school day of {len(drive):,} s driven")
    say(f"    every second    {_bytes(drive):>9.1f}")
    say(f"    kept by Track   {_bytes(kept):>9.1f} for each of {len(kept):,} positions")


def _bytes(positions: list[Position]) -> float:
    batch = messages.TrackBatch()
    total = 0
    for seq, position in enumerate(positions):
        record = messages.position(*position)
        if not batch.add(seq, record):
            total += _wire(batch)
            batch.add(seq, record)
    return (total + _wire(batch)) / len(positions)


def _wire(batch: messages.TrackBatch) -> int:
    payload = batch.message("9f3a21c4")
    batch.clear()
    return 3 + 2 + len(b"schoolbus/laemchabang/bus-1/track") + 2 + len(payload) + 4


def every_second() -> Iterator[Position]:
    """Where a bus is through a school day, each second that its ignition is on."""
    world = school_day()
    for second in range(_DAY_S):
        world.advance(second * 1000)
        if world.ignition:
            yield (
                world.utc_ms // 1000,
                int(world.lat_e7),
                int(world.lon_e7),
                int(world.speed_mms),
                int(world.course_cdeg) // 100 % 360,
            )


def _kept(drive: list[Position]) -> Iterator[Position]:
    track, s = Track(defaults()["track"]), Snapshot(40)
    for position in drive:
        seconds, s.gnss.lat_e7, s.gnss.lon_e7, s.gnss.speed_mms, s.gnss.heading_deg = position
        s.utc_ms, s.now_ms = seconds * 1000, (seconds - drive[0][0]) * 1000
        s.trip.phase, s.gnss.fix_new = "driving", True
        for _ in range(track.keep(s)):
            yield track.take()
