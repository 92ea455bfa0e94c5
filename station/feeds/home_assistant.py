"""Announces the buses to Home Assistant: MQTT discovery, one device a bus.

Source: Home Assistant documentation, integration "MQTT", section "MQTT discovery", device
discovery: one retained message below `homeassistant/device/`. The station sends nothing else: Home
Assistant then reads the buses' own topics (docs/mqtt.md).
"""

from __future__ import annotations

import asyncio
import json
from typing import Any

from station.ingest.mqtt import Session
from station.live.live import Live
from station.live.services import Services

PREFIX = "homeassistant"
_EVERY_S = 5


class Announcer:
    """Announces each bus once a start, and again when its label changes."""

    def __init__(self, services: Services, live: Live, session: Session):
        self._services = services
        self._live = live
        self._session = session
        self._announced: dict[tuple[str, str], str] = {}

    async def watch(self) -> None:
        while True:
            if self._services.broker.ok:
                for bus in self._live:
                    self._announce(bus.fleet, bus.bus, bus.label or bus.bus)
            await asyncio.sleep(_EVERY_S)

    def _announce(self, fleet: str, bus: str, label: str) -> None:
        if self._announced.get((fleet, bus)) != label:
            topic, payload = discovery(fleet, bus, label)
            self._session.publish(topic, json.dumps(payload))
            self._announced[fleet, bus] = label


def discovery(fleet: str, bus: str, label: str) -> tuple[str, dict[str, Any]]:
    """-> (topic, payload), for a retained message."""
    root = f"schoolbus/{fleet}/{bus}"
    node = f"busguard_{fleet}_{bus}"
    components = {
        name: {**given, "unique_id": f"{node}_{name}"} for name, given in _components(root).items()
    }
    payload = {
        "device": {"identifiers": [node], "name": label, "manufacturer": "Busguard"},
        "origin": {"name": "Busguard station"},
        "components": components,
        "qos": 1,
    }
    return f"{PREFIX}/device/{node}/config", payload


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
