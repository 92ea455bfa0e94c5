"""What a notice says, in Thai or English: short enough for a telephone's first line."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from station.clock import LOCAL
from station.notices.explained import decided
from station.place import is_place

_TEXTS = Path(__file__).parent.parent / "web" / "static" / "texts"
_BUDDHIST_ERA = 543
_LONGEST = 4000
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")
_SURE_M = 30  # as on the page (station/web/static/js/places.js)

_STAGES = {
    "th": {"raised": "แจ้งเหตุ", "escalated": "ยังไม่มีใครรับทราบ", "acknowledged": "รับทราบแล้ว",
           "cleared": "เหตุสิ้นสุด"},
    "en": {"raised": "Alarm", "escalated": "Nobody has answered", "acknowledged": "Acknowledged",
           "cleared": "Over"},
}  # fmt: skip
_WORDS = {
    "th": {"times": "เกิดขึ้น {} ครั้ง ข้อความนี้บอกครั้งล่าสุด",
           "parts": "บางส่วนของข้อความจากรถอ่านไม่ได้",
           "odd": "นาฬิกาของรถผิด เวลานี้เชื่อถือไม่ได้",
           "plain": "สถานีอ่านข้อความจากรถไม่ได้ทั้งหมด ให้ดูในหน้าเว็บ และโทรหาคนขับ",
           "drill": "การซ้อม", "bus": "รถ", "at": "เวลา", "heard": "สถานีได้รับ", "by": "โดย",
           "over": "เหตุสิ้นสุดแล้วเมื่อ {}", "taken_for_over": "ถือว่าเหตุสิ้นสุดแล้วเมื่อ {} รถไม่ได้ยืนยัน",
           "seats": "ที่นั่ง", "unreadable": "ที่นั่งที่ไม่ทราบ อาจมีเด็ก", "place": "ตำแหน่ง",
           "active": "เหตุที่ยังไม่จบในรถ", "estimated": "โดยประมาณ",
           "estimated_within": "โดยประมาณ ในระยะ {} ม.", "within": "ในระยะ {} ม.",
           "unknown": "ไม่ทราบ"},
    "en": {"times": "This happened {} times; the newest is told here",
           "parts": "Parts of the bus's message could not be read",
           "odd": "The bus's clock is wrong: do not rely on this time",
           "plain": "The station cannot read all of this message: look at the page, and call the "
                    "driver",
           "drill": "DRILL", "bus": "Bus", "at": "At", "heard": "Heard", "by": "By",
           "over": "Over since {}",
           "taken_for_over": "Over since {}, as far as known: the bus did not confirm it",
           "seats": "Seats", "unreadable": "Seats not known, a child may sit there",
           "active": "Going on in the bus", "place": "Position", "estimated": "estimated",
           "estimated_within": "estimated, within {} m", "within": "within {} m",
           "unknown": "unknown"},
}  # fmt: skip


def message(alarm: Mapping[str, Any], stage: str, language: str, times: int = 1) -> tuple[str, str]:
    """alarm: as in GET /api/alarms, with its times in ms. times: how many alarms it stands for
    -> (title, body)."""
    words = _WORDS[language]
    title = _title(alarm, stage, language, times)
    lines = [
        f"{words['bus']}: {alarm['label'] or alarm['bus']} ({alarm['fleet']})",
        f"{words['at']}: {_time(alarm['raised_ms'], language)}",
    ]
    if alarm.get("cleared_ms") is not None:
        is_sure = alarm["ended_by"] not in ("restart", "state")
        ended = _time(alarm["cleared_ms"], language)
        lines.append(words["over" if is_sure else "taken_for_over"].format(ended))
    if times > 1:
        lines.append(words["times"].format(times))
    if "unreadable" in alarm["data"]:
        lines.append(words["parts"])
    is_odd = alarm["clock"] == "odd"
    if is_odd:
        lines.append(words["odd"])
    if alarm["late"] or is_odd:
        lines.append(f"{words['heard']}: {_time(alarm['heard_ms'], language)}")
    data = alarm["data"]
    left_out = _listed(data.get("unreadable")) or ()
    for name, label in (("seats", "seats"), ("unknown", "unreadable")):
        if name in data or f"data.{name}" in left_out:
            seats = _listed(data.get(name))
            if seats is None:
                lines.append(f"{words[label]}: {words['unknown']}")
            elif seats:
                lines.append(f"{words[label]}: {', '.join(seats)}")
    active = _listed(data.get("active"))
    if active:
        lines.append(f"{words['active']}: {', '.join(kind(name, language) for name in active)}")
    if is_place(alarm["lat"], alarm["lon"]):
        at = f"{alarm['lat']:.5f}, {alarm['lon']:.5f}"
        lines.append(f"{words['place']}: {at}{_doubt(alarm, words)}")
    if stage in ("raised", "escalated"):
        lines += decided(alarm, _page(language), language)
        lines += [f"> {step}" for step in kinds(language).get(alarm["kind"], {}).get("do", ())]
    if stage == "acknowledged" and alarm["acked_by"]:
        lines.append(f"{words['by']}: {alarm['acked_by']}")
    return _clean(title), _clean("\n".join(lines))


def plain(alarm: Mapping[str, Any], stage: str, language: str, times: int = 1) -> tuple[str, str]:
    """What can be said of an alarm that message() cannot read: kind, bus, time. Never fails.
    alarm: needs no more than fleet, bus, kind, exercise, raised_ms and heard_ms."""
    words = _WORDS[language]
    lines = [
        f"{words['bus']}: {alarm['bus']} ({alarm['fleet']})",
        f"{words['at']}: {_time(alarm['raised_ms'], language)}",
        f"{words['heard']}: {_time(alarm['heard_ms'], language)}",
        words["plain"],
    ]
    lines += [f"> {step}" for step in kinds(language).get(alarm["kind"], {}).get("do", ())]
    return _clean(_title(alarm, stage, language, times)), _clean("\n".join(lines))


def _title(alarm: Mapping[str, Any], stage: str, language: str, times: int) -> str:
    drill = f"[{_WORDS[language]['drill']}] " if alarm["exercise"] else ""
    again = f" ({times}×)" if times > 1 else ""
    return f"{drill}{_STAGES[language][stage]}: {kind(alarm['kind'], language)}{again}"


def _clean(text: str) -> str:
    """What every database and every receiver takes: no control characters, no half characters."""
    text = text.encode("utf-8", "replace").decode("utf-8")
    return _CONTROL.sub(" ", text)[:_LONGEST]


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
    return kinds(language).get(name, {}).get("name") or name.replace("_", " ")


def kinds(language: str) -> Mapping[str, Any]:
    """Kind -> what the page says of it."""
    return _page(language)["kinds"]


def do(name: str, language: str) -> list[str]:
    """What to do at once when an alarm of this kind is raised."""
    return kinds(language).get(name, {}).get("do", [])


@cache
def _page(language: str) -> Mapping[str, Any]:
    return json.loads((_TEXTS / f"kinds.{language}.json").read_text(encoding="utf-8"))


def _time(utc_ms: Any, language: str) -> str:
    try:
        at = datetime.fromtimestamp(utc_ms / 1000, LOCAL)
    except (TypeError, ValueError, OverflowError, OSError):  # none, or no calendar has it
        return _WORDS[language]["unknown"]
    year = at.year + (_BUDDHIST_ERA if language == "th" else 0)
    return f"{at:%H:%M:%S} {at.day}/{at.month}/{year}"
