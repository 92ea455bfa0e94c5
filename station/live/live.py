"""The newest state of each bus. A message that is older than what is known changes nothing here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from station.clock import Clock, is_odd, parse_iso
from station.live.hub import Hub
from station.live.live_bus import Key, LiveBus
from station.live.view import view

_HOUR_MS = 3_600_000


class Live:
    def __init__(self, clock: Clock, hub: Hub):
        self._clock = clock
        self._hub = hub
        self._buses: dict[Key, LiveBus] = {}
        self.unsaved: set[Key] = set()
        """Buses whose state the database has not got yet (station/live/saved.py)."""

    def __iter__(self) -> Iterator[LiveBus]:
        """All buses but those that were taken off the list."""
        return iter([bus for bus in self._buses.values() if bus.gone_ms is None])

    def gone(self) -> list[Key]:
        """Those that were taken off the list."""
        return [key for key, bus in self._buses.items() if bus.gone_ms is not None]

    def get(self, fleet: str, bus: str) -> LiveBus | None:
        return self._buses.get((fleet, bus))

    def bus(self, fleet: str, bus: str) -> LiveBus:
        """Enters the bus if it is new."""
        return self._buses.setdefault((fleet, bus), LiveBus(fleet, bus))

    def show(self, bus: LiveBus) -> None:
        """Sends the bus to the browsers."""
        if bus.gone_ms is None:
            self._hub.send("bus", bus.key, view(bus, self._clock.now_ms()))
        else:
            self._hub.send("gone", bus.key, {"fleet": bus.fleet, "bus": bus.bus})

    def state(self, fleet: str, name: str, body: dict, retained: bool, now_ms: int,
              serial: str | None = None) -> bool:  # fmt: skip
        """Takes a state. True: the bus was heard now. serial: of the identity that sealed it. A
        sealed one that is older than the newest since the board's start was sent again by another;
        without a seal it may be a clock that went wrong. One that came right after a start may have
        been sent again, too, if its clock is odd, and so may one of older firmware that has neither
        a time nor a start: it is shown, and makes no silent bus heard."""
        bus = self.bus(fleet, name)
        at_ms = parse_iso(body["at"]) if body["at"] else None
        odd = has_odd_clock(body, now_ms, retained and not (serial is not None and bus.odd_clock))
        if retained and body == bus.state:
            return False  # the station has it already, and knows when it came
        if serial is None and not odd and _is_older(bus, at_ms):
            return False
        if serial is not None and _is_replayed(bus, body, serial, odd):
            self._doubt(bus, body != bus.state)
            return False
        proves_nothing = serial is not None and (odd or not has_order(body))
        if not proves_nothing:
            bus.promised_ms = None
        elif bus.promised_ms is None:
            bus.promised_ms = now_ms if bus.promise_ms is None else bus.promise_ms
        bus.is_enrolled, bus.has_restarted = serial is not None, False
        if retained and not odd and at_ms is not None:
            bus.heard_ms = min(at_ms, now_ms)
        else:
            bus.heard_ms = now_ms
        bus.state = body
        bus.odd_clock, bus.is_doubted = odd, proves_nothing
        if not retained:
            bus.online, bus.offline_ms, bus.gone_ms = True, None, None
        self._changed(bus)
        if proves_nothing:
            return False
        return not retained or bus.heard_ms + body["next_s"] * 1000 > now_ms

    def status(self, fleet: str, name: str, body: dict, retained: bool, now_ms: int,
               serial: str | None = None) -> bool:  # fmt: skip
        """Takes a status. True: the bus was heard now. The last will keeps what the status before
        it said. serial: of the identity that sealed it."""
        bus = self.bus(fleet, name)
        if serial is not None and serial == bus.status_serial and is_outdated(bus, body, now_ms):
            self._doubt(bus, body["online"])
            return False
        bus.is_enrolled = serial is not None
        bus.has_restarted = bus.has_restarted or _has_restarted(bus, body, serial)
        bus.status_serial = serial
        if body["online"]:
            bus.spoke_ms = now_ms
            bus.status = body
            bus.online, bus.offline_ms = True, None
            bus.gone_ms = bus.gone_ms if retained else None
        else:
            if bus.online is not False:
                bus.offline_ms = now_ms
            bus.online = False
            bus.status = {**(bus.status or {}), "online": False}
        self._changed(bus)
        return body["online"] and not retained

    def spoke(self, fleet: str, name: str, now_ms: int) -> None:
        """Its records came: whatever time they are of, the bus is there."""
        bus = self.bus(fleet, name)
        is_new = bus.spoke_ms is None or bus.gone_ms is not None
        bus.spoke_ms, bus.gone_ms = now_ms, None
        if is_new:
            self._changed(bus)

    def look_up(self, identities: Callable[[str, str], Sequence[Any]]) -> None:
        """identities: the valid ones of a bus. A bus that was enrolled is called so from then on,
        not from its first sealed message."""
        for bus in self:
            is_enrolled = bool(identities(*bus.key))
            if is_enrolled != bool(bus.is_enrolled):
                bus.is_enrolled = is_enrolled
                self.show(bus)

    def _doubt(self, bus: LiveBus, may_be_true: bool) -> None:
        """After a sealed message that was not taken: it may be the word of a board whose memory was
        erased, which counts its starts anew."""
        if may_be_true and not bus.is_doubted:
            bus.is_doubted = True
            self.show(bus)

    def _changed(self, bus: LiveBus) -> None:
        self.unsaved.add(bus.key)
        self.show(bus)


def has_odd_clock(state: dict, heard_ms: int, retained: bool) -> bool:
    """Whether its time is not that of a state which comes now."""
    at_ms = parse_iso(state["at"]) if state["at"] else None
    return at_ms is not None and (
        is_odd(at_ms, heard_ms) or (not retained and at_ms < heard_ms - _HOUR_MS)
    )


def _is_older(bus: LiveBus, at_ms: int | None) -> bool:
    if bus.state is None or bus.odd_clock or not bus.state["at"] or at_ms is None:
        return False
    return at_ms < parse_iso(bus.state["at"])


def has_order(state: dict) -> bool:
    """Whether it says when it is from: by its time, or by the board's start and the time since."""
    return bool(state["at"]) or _since_start(state) is not None


