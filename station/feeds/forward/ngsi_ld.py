"""Buses and alarms as entities of NGSI-LD: `Vehicle` and `Alert` of the Smart Data Models.

Source: ETSI GS CIM 009 V1.6.1 (5.6.8 batch upsert); smartdatamodels.org, dataModel.Transportation
and dataModel.Alert, whose terms the contexts below map to their IRIs. Seats are counted, not named,
and the driver's telephone stays here.
"""

from __future__ import annotations

import json
import logging
from typing import Any

import requests

from station.clock import iso
from station.feeds.forward.forwarder import Away, Thing
from station.feeds.forward.http import answer
from station.feeds.measured import measured_at_ms, occupied
from station.notices.message import kind
from station.one_bad import passed_over
from station.place import is_place

log = logging.getLogger(__name__)
CORE = "https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.6.jsonld"
"""Every broker knows it by heart, and fetches nothing."""
_MODELS = "https://smartdatamodels.org/"


def _context(model: str, terms: tuple[str, ...], **others: str) -> list[Any]:
    return [{term: f"{_MODELS}{model}/{term}" for term in terms} | others, CORE]


_OF_VEHICLE = _context(
    "dataModel.Transportation",
    ("Vehicle", "vehicleType", "category", "vehicleSpecialUsage", "fleetVehicleId", "serviceStatus",
     "speed", "heading", "passengerCount"),
    name=f"{_MODELS}name",
)  # fmt: skip
_OF_ALERT = _context(
    "dataModel.Alert",
    ("Alert", "category", "subCategory", "severity", "alertSource", "dateIssued", "dateDetected",
     "validTo"),
    description="http://purl.org/dc/terms/description",
    data="https://uri.etsi.org/ngsi-ld/data",
)  # fmt: skip
_SORTS = {"crash": ("traffic", "carAccident"), "heat": ("health", "highTemperature")}
_SORTS_OF_ZONES = {"flood": ("naturalDisaster", "flood"), "closed": ("traffic", "roadClosed")}
_NO_SORT = ("security", None)
AT_ONCE = 100
PATH = "/ngsi-ld/v1/entityOperations/upsert"


def _urn(kind_of: str, *names: str) -> str:
    return ":".join(("urn:ngsi-ld", kind_of, "busguard", *names))


def _property(value: Any, at_ms: int | None = None, **more: Any) -> dict[str, Any]:
    found = {"type": "Property", "value": value, **more}
    return found if at_ms is None else {**found, "observedAt": iso(at_ms)}


def _moment(utc_ms: int) -> dict[str, Any]:
    return _property({"@type": "DateTime", "@value": iso(utc_ms)})


def _place(lat: float, lon: float) -> dict[str, Any]:
    return {"type": "GeoProperty", "value": {"type": "Point", "coordinates": [lon, lat]}}


def vehicle(bus: dict[str, Any], now_ms: int) -> dict[str, Any]:
    """bus: as in GET /api/live. What is not known now is not in it: an upsert replaces the entity,
    so nothing old stays at the broker."""
    entity = {
        "@context": _OF_VEHICLE,
        "id": _urn("Vehicle", bus["fleet"], bus["bus"]),
        "type": "Vehicle",
        "name": _property(bus["label"] or bus["bus"]),
        "fleetVehicleId": _property(f"{bus['fleet']}/{bus['bus']}"),
        "vehicleType": _property("bus"),
        "vehicleSpecialUsage": _property("schoolTransportation"),
        "category": _property(["tracked"]),
    }
    if bus["stale"]:
        return entity
    if bus["phase"] is not None:
        entity["serviceStatus"] = _property("parked" if bus["phase"] == "parked" else "onRoute")
    count = occupied(bus["seats"])
    if count is not None:
        entity["passengerCount"] = _property(count)
    at_ms = measured_at_ms(bus, now_ms)
    if at_ms is not None:
        entity["location"] = {**_place(bus["lat"], bus["lon"]), "observedAt": iso(at_ms)}
        if bus["speed_kmh"] is not None:
            entity["speed"] = _property(bus["speed_kmh"], at_ms, unitCode="KMH")
            if bus["speed_kmh"] > 0 and bus["heading_deg"] is not None:
                entity["heading"] = _property(bus["heading_deg"], at_ms, unitCode="DD")
    return entity


