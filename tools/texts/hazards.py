"""docs/hazards.md: every rule as it declares itself, in English and Thai."""

from __future__ import annotations

from firmware.config.kinds import Choice, Number
from tools.texts.kinds import Hazard, Kind

_HEAD = """# Hazards / อันตรายที่รถเฝ้าระวัง

Written by `make texts` from the code; do not edit. The thresholds are settings of `rules` in `bus.json` or in the policy, shown as their default (and range); a number that only the text names is fixed. `[default]` marks our own choice. What an event holds stands in [mqtt.md](mqtt.md).

An alarm means that staff have to act now, a warning that they have to know today. What the driver hears is the loudest warning of all rules; the check button quiets a chime or a prompt for a while as long as the ignition is on, never an alarm.

ตารางนี้สร้างจากซอร์สโค้ด ค่าที่แสดงคือค่าเริ่มต้น (และช่วงที่ตั้งได้) ตัวเลขที่อยู่ในข้อความเท่านั้นเป็นค่าคงที่ "สัญญาณอันตราย" คือต้องมีคนลงมือทันที "คำเตือน" คือต้องมีคนรับรู้ภายในวันนั้น ปุ่มตรวจพักเสียงเตือนได้ชั่วคราวเมื่อติดเครื่องอยู่ แต่ปิดสัญญาณอันตรายไม่ได้

Where the thresholds come from, and what other countries ask for: [regulations.md](regulations.md). Who is on board, seated or not / ใครอยู่บนรถ:

![Who is on board: seated, loose, gone or settled](persons.svg)
"""
_LEVELS = {
    "lamp": ("the lamp", "ไฟเตือน"),
    "chime": ("a chime", "เสียงเตือนสั้น"),
    "prompt": ("a prompt: buzzer and lamp, half a second each", "เสียงเตือนเป็นจังหวะ"),
    "inside": ("the alarm inside: fast buzzer and lamp", "สัญญาณอันตรายในรถ"),
    "horn": ("the horn outside as well", "แตรนอกรถ"),
}
_SEVERITIES = {"alarm": "สัญญาณอันตราย", "warning": "คำเตือน", "info": "แจ้งให้ทราบ"}
_STATES = {
    "each time": "แจ้งทุกครั้งที่เกิด",
    "raised, cleared": "แจ้งเมื่อเริ่มและสิ้นสุด",
    "raised, updated, cleared": "แจ้งเมื่อเริ่ม เปลี่ยน และสิ้นสุด",
}


def guide(kinds: list[Kind]) -> str:
    """The whole of docs/hazards.md."""
    rules = [(kind, kind.hazard) for kind in kinds if kind.hazard]
    return "\n".join(
        [
            _HEAD,
            "## English",
            "",
            "| rule | meaning | thresholds | source | on unknown | the driver hears | the city receives |",
            "|---|---|---|---|---|---|---|",
            *[_english(kind, hazard) for kind, hazard in rules],
            "",
            "## ภาษาไทย",
            "",
            "| กฎ | ความหมาย | ค่ากำหนด | ที่มา | เมื่อไม่ทราบ | คนขับได้ยินหรือเห็น | เมืองได้รับ |",
            "|---|---|---|---|---|---|---|",
            *[_thai(kind, hazard) for kind, hazard in rules],
            "",
        ]
    )


def _english(kind: Kind, hazard: Hazard) -> str:
    return row(
        f"`{kind.name}`",
        hazard.meaning,
        _thresholds(hazard) or "none",
        hazard.source,
        hazard.unknown,
        "; ".join(_LEVELS[level][0] for level in kind.driver) or "nothing",
        kind.city,
    )


def _thai(kind: Kind, hazard: Hazard) -> str:
    return row(
        f"`{kind.name}`",
        kind.said("th", "means") or hazard.meaning,
        _thresholds(hazard) or "ไม่มี",
        hazard.source,
        kind.said("th", "unknown") or hazard.unknown,
        " ".join(_LEVELS[level][1] for level in kind.driver) or "ไม่มี",
        "หรือ".join(_SEVERITIES[severity] for severity in kind.severities)
        + " "
        + _STATES[kind.states],
    )


def _thresholds(hazard: Hazard) -> str:
    return "<br>".join(f"`{name}` {_limits(setting)}" for name, setting in hazard.settings.items())


def _limits(setting: Number | Choice) -> str:
    what = setting.range.replace("a whole number from ", "").replace(" to ", "..")
    return f"{setting.default} ({what})"


def row(*cells: str) -> str:
    """Of a table in Markdown."""
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
