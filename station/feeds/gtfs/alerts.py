"""Flooded and closed zones of the policies, as a GTFS-Realtime feed of Alerts.

Source: GTFS Realtime reference 2.0, messages Alert, EntitySelector, TranslatedString.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from google.transit import gtfs_realtime_pb2 as gtfs

from station.feeds.gtfs.feed import empty
from station.feeds.zones import around, forbidden, windows
from station.one_bad import over

_TITLES = {
    "flood": {"th": "น้ำท่วม", "en": "Flood"},
    "closed": {"th": "ปิดเส้นทาง", "en": "Closed"},
}
_TEXTS = {
    "th": "รถรับส่งนักเรียนไม่ควรเข้าเขตนี้ จุดกลางเขต {lat:.5f}, {lon:.5f} รัศมี {radius_m} ม.",
    "en": "School buses should not enter this zone. Its centre: {lat:.5f}, {lon:.5f}; radius: "
    "{radius_m} m.",
}
_WEIGHTS = {
    "flood": (gtfs.Alert.WEATHER, gtfs.Alert.SEVERE),
    "closed": (gtfs.Alert.OTHER_CAUSE, gtfs.Alert.WARNING),
}


def service_alerts(packs: Iterable[tuple[str, dict[str, Any]]], now_s: int) -> bytes:
    """packs: (fleet, its policy) -> FeedMessage in protobuf's wire format. A zone that does not
    hold in the coming week is left out."""
    feed = empty(now_s)
    for fleet, pack in packs:
        zones: Iterable[dict[str, Any]] = ()
        with over("gtfs"):
            zones = list(forbidden(pack))
        for zone in zones:
            with over("gtfs"):
                times = windows(pack, zone, now_s)
                if times != []:
                    feed.entity.append(_entity(fleet, zone, times or []))
    return feed.SerializeToString()


def _entity(fleet: str, zone: dict[str, Any], times: list[tuple[int, int]]) -> gtfs.FeedEntity:
    """The fleet stands as the agency (E032, E033): which of its routes lead through the zone is for
    the one who plans them."""
    entity = gtfs.FeedEntity(id=f"{fleet}/zone/{zone['id']}")
    alert, kind = entity.alert, zone["kind"]
    alert.informed_entity.add(agency_id=fleet)
    alert.cause, alert.severity_level = _WEIGHTS[kind]
    alert.effect = gtfs.Alert.DETOUR
    for start, end in times:
        alert.active_period.add(start=start, end=end)
    name = zone.get("name") or zone["id"]
    for language, text in _TEXTS.items():
        header = f"{_TITLES[kind][language]}: {name}"
        alert.header_text.translation.add(text=header, language=language)
        described = text.format(**around(zone)._asdict())
        alert.description_text.translation.add(text=described, language=language)
    return entity
