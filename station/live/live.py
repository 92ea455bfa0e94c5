"""The newest state of each bus. A message that is older than what is known changes nothing here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from station.clock import Clock, parse_iso
from station.live import order
from station.live.hub import Hub
from station.live.live_bus import Key, LiveBus
from station.live.view import view


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
        """Takes a state. True: the bus was heard now. serial: of the identity that sealed it. Of
        two states without a seal that come as they are sent the later one is the newer one,
        whatever their times: a clock may have been set right. Which sealed one is newer says
        station/live/order.py. One that came right after a start may have been sent again, too, if
        its clock is odd, and so may one of older firmware that has neither a time nor a start: it
        is shown, and makes no silent bus heard."""
        bus = self.bus(fleet, name)
        at_ms = parse_iso(body["at"]) if body["at"] else None
        kept = retained and not (serial is not None and bus.odd_clock)
        odd = order.has_odd_clock(body, now_ms, kept)
        if retained and body == bus.state:
            return False  # the station has it already, and knows when it came
        if serial is None and retained and not odd and order.is_older(bus, at_ms):
            return False
        if serial is not None:
            is_newer = not order.is_replayed(bus, body, serial, odd, retained)
            order.note(bus, body, now_ms, odd, is_newer)
            if not is_newer:
                self.unsaved.add(bus.key)
                self._doubt(bus, body != bus.state)
                return False
        proves_nothing = serial is not None and (odd or not order.has_order(body))
        if not proves_nothing:
            bus.promised_ms = None
        elif bus.promised_ms is None:
            bus.promised_ms = now_ms if bus.promise_ms is None else bus.promise_ms
        bus.is_enrolled, bus.has_restarted = serial is not None, False
        if retained and not odd and at_ms is not None:
            bus.heard_ms = min(at_ms, now_ms)
        else:
            bus.heard_ms = now_ms
        bus.state, bus.came_ms = body, None if retained else now_ms
        bus.odd_clock, bus.is_doubted = odd, proves_nothing
        if not retained:
            bus.online, bus.offline_ms, bus.gone_ms = True, None, None
        self._changed(bus)
        if proves_nothing:
            return False
        return not retained or (bus.promise_ms or 0) > now_ms

    def status(self, fleet: str, name: str, body: dict, retained: bool, now_ms: int,
               serial: str | None = None) -> bool:  # fmt: skip
        """Takes a status. True: the bus was heard now. The last will keeps what the status before
        it said. serial: of the identity that sealed it."""
        bus = self.bus(fleet, name)
        if serial is not None and serial == bus.status_serial:
            if order.is_outdated(bus, body, now_ms):
                self._doubt(bus, body["online"])
                return False
            if body == bus.status:  # word for word: it says nothing new
                bus.spoke_ms = bus.spoke_ms or now_ms
                return False
        bus.is_enrolled = serial is not None
        bus.has_restarted = bus.has_restarted or order.has_restarted(bus, body, serial)
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