def _since_start(state: dict) -> tuple[int, int] | None:
    if state["at"] or "boot" not in state or "up_ms" not in state:
        return None
    return state["boot"], state["up_ms"]


def _is_replayed(bus: LiveBus, body: dict, serial: str, odd: bool) -> bool:
    """Of a sealed state. A clock that knows the time knows it until the next start, and a wrong one
    goes forward, too."""
    if not body["at"]:
        return _is_replayed_without_time(bus, body, serial)
    if bus.state is None:
        return False
    at_ms = parse_iso(body["at"])
    if not bus.state["at"]:
        return not odd and at_ms < _started_ms(bus)
    if odd:
        return not bus.has_restarted and at_ms <= parse_iso(bus.state["at"])
    return _is_older(bus, at_ms)


def _is_replayed_without_time(bus: LiveBus, body: dict, serial: str) -> bool:
    new = _since_start(body)
    told = (bus.status or {}).get("boot") if serial == bus.status_serial else None
    if new is not None and told is not None and new[0] < told:
        return True
    if bus.state is None or bus.has_restarted:
        return False
    known = _since_start(bus.state)
    if known is not None:
        return new is None or new <= known
    is_newer_start = new is not None and told is not None and new[0] > told
    return bool(bus.state["at"]) and not is_newer_start


def _started_ms(bus: LiveBus) -> int:
    """The latest time at which the board can have started, by its state without a time; 0: not
    known. What it says with a time later is not from before."""
    start = bus.state and _since_start(bus.state)
    return bus.heard_ms - start[1] if start and bus.heard_ms is not None else 0


def _has_restarted(bus: LiveBus, body: dict, serial: str | None) -> bool:
    """Whether a status shows that the board started since the one before it, or is another one.
    The first one that the station sees shows nothing: it may be an old one."""
    boot, before = body.get("boot"), (bus.status or {}).get("boot")
    if not body["online"] or boot is None or before is None:
        return False
    return boot > before or (bus.status_serial is not None and serial != bus.status_serial)


def is_outdated(bus: LiveBus, body: dict, now_ms: int) -> bool:
    """Whether a sealed status or will is from before the newest one, by the same identity: of an
    earlier start of the board, or of an earlier time."""
    known = bus.status or {}
    boot, before = body.get("boot"), known.get("boot")
    if boot is None or before is None or boot > before:
        return False
    if not body["online"]:
        return boot < before
    at, at_before = body["at"], known.get("at")
    if not at or not at_before:
        return boot < before
    if is_odd(parse_iso(at_before), now_ms):
        return False  # its clock was wrong, and may have been set right
    return at < at_before or (at == at_before and bus.online is False)
