"""Prometheus: numbers of the whole station. It names no bus, no person and no place.

deploy/grafana.json shows them, deploy/alerts.yml says which of them should wake somebody."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from fastapi import APIRouter, Response
from fastapi.responses import PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from station import one_bad
from station.api.guards import TheStation
from station.api.storage import storage
from station.live.view import view
from station.notices.backlog import Waiting
from station.station import Station

router = APIRouter(tags=["metrics"])
_SHOWN = ("alarm", "drill", "dark", "driving", "stopped", "parked")
_WITHIN_S = 3


@router.get("/metrics", response_class=PlainTextResponse)
async def metrics(station: TheStation) -> Response:
    """In the text format of Prometheus. While the database does not answer, what only it knows is
    left out."""
    waiting = None
    try:
        waiting = await asyncio.wait_for(station.notice_backlog.read(), _WITHIN_S)
    except Exception as error:
        if not station.services.is_database_away(error):
            raise
    disks = await asyncio.to_thread(lambda: list(storage(station.settings, station.clock.now_ms())))
    registry = CollectorRegistry()
    registry.register(_Now([*_buses(station), *_work(station, waiting), *disks]))
    ProcessCollector(registry=registry)
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


class _Now(Collector):
    def __init__(self, found: list[Metric]):
        self._found = found

    def collect(self) -> Iterable[Metric]:
        return self._found


def _gauge(name: str, text: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"busguard_{name}", text, value=value)


def _counts(name: str, text: str, label: str, counts: Counter[str]) -> CounterMetricFamily:
    found = CounterMetricFamily(f"busguard_{name}", text, labels=[label])
    for what, many in sorted(counts.items()):
        found.add_metric([what], many)
    return found


def _buses(station: Station) -> Iterator[Metric]:
    """What the page shows."""
    now_ms = station.clock.now_ms()
    buses = [view(bus, now_ms) for bus in station.live]
    shown = Counter(bus["show"] for bus in buses)
    by_show = GaugeMetricFamily("busguard_buses", "Buses as the page shows them", labels=["show"])
    for name in _SHOWN:
        by_show.add_metric([name], shown[name])
    yield by_show
    yield _gauge("buses_stale", "Buses past their promise", sum(bus["stale"] for bus in buses))
    yield _gauge("gaps", "Ranges of records that are missing", sum(bus["gaps"] for bus in buses))
    open_ones = [alarm for alarm in station.alarms.views() if _is_waiting(alarm)]
    yield _gauge("alarms_unacknowledged", "Alarms that are not acknowledged", len(open_ones))
    overdue = sum(alarm["escalated_at"] is not None for alarm in open_ones)
    yield _gauge("alarms_escalated", "Of these, the ones that are overdue", overdue)
    yield _gauge("listeners", "Open pages", station.hub.listeners)


def _is_waiting(alarm: dict[str, Any]) -> bool:
    """It is an alarm, no exercise, and not acknowledged."""
    is_real = alarm["severity"] == "alarm" and not alarm["exercise"]
    return is_real and alarm["acked_at"] is None


def _work(station: Station, waiting: Waiting | None) -> Iterator[Metric]:
    """How the station itself does."""
    for name in ("broker", "database"):
        service = getattr(station.services, name)
        yield _gauge(f"{name}_up", f"1 while the {name} answers", service.ok)
    yield _gauge("leads", "1 if this process takes the records", station.leads)
    yield _gauge("intake_lag_seconds", "For how long the oldest message has waited for its commit",
                 station.records.lag_s())  # fmt: skip
    yield _counts("quarantine_messages", "Messages that were not taken: kept, or only counted",
                  "what", station.quarantine.counts)  # fmt: skip
    yield _counts("passed_over", "Rows left out of an answer, because they cannot be read",
                  "where", one_bad.passed_over)  # fmt: skip
    if waiting is not None:
        yield _gauge("notices_waiting", "Notices that are not delivered yet", waiting.many)
        yield _gauge("notices_oldest_unsent_seconds", "For how long the oldest of these has waited",
                     waiting.oldest_s)  # fmt: skip
        yield _gauge("notices_dead", "Notices that were given up", waiting.dead)
        yield _gauge("database_read_seconds", "For how long the database took to count the notices",
                     waiting.took_s)  # fmt: skip
