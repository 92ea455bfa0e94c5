"""The present: the newest state of each bus. Nothing that is late gets in here.

`heard_ms` is when the state came; for one that the broker had kept (retained), its `at`, because
nobody knows when it came. A promise (`next_s`) counts from there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from station.clock import iso, parse_iso
from station.ingest.contract import is_odd

ALARM_KINDS = frozenset(
    ("child_left_behind", "parked_movement", "heat", "check_button_missed", "sos", "crash",
     "emergency_door", "seats_mismatch", "evacuation", "zone_entered")
)  # fmt: skip
"""Kinds that are alarms, or may be, by docs/mqtt.md; shown as such from `active` alone, so that
a bus in need is seen even while the database is away. Without door_open_moving (of the emergency
door, and then emergency_door stands too) and supply (mostly a battery that is old)."""
EXERCISE = "exercise"
_HOUR_MS = 3_600_000


class Listed(NamedTuple):
    """weight: the severity, or what else makes less of it (station/alarms/rows.py)."""

    weight: str
    kind: str


@dataclass
class Bus:
    fleet: str
    bus: str
    label: str | None = None
    phone: str | None = None
    layout: dict | None = None
    state: dict[str, Any] | None = None
    status: dict[str, Any] | None = None
    heard_ms: int | None = None
    odd_clock: bool = False
    online: bool | None = None
    offline_ms: int | None = None
    spoke_ms: int | None = None
    """When anything of it last came, records too."""
    dark_ms: int | None = None
    """Since when it is dark (station/alarms/silence.py)."""
    unlisted: bool = False
    """It has an alarm that the database could not take yet."""
    gone_ms: int | None = None
    """Taken off the list; it is back with the first word that is not an old one of the broker's."""
    heard_again: bool = False
    """It has spoken since this station runs."""
    alarms: dict[int, Listed] = field(default_factory=dict)
    """Those that stand or nobody has acknowledged, by id (station/alarms/alarms.py)."""
    gaps: int = 0

    @property
    def key(self) -> tuple[str, str]:
        return self.fleet, self.bus

    @property
    def knows_policies(self) -> bool:
        """It has told of itself, and its firmware is none from before there were any."""
        return "policy" in (self.status or {})

    @property
    def policy(self) -> str | None:
        """Hash of the one that it follows."""
        return (self.status or {}).get("policy")

    @property
    def last_word_ms(self) -> int:
        """When it was last heard, by whatever."""
        return max(self.heard_ms or 0, self.spoke_ms or 0)

    @property
    def is_surely_empty(self) -> bool:
        """Parked, checked, and no seat taken or unknown. A bus of which nothing is known is not."""
        if self.state is None:
            return False
        seats = self.state["seats"]
        return self.state["phase"] == "parked" and not seats["taken"] and not seats["unknown"]

    @property
    def promise_ms(self) -> int | None:
        """Until when its next state has to be here. Who never told how it is owes that at once."""
        if self.state is None or self.heard_ms is None:
            return self.spoke_ms
        return self.heard_ms + self.state["next_s"] * 1000