def alert(alarm: Any) -> dict[str, Any]:
    """alarm: a row of station.alarms.rows.ROWS."""
    names = [kind(alarm.kind, language) for language in ("th", "en")]
    category, sort = _SORTS.get(alarm.kind, _NO_SORT)
    if alarm.kind == "zone_entered":
        category, sort = _SORTS_OF_ZONES.get(str(alarm.data.get("zone_kind")), _NO_SORT)
    entity = {
        "@context": _OF_ALERT,
        "id": _urn("Alert", alarm.fleet, alarm.bus, str(alarm.id)),
        "type": "Alert",
        "category": _property(category),
        "severity": _property("informational" if alarm.exercise else "critical"),
        "description": _property(" / ".join(names)),
        "alertSource": _property(_urn("Vehicle", alarm.fleet, alarm.bus)),
        "dateIssued": _moment(alarm.heard_ms),
        "data": _property({
            "kind": alarm.kind, "exercise": alarm.exercise,
            "state": "active" if alarm.cleared_ms is None else "cleared",
            "acknowledged": alarm.acked_ms is not None,
        }),
    }  # fmt: skip
    if sort is not None:
        entity["subCategory"] = _property(sort)
    if alarm.raised_ms is not None and alarm.clock != "odd":
        entity["dateDetected"] = _moment(alarm.raised_ms)
    if alarm.cleared_ms is not None:
        entity["validTo"] = _moment(alarm.cleared_ms)
    lat, lon = alarm.lat, alarm.lon
    if is_place(lat, lon):
        entity["location"] = _place(lat, lon)
    return entity


def still_active(entities: dict[str, Any]) -> list[int]:
    """-> the ids of the alarms that these entities, by name, show as active."""
    return [
        int(name.rpartition(":")[2])
        for name, entity in entities.items()
        if entity["type"] == "Alert" and entity["data"]["value"]["state"] == "active"
    ]


class ContextBroker:
    def __init__(self, url: str, tenant: str | None, token: str | None):
        """url: of the broker, without its path of NGSI-LD."""
        self._url = url.rstrip("/") + PATH
        self._has_taken = False
        """Anything, ever: a broker that refuses all is away; this one refuses what it means."""
        self._session = requests.Session()
        self._session.headers["Content-Type"] = "application/ld+json"
        if tenant:
            self._session.headers["NGSILD-Tenant"] = tenant
        if token:
            self._session.headers["Authorization"] = f"Bearer {token}"

    def upsert(self, things: list[Thing]) -> set[str]:
        """-> names of those that the broker refused for now, while it took others. Away."""
        again, stay = self._upsert(things)
        if len(stay) == len(things) > 1 and not self._has_taken:
            raise Away("HTTP 400 or 413 for each entity")
        for name in stay:
            log.warning("The context broker refuses %s until it changes.", name)
        passed_over["ngsi_ld"] += len(stay)
        return again

    def _upsert(self, things: list[Thing]) -> tuple[set[str], list[str]]:
        """-> (those to be sent again, those that the broker never takes as they are). If it refuses
        all because of one, the others are found by halves."""
        body = json.dumps([entity for _, entity in things]).encode()
        status, said = answer(self._session, "POST", self._url, data=body)
        if status in (400, 413) and things:
            if len(things) == 1:
                return set(), [things[0][0]]
            middle = len(things) // 2
            again, stay = self._upsert(things[:middle])
            more, others = self._upsert(things[middle:])
            return again | more, stay + others
        if status not in (200, 201, 204, 207):
            raise Away(f"HTTP {status}")
        self._has_taken = True
        return (self._refused(said, things) if status == 207 else set()), []

    def _refused(self, said: bytes, things: list[Thing]) -> set[str]:
        """If the answer does not say which, it may be any."""
        names = {name for name, _ in things}
        many = 1
        try:
            errors = json.loads(said)["errors"]
            many = len(errors)
            return names & {error["entityId"] for error in errors} or names
        except (ValueError, KeyError, TypeError):
            return names
        finally:
            passed_over["ngsi_ld"] += many
