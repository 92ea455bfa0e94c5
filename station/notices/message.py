"""What a notice says, in Thai or English: short enough for a telephone's first line."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from station.clock import LOCAL

_TEXTS = Path(__file__).parent.parent / "web" / "static" / "texts"
_BUDDHIST_ERA = 543
_SURE_M = 30  # as on the page (station/web/static/js/places.js)

_STAGES = {
    "th": {"raised": "แจ้งเหตุ", "escalated": "ยังไม่มีใครรับทราบ", "acknowledged": "รับทราบแล้ว",
           "cleared": "เหตุสิ้นสุด"},
    "en": {"raised": "Alarm", "escalated": "Nobody has answered", "acknowledged": "Acknowledged",
           "cleared": "Over"},
}  # fmt: skip
_WORDS = {
    "th": {"drill": "การซ้อม", "bus": "รถ", "at": "เวลา", "heard": "สถานีได้รับ", "by": "โดย",
           "seats": "ที่นั่ง", "unreadable": "ที่นั่งที่ไม่ทราบ อาจมีเด็ก", "place": "ตำแหน่ง",
           "active": "เหตุที่ยังไม่จบในรถ", "estimated": "โดยประมาณ",
           "estimated_within": "โดยประมาณ ในระยะ {} ม.", "within": "ในระยะ {} ม.",
           "unknown": "ไม่ทราบ"},
    "en": {"drill": "DRILL", "bus": "Bus", "at": "At", "heard": "Heard", "by": "By",
           "seats": "Seats", "unreadable": "Seats not known, a child may sit there",
           "active": "Going on in the bus", "place": "Position", "estimated": "estimated",
           "estimated_within": "estimated, within {} m", "within": "within {} m",
           "unknown": "unknown"},
}  # fmt: skip


def message(alarm: Mapping[str, Any], stage: str, language: str) -> tuple[str, str]:
    """alarm: as in GET /api/alarms, with its times in ms -> (title, body)."""
    words = _WORDS[language]
    drill = f"[{words['drill']}] " if alarm["exercise"] else ""
    title = f"{drill}{_STAGES[language][stage]}: {kind(alarm['kind'], language)}"
    lines = [
        f"{words['bus']}: {alarm['label'] or alarm['bus']} ({alarm['fleet']})",
        f"{words['at']}: {_time(alarm['raised_ms'], language)}",
    ]
    if alarm["late"]:
        lines.append(f"{words['heard']}: {_time(alarm['heard_ms'], language)}")
    data = alarm["data"]
    for name, label in (("seats", "seats"), ("unknown", "unreadable")):
        if name in data:
            seats = _listed(data[name])
            if seats is None:
                lines.append(f"{words[label]}: {words['unknown']}")
            elif seats:
                lines.append(f"{words[label]}: {', '.join(seats)}")
    active = _listed(data.get("active"))
    if active:
        lines.append(f"{words['active']}: {', '.join(kind(name, language) for name in active)}")
    if alarm["lat"] is not None and alarm["lon"] is not None:
        at = f"{alarm['lat']:.5f}, {alarm['lon']:.5f}"
        lines.append(f"{words['place']}: {at}{_doubt(alarm, words)}")
    if stage in ("raised", "escalated"):
        lines += [f"> {step}" for step in _kinds(language).get(alarm["kind"], {}).get("do", ())]
    if stage == "acknowledged" and alarm["acked_by"]:
        lines.append(f"{words['by']}: {alarm['acked_by']}")
    return title, "\n".join(lines)


def _listed(value: Any) -> list[str] | None:
    """None: it is not known; neither is what is no list, in an event with odd data."""
    return [str(one) for one in value] if isinstance(value, list) else None


def _doubt(alarm: Mapping[str, Any], words: Mapping[str, str]) -> str:
    """How far from there the bus may be; empty where it was measured well."""
    within, estimated = alarm["accuracy_m"], alarm["estimated"]
    if within is None:
        return f" ({words['estimated']})" if estimated else ""
    if not estimated and within <= _SURE_M:
        return ""
    return f" ({words['estimated_within' if estimated else 'within'].format(within)})"


def kind(name: str, language: str) -> str:
    """In the words of the page; a kind without words is shown by its name."""
    return _kinds(language).get(name, {}).get("name") or name.replace("_", " ")


def do(name: str, language: str) -> list[str]:
    """What to do at once when an alarm of this kind is raised."""
    return _kinds(language).get(name, {}).get("do", [])


@cache
def _kinds(language: str) -> Mapping[str, Any]:
    return json.loads((_TEXTS / f"kinds.{language}.json").read_text(encoding="utf-8"))["kinds"]


def _time(utc_ms: int | None, language: str) -> str:
    if utc_ms is None:
        return _WORDS[language]["unknown"]
    at = datetime.fromtimestamp(utc_ms / 1000, LOCAL)
    year = at.year + (_BUDDHIST_ERA if language == "th" else 0)
    return f"{at:%H:%M:%S} {at.day}/{at.month}/{year}"
