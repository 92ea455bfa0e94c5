"""Prometheus: numbers of the whole station. It names no bus and no place."""

from __future__ import annotations

from collections import Counter
from typing import Any

from fastapi import APIRouter, Response
from fastapi.responses import PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest

from station.api.guards import TheStation
from station.live.view import view

router = APIRouter(tags=["metrics"])
_SHOWN = ("alarm", "drill", "dark", "driving", "stopped", "parked")


def _is_waiting(alarm: dict[str, Any]) -> bool:
    """It is an alarm, no exercise, and not acknowledged."""
    is_real = alarm["severity"] == "alarm" and not alarm["exercise"]
    return is_real and alarm["acked_at"] is None


@router.get("/metrics", response_class=PlainTextResponse)
async def metrics(station: TheStation) -> Response:
    """In the text format of Prometheus."""
    registry = CollectorRegistry()

    def gauge(name: str, text: str, value: float) -> None:
        Gauge(f"busguard_{name}", text, registry=registry).set(value)

    now_ms = station.clock.now_ms()
    buses = [view(bus, now_ms) for bus in station.live]
    shown = Counter(bus["show"] for bus in buses)
    by_show = Gauge("busguard_buses", "Buses as the page shows them", ["show"], registry=registry)
    for name in _SHOWN:
        by_show.labels(name).set(shown[name])
    gauge("buses_stale", "Buses past their promise", sum(bus["stale"] for bus in buses))
    gauge("gaps", "Ranges of records that are missing", sum(bus["gaps"] for bus in buses))
    open_ones = [alarm for alarm in station.alarms.views() if _is_waiting(alarm)]
    gauge("alarms_unacknowledged", "Alarms that are not acknowledged", len(open_ones))
    gauge("alarms_escalated", "Of these, the ones that are overdue",
          sum(alarm["escalated_at"] is not None for alarm in open_ones))  # fmt: skip
    for name in ("broker", "database"):
        service = getattr(station.services, name)
        gauge(f"{name}_up", f"1 while the {name} answers", service.ok)
    gauge("listeners", "Open pages", station.hub.listeners)
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)
