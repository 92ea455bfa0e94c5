"""The words of the reports in Thai and English, and how each language writes dates."""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache
from typing import Any

from station.notices.message import kind

_BUDDHIST_ERA = 543  # 2026 is 2569

_WORDS = {
    # sheets
    "summary": ("สรุป", "Summary"),
    "trips": ("เที่ยววิ่ง", "Trips"),
    "stops": ("ป้ายจอด", "Stops"),
    "overspeed": ("ความเร็วเกิน", "Overspeed"),
    "out_of_service": ("ที่นั่งงดใช้", "Seats out of service"),
    "alarms": ("เหตุเตือนภัย", "Alarms"),
    # columns
    "date": ("วันที่", "Date"),
    "fleet": ("กลุ่มรถ", "Fleet"),
    "bus": ("รถ", "Bus"),
    "distance_km": ("ระยะทาง (กม.)", "Distance (km)"),
    "boarded": ("เด็กขึ้น (คน)", "Boarded"),
    "alighted": ("เด็กลง (คน)", "Alighted"),
    "overspeeds": ("ความเร็วเกิน (ครั้ง)", "Overspeeds"),
    "top_kmh": ("ความเร็วสูงสุด (กม./ชม.)", "Top speed (km/h)"),
    "lasted_s": ("นาน (วินาที)", "Lasted (s)"),
    "unacknowledged": ("ยังไม่รับทราบ", "Unacknowledged"),
    "ack_mean_s": ("เวลารับทราบเฉลี่ย (วินาที)", "Mean time to acknowledge (s)"),
    "trip": ("เที่ยวที่", "Trip"),
    "from": ("เริ่ม", "From"),
    "to": ("สิ้นสุด", "To"),
    "seat": ("ที่นั่ง", "Seat"),
    "until": ("ถึง (กำหนด)", "Granted until"),
    "stop": ("ป้าย", "Stop"),
    "visits": ("จอด (ครั้ง)", "Visits"),
    "at": ("เวลาเกิดเหตุ", "At"),
    "kind": ("เหตุ", "Kind"),
    "exercise": ("การซ้อม", "Drill"),
    "heard": ("สถานีได้รับ", "Heard"),
    "cleared": ("สิ้นสุดเหตุ", "Cleared"),
    "acknowledged": ("รับทราบ", "Acknowledged"),
    "ack_s": ("เวลารับทราบ (วินาที)", "Time to acknowledge (s)"),
    "by": ("โดย", "By"),
    "note": ("บันทึก", "Note"),
    # cells
    "yes": ("ใช่", "yes"),
    "no": ("ไม่ใช่", "no"),
}
_NOT_COUNTED = (
    "ไม่ได้นับ {} รายการ เพราะสถานีอ่านข้อมูลที่รถส่งมาไม่ได้ แจ้งผู้ดูแลระบบ",
    "{} events are not counted: the station cannot read what the bus sent. Tell the administrator.",
)
LANGUAGES = ("th", "en")


_AS_THEY_ARE = frozenset((int, float, str, type(None)))


class Kind(str):
    """A kind of event in a cell; it is shown by its name on the page."""

    __slots__ = ()


def word(key: str, language: str) -> str:
    """KeyError: no words exist for this key."""
    return _WORDS[key][LANGUAGES.index(language)]


def not_counted(events: int, language: str) -> str | None:
    """None: all are counted."""
    return _NOT_COUNTED[LANGUAGES.index(language)].format(events) if events else None


def shown(cell: Any, language: str) -> Any:
    """A cell as an office reads it: in Thai dates have the Buddhist year."""
    if type(cell) in _AS_THEY_ARE:
        return cell
    if isinstance(cell, bool):
        return word("yes" if cell else "no", language)
    if isinstance(cell, Kind):
        return kind(cell, language)
    if isinstance(cell, datetime):
        return f"{_date(cell.date(), language)} {cell:%H:%M:%S}"
    if isinstance(cell, date):
        return _date(cell, language)
    return cell


@lru_cache(maxsize=512)
def _date(day: date, language: str) -> str:
    if language == "th":
        return f"{day.day:02}/{day.month:02}/{day.year + _BUDDHIST_ERA}"
    return f"{day:%Y-%m-%d}"