class Live:
    """`told` hears of every bus that changed."""

    def __init__(self, told: Callable[[Bus], None] = lambda bus: None):
        self._buses: dict[tuple[str, str], Bus] = {}
        self.told = told
        self.changed: set[tuple[str, str]] = set()
        """Whose state the database has not got yet."""

    def __iter__(self):
        """All that are not taken off the list."""
        return iter([bus for bus in self._buses.values() if bus.gone_ms is None])

    def get(self, fleet: str, bus: str) -> Bus | None:
        return self._buses.get((fleet, bus))

    def bus(self, fleet: str, bus: str) -> Bus:
        return self._buses.setdefault((fleet, bus), Bus(fleet, bus))

    def recall(self, rows: Iterable[Any]) -> None:
        """What the database knew when the station last ran. What came already counts more."""
        for row in rows:
            bus = self.bus(row.fleet, row.bus)
            bus.label, bus.phone, bus.layout = row.label, row.phone, row.layout
            bus.gone_ms = row.gone_ms
            if bus.state is None and row.state:
                bus.state, bus.heard_ms = row.state, row.state_heard_ms
            if bus.status is None and row.status:
                bus.status, bus.online = row.status, row.status["online"]
                bus.offline_ms = None if bus.online else row.status_heard_ms
            self.told(bus)

    def state(self, fleet: str, name: str, body: dict, retained: bool, now_ms: int) -> bool:
        """True: the bus was heard now."""
        bus = self.bus(fleet, name)
        at_ms = parse_iso(body["at"]) if body["at"] else None
        odd = at_ms is not None and (
            is_odd(at_ms, now_ms) or (not retained and at_ms < now_ms - _HOUR_MS)
        )
        if retained and body == bus.state:
            return False  # known already, and when it came
        if not odd and at_ms is not None and self._is_older(bus, at_ms):
            return False
        if retained and not odd and at_ms is not None:
            bus.heard_ms = min(at_ms, now_ms)
        else:
            bus.heard_ms = now_ms
        bus.state = body
        bus.odd_clock = odd
        if not retained:
            bus.online, bus.offline_ms, bus.gone_ms = True, None, None
        self._note(bus)
        return not retained or bus.heard_ms + body["next_s"] * 1000 > now_ms

    def status(self, fleet: str, name: str, body: dict, retained: bool, now_ms: int) -> bool:
        """True: the bus was heard now. The last will keeps what the status before it said."""
        bus = self.bus(fleet, name)
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
        self._note(bus)
        return body["online"] and not retained

    def spoke(self, fleet: str, name: str, now_ms: int) -> None:
        """Records of it came: of whatever time, but it is there."""
        bus = self.bus(fleet, name)
        is_new = bus.spoke_ms is None or bus.gone_ms is not None
        bus.spoke_ms, bus.gone_ms = now_ms, None
        if is_new:
            self.changed.add(bus.key)
            self.told(bus)

    @staticmethod
    def _is_older(bus: Bus, at_ms: int) -> bool:
        if bus.state is None or bus.odd_clock or not bus.state["at"]:
            return False
        return at_ms < parse_iso(bus.state["at"])

    def _note(self, bus: Bus) -> None:
        self.changed.add(bus.key)
        self.told(bus)


def view(bus: Bus, now_ms: int) -> dict[str, Any]:
    """As /api/live and /api/stream show it (station/api/shapes.py)."""
    s = bus.state or {}
    seats = s.get("seats") or {"total": None, "taken": None, "unknown": None, "unbelted": None}
    promise_ms = bus.promise_ms
    return {
        "fleet": bus.fleet,
        "bus": bus.bus,
        "label": bus.label,
        "phone": bus.phone,
        "show": _show(bus),
        "at": s.get("at"),
        "heard_at": iso(bus.heard_ms),
        "stale": promise_ms is None or now_ms > promise_ms or bus.online is False,
        "dark_since": iso(bus.dark_ms),
        "online": bus.online,
        "clock": "odd" if bus.odd_clock else s.get("clock"),
        **{key: s.get(key) for key in _AS_IT_IS},
        "doors": s.get("doors") or {"front": None, "emergency": None},
        "seats": seats,
        "checked": s["phase"] == "parked" if s else None,
        "backlog": s.get("backlog") or {"alarm": None, "track": None},
        "active": s.get("active", []),
        "fw": (bus.status or {}).get("fw"),
        "alarms": len(bus.alarms),
        "unlisted": _is_unlisted(bus),
        "gaps": bus.gaps,
        "layout": bus.layout,
    }


_AS_IT_IS = (
    "phase", "mode", "trip", "route", "lat", "lon", "speed_kmh", "heading_deg", "ignition",
    "supply_mv", "cabin_c", "signal_dbm", "next_s",
)  # fmt: skip


def _in_need(bus: Bus) -> frozenset[str]:
    """Kinds of alarm by its own word; in a drill none."""
    s = bus.state
    if s is None or (s["mode"] == "drill" and _has(bus, EXERCISE)):
        return frozenset()
    return ALARM_KINDS.intersection(s["active"])


def _is_unlisted(bus: Bus) -> bool:
    """It is in need, and no alarm that stands in the list says so."""
    return bus.unlisted or bool(_in_need(bus) - {one.kind for one in bus.alarms.values()})


def _has(bus: Bus, weight: str) -> bool:
    return any(one.weight == weight for one in bus.alarms.values())


def _show(bus: Bus) -> str:
    s = bus.state
    if bus.unlisted or _in_need(bus) or _has(bus, "alarm"):
        return "alarm"
    if bus.dark_ms is not None or s is None:
        return "dark"
    if _has(bus, EXERCISE) or s["mode"] == "drill":
        return "drill"
    if s["phase"] == "parked":
        return "parked"
    if s["phase"] == "driving" and (s["speed_kmh"] is None or s["speed_kmh"] >= 3):
        return "driving"
    return "stopped"
