"""A bus as /api/live and /api/stream show it (station/api/shapes.py)."""

from __future__ import annotations

from typing import Any

from station.clock import iso
from station.live.live_bus import LiveBus

ALARM_KINDS = frozenset(
    ("child_left_behind", "parked_movement", "heat", "check_button_missed", "sos", "crash",
     "emergency_door", "seats_mismatch", "evacuation", "zone_entered")
)  # fmt: skip
"""Kinds that are alarms, or may be, by docs/mqtt.md. A bus whose state names one as active is shown
as in alarm, so that a bus in need is seen even while the database is away. Two kinds are left out:
door_open_moving (if it is the emergency door, emergency_door is active too) and supply (mostly an
old battery)."""
EXERCISE = "exercise"
_DRILLED = frozenset(("sos", "emergency_door", "evacuation"))
"""Of these, what a drill exercises (firmware/event.py). All else that happens in it is real."""
_SEAT_KEYS = ("total", "taken", "unknown", "unbelted", "loose", "out_of_service")
_STATE_KEYS = (
    "phase", "mode", "trip", "route", "lat", "lon", "accuracy_m", "speed_kmh", "heading_deg",
    "ignition", "attended", "supply_mv", "cabin_c", "signal_dbm", "next_s",
)  # fmt: skip


def view(bus: LiveBus, now_ms: int) -> dict[str, Any]:
    s = bus.state or {}
    seats = s.get("seats") or dict.fromkeys(_SEAT_KEYS)
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
        **{key: s.get(key) for key in _STATE_KEYS},
        "estimated": s.get("estimated", False),
        "doors": s.get("doors") or {"front": None, "emergency": None},
        "seats": seats,
        "checked": s["phase"] == "parked" if s else None,
        "backlog": s.get("backlog") or {"alarm": None, "warning": None, "track": None},
        "active": s.get("active", []),
        "fw": (bus.status or {}).get("fw"),
        "journal": (bus.status or {}).get("journal"),
        "enrolled": bus.is_enrolled,
        "alarms": len(bus.alarms),
        "unlisted": _is_unlisted(bus),
        "gaps": bus.gaps,
        "layout": bus.layout,
    }


def _in_need(bus: LiveBus) -> frozenset[str]:
    """Kinds of alarm that its state names as active; in a drill none that is drilled."""
    s = bus.state
    if s is None:
        return frozenset()
    is_drill = s["mode"] == "drill" and _has(bus, EXERCISE)
    return ALARM_KINDS.intersection(s["active"]) - (_DRILLED if is_drill else frozenset())


def _is_unlisted(bus: LiveBus) -> bool:
    """The bus is in need, and the list of alarms does not say so yet."""
    return bus.unlisted or bool(_in_need(bus) - {one.kind for one in bus.alarms.values()})


def _has(bus: LiveBus, weight: str) -> bool:
    return any(one.weight == weight for one in bus.alarms.values())


def _show(bus: LiveBus) -> str:
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
