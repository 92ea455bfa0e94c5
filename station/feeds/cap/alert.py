"""One message of CAP 1.2, in Thai and English."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree as ET

from station.feeds.cap.messages import Entry, Message
from station.feeds.cap.xml import add, moment, written
from station.notices.message import do, kind
from station.place import is_place

_NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
_EXPIRES_MS = 7 * 86_400_000
"""The end of an alarm is a Cancel. This is for a reader that has missed it."""
_RESTRICTION = "For the city's staff on duty and the services that they call: it concerns children."
_LANGUAGES = {"th": "th-TH", "en": "en-US"}
_CATEGORIES = {"crash": "Transport", "heat": "Health", "sos": "Security"}
_OF_ZONES = {"flood": "Met", "closed": "Transport"}
"""Beside Safety."""
_WIDE_M = 100  # older buses do not report how accurate their position is
_WORDS = {
    "th": {"drill": "การซ้อม", "over": "เหตุสิ้นสุด", "bus": "รถ {label} ({fleet})",
           "seats": "ที่นั่งที่เกี่ยวข้อง: {}", "unknown": "ที่นั่งที่ไม่ทราบ อาจมีเด็ก: {}",
           "unreadable": "ข้อมูลบางส่วนที่รถส่งมาอ่านไม่ได้",
           "area": "ตำแหน่งล่าสุดของรถ ในระยะ {} ม.", "nowhere": "ไม่ทราบตำแหน่ง"},
    "en": {"drill": "DRILL", "over": "Over", "bus": "Bus {label} ({fleet})",
           "seats": "Seats concerned: {}", "unknown": "Seats not known, a child may sit there: {}",
           "unreadable": "Parts of what the bus sent could not be read",
           "area": "The newest position of the bus, within {} m", "nowhere": "Position unknown"},
}  # fmt: skip


def identifier(number: int, entry: Entry) -> str:
    """number: of the alarm."""
    return f"{number}-{entry.number}"


def headline(message: Message, language: str) -> str:
    words = _WORDS[language]
    drill = f"[{words['drill']}] " if message.is_exercise else ""
    over = f"{words['over']}: " if message.kind == "Cancel" else ""
    return f"{drill}{over}{kind(message.alarm.kind, language)}"


def alert(message: Message, sender: str) -> bytes:
    alarm, entry = message.alarm, message.entry
    root = ET.Element("alert", xmlns=_NAMESPACE)
    add(root, "identifier", identifier(alarm.id, entry))
    add(root, "sender", sender)
    add(root, "sent", moment(entry.at_ms))
    add(root, "status", "Exercise" if message.is_exercise else "Actual")
    add(root, "msgType", message.kind)
    add(root, "scope", "Restricted")
    add(root, "restriction", _RESTRICTION)
    if message.kind != "Alert":
        names = [f"{sender},{identifier(alarm.id, one)},{moment(one.at_ms)}"
                 for one in message.before]  # fmt: skip
        add(root, "references", " ".join(names))
    add(root, "incidents", str(alarm.id))
    for language in _LANGUAGES:
        _inform(root, message, language)
    return written(root)


def _inform(root: ET.Element, message: Message, language: str) -> None:
    alarm, sent_ms = message.alarm, message.entry.at_ms
    is_over = message.kind == "Cancel"
    info = add(root, "info")
    add(info, "language", _LANGUAGES[language])
    add(info, "category", "Safety")
    category = _CATEGORIES.get(alarm.kind)
    if alarm.kind == "zone_entered":
        category = _OF_ZONES.get(str(alarm.data.get("zone_kind")))
    if category is not None:
        add(info, "category", category)
    add(info, "event", kind(alarm.kind, language))
    add(info, "responseType", "AllClear" if is_over else "Execute")
    add(info, "urgency", "Past" if is_over else "Immediate")
    add(info, "severity", "Severe")
    is_own = alarm.journal_id is None  # the station concludes it from silence and the like
    add(info, "certainty", "Possible" if is_own else "Observed")
    code = add(info, "eventCode")
    add(code, "valueName", "busguard:kind")
    add(code, "value", alarm.kind)
    add(info, "effective", moment(sent_ms))
    if alarm.raised_ms is not None and alarm.clock != "odd":
        add(info, "onset", moment(alarm.raised_ms))
    add(info, "expires", moment(sent_ms + _EXPIRES_MS))
    add(info, "senderName", "Busguard")
    add(info, "headline", headline(message, language))
    add(info, "description", _describe(alarm, language))
    steps = do(alarm.kind, language)
    if steps and not is_over:
        add(info, "instruction", "\n".join(steps))
    _locate(info, alarm, _WORDS[language])


def _describe(alarm: Any, language: str) -> str:
    """Counts of seats, no numbers: whoever knows a child's seat would know the child."""
    words = _WORDS[language]
    lines = [words["bus"].format(label=alarm.label or alarm.bus, fleet=alarm.fleet)]
    for name in ("seats", "unknown"):
        seats = alarm.data.get(name)
        if isinstance(seats, list) and seats:
            lines.append(words[name].format(len(seats)))
    if alarm.data.get("unreadable"):
        lines.append(words["unreadable"])
    return "\n".join(lines)


def _locate(info: ET.Element, alarm: Any, words: dict[str, str]) -> None:
    area = add(info, "area")
    lat, lon = alarm.lat, alarm.lon
    if not is_place(lat, lon):
        add(area, "areaDesc", words["nowhere"])
        return
    within_m = _WIDE_M if alarm.accuracy_m is None else alarm.accuracy_m
    add(area, "areaDesc", words["area"].format(within_m))
    add(area, "circle", f"{lat:.5f},{lon:.5f} {within_m / 1000:.3f}")
