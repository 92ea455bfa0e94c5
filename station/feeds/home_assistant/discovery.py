"""What Home Assistant is told of a bus: one device, and what it reads from which topic.

A value that is no longer promised is not shown: a sensor expires when the bus's own promise
(`next_s`) is over, and everything but the connection and the alarms is unavailable while the bus is
disconnected, or if its kept state is from long ago when Home Assistant starts.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from station.live.live_bus import LiveBus

PREFIX = "homeassistant"
_ORDINARY_PROMISE_S = 60
_HOUR_S = 3600
"""So much may a bus's clock be wrong, as in station/live/live.py."""
_ALWAYS_SHOWN = ("online", "last_alarm")


class Told(NamedTuple):
    label: str
    expire_s: int
    """After so long without another state it is not shown any more."""


def told(bus: LiveBus, dark_after_s: int) -> Told:
    promise_s = bus.state["next_s"] if bus.state else _ORDINARY_PROMISE_S
    return Told(bus.label or bus.bus, promise_s + dark_after_s)


def config_topic(fleet: str, bus: str) -> str:
    return f"{PREFIX}/device/{_node(fleet, bus)}/config"


def _node(fleet: str, bus: str) -> str:
    """Two buses never share one: `_` may be in the name of a fleet, too."""
    if "_" in fleet:
        return f"busguard-{len(fleet)}_{fleet}_{bus}"
    return f"busguard_{fleet}_{bus}"


def discovery(fleet: str, bus: str, now: Told) -> dict[str, Any]:
    """-> the payload of a retained message at config_topic()."""
    root, node = f"schoolbus/{fleet}/{bus}", _node(fleet, bus)
    components = {}
    for name, component in _components(root).items():
        component["unique_id"] = f"{node}_{name}"
        if name not in _ALWAYS_SHOWN:
            component |= _availability(root)
        if component["platform"] == "sensor":
            component["expire_after"] = now.expire_s
        components[name] = component
    return {
        "device": {"identifiers": [node], "name": now.label, "manufacturer": "Busguard"},
        "origin": {"name": "Busguard station"},
        "components": components,
        "qos": 1,
    }


def _availability(root: str) -> dict[str, Any]:
    """Both have to hold. The second is judged as the state comes; without a time it is new."""
    age = "as_timestamp(now()) - as_timestamp(value_json.at)"
    is_new = f"value_json.at is none or {age} < value_json.next_s + {_HOUR_S}"
    return {
        "availability": [
            {"topic": f"{root}/status",
             "value_template": "{{ 'online' if value_json.online else 'offline' }}"},
            {"topic": f"{root}/state",
             "value_template": f"{{{{ 'online' if {is_new} else 'offline' }}}}"},
        ],
        "availability_mode": "all",
    }  # fmt: skip


def _components(root: str) -> dict[str, dict[str, Any]]:
    state, status = f"{root}/state", f"{root}/status"
    alarm = f"{root}/event"
    return {
        "online": {
            "platform": "binary_sensor",
            "name": "Online",
            "device_class": "connectivity",
            "state_topic": status,
            "value_template": "{{ 'ON' if value_json.online else 'OFF' }}",
        },
        "place": {
            "platform": "device_tracker",
            "name": "Position",
            "json_attributes_topic": state,
            "json_attributes_template": (
                "{{ {'latitude': value_json.lat, 'longitude': value_json.lon,"
                " 'gps_accuracy': value_json.accuracy_m | default(10)} | tojson }}"
            ),
        },
        "phase": {
            "platform": "sensor",
            "name": "Phase",
            "state_topic": state,
            "value_template": "{{ value_json.phase }}",
        },
        "speed": {
            "platform": "sensor",
            "name": "Speed",
            "device_class": "speed",
            "unit_of_measurement": "km/h",
            "state_topic": state,
            "value_template": "{{ value_json.speed_kmh }}",
        },
        "seats_taken": {
            "platform": "sensor",
            "name": "Seats taken",
            "state_topic": state,
            "value_template": "{{ value_json.seats.taken | count }}",
        },
        "seats_unknown": {
            "platform": "sensor",
            "name": "Seats unknown",
            "state_topic": state,
            "value_template": "{{ value_json.seats.unknown | default([]) | count }}",
        },
        "active": {
            "platform": "sensor",
            "name": "Active",
            "state_topic": state,
            "value_template": "{{ value_json.active | default([]) | join(', ') or 'none' }}",
        },
        "last_alarm": {
            "platform": "event",
            "name": "Alarm",
            "event_types": ["raised", "updated", "cleared"],
            "state_topic": alarm,
            "value_template": (
                "{% if value_json.severity == 'alarm' and not value_json.exercise %}"
                "{{ {'event_type': value_json.state, 'kind': value_json.kind} | tojson }}"
                "{% endif %}"
            ),
        },
    }
