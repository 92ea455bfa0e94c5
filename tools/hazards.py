"""docs/hazards.md: every rule as the code has it, in English and Thai.

    python -m tools.hazards            writes it
    python -m tools.hazards --check    exit status 1 if it is not current

What a rule means, its source and its side on unknown are paragraphs of its docstring; its
thresholds are the settings that its file reads, with the ranges that the rules declare; what
the driver hears and the city receives are the levels and severities that it imports.
"""

from __future__ import annotations

import ast
import inspect
import sys
from pathlib import Path
from typing import Any, NamedTuple

import sim  # noqa: F401  (CPython looks like MicroPython from here on)
from firmware.config.settings import of_rules
from firmware.rules.catalogue import RULES
from tools.hazards_th import THAI

GUIDE = Path(__file__).resolve().parent.parent / "docs" / "hazards.md"
# Settings that another module reads on behalf of a rule.
BEHIND = {
    "check_button_missed": ("left_behind_profile",),
    "child_left_behind": ("left_behind_profile",),
    "driver_hours": ("rest_min",),
    "self_test_failed": ("button_stuck_s",),
}
HEARS = {
    "LAMP": ("the lamp", "ไฟเตือน"),
    "CHIME": ("a chime", "เสียงเตือนสั้น"),
    "PROMPT": ("a prompt: buzzer and lamp, half a second each", "เสียงเตือนเป็นจังหวะ"),
    "INSIDE": ("the alarm inside: fast buzzer and lamp", "สัญญาณอันตรายในรถ"),
    "HORN": ("the horn outside as well", "แตรนอกรถ"),
}
SEVERITIES = {
    "ALARM": ("alarm", "สัญญาณอันตราย"),
    "WARNING": ("warning", "คำเตือน"),
    "INFO": ("info", "แจ้งให้ทราบ"),
}
TELLS = (
    ("told each time", "แจ้งทุกครั้งที่เกิด"),
    ("raised or cleared", "แจ้งเมื่อเริ่มและสิ้นสุด"),
    ("raised, updated or cleared", "แจ้งเมื่อเริ่ม เปลี่ยน และสิ้นสุด"),
)
PROFILED = {"PROMPT", "INSIDE", "HORN"}  # what firmware/rules/profile.py hands on


class Hazard(NamedTuple):
    kind: str
    meaning: str
    source: str
    unknown: str
    thresholds: list[str]
    hears: list[tuple[str, str]]
    severities: list[tuple[str, str]]
    tells: tuple[str, str]  # which of raised, updated and cleared


def hazard(rule: Any) -> Hazard:
    """ValueError if the docstring lacks a paragraph."""
    tree = ast.parse(inspect.getsource(sys.modules[rule.__module__]))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)
             for alias in node.names}  # fmt: skip
    levels = names | (PROFILED if "Profile" in names else set())
    paragraphs = [" ".join(text.split()) for text in (rule.__doc__ or "").split("\n\n")]
    return Hazard(
        rule.kind,
        paragraphs[0],
        _paragraph(rule, paragraphs, "Source: ")[8:],
        _paragraph(rule, paragraphs, "Unknown").removeprefix("Unknown: "),
        [_threshold(name) for name in _settings(rule.kind, tree)],
        [text for name, text in HEARS.items() if name in levels],
        [text for name, text in SEVERITIES.items() if name in names],
        TELLS[("CLEARED" in names) + ("UPDATED" in names)],
    )


def _paragraph(rule: Any, paragraphs: list[str], start: str) -> str:
    for text in paragraphs:
        if text.startswith(start):
            return text
    raise ValueError(f"{rule.kind}: its docstring has no paragraph that starts with {start!r}")


def _settings(kind: str, tree: ast.AST) -> list[str]:
    """Names of config["rules"] that the file reads, in their order there."""
    read = {
        node.slice.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Subscript)
        and isinstance(node.value, ast.Name)
        and node.value.id == "config"
        and isinstance(node.slice, ast.Constant)
    }
    return [name for name in of_rules() if name in read | {*BEHIND.get(kind, ())}]


def _threshold(name: str) -> str:
    setting = of_rules()[name]
    what = setting.range.replace("a whole number from ", "").replace(" to ", "..")
    return f"`{name}` {setting.default} ({what})"


HEAD = """# Hazards / อันตรายที่รถเฝ้าระวัง

Made from the code by `make hazards`; do not edit. The thresholds are settings of `rules` in `bus.json` or in the policy, shown as their default (and range); a number that only the text names is fixed. `[default]` marks our own choice. What an event holds stands in [mqtt.md](mqtt.md).

An alarm means that somebody has to act now, a warning that somebody has to know today. What the driver hears is the loudest warning of all rules; the check button quiets a chime or a prompt for a while as long as the ignition is on, never an alarm.

ตารางนี้สร้างจากซอร์สโค้ด ค่าที่แสดงคือค่าเริ่มต้น (และช่วงที่ตั้งได้) ตัวเลขที่อยู่ในข้อความเท่านั้นเป็นค่าคงที่ "สัญญาณอันตราย" คือต้องมีคนลงมือทันที "คำเตือน" คือต้องมีคนรับรู้ภายในวันนั้น ปุ่มตรวจพักเสียงเตือนได้ชั่วคราวเมื่อติดเครื่องอยู่ แต่ปิดสัญญาณอันตรายไม่ได้
"""


def guide() -> str:
    """The whole of docs/hazards.md."""
    hazards = [hazard(rule) for rule in RULES]
    lines = [
        HEAD,
        "## English",
        "",
        "| rule | meaning | thresholds | source | on unknown | the driver hears | the city receives |",
        "|---|---|---|---|---|---|---|",
    ]
    for h in hazards:
        lines.append(
            _row(
                f"`{h.kind}`",
                h.meaning,
                "<br>".join(h.thresholds) or "none",
                h.source,
                h.unknown,
                "; ".join(text for text, _ in h.hears) or "nothing",
                " or ".join(text for text, _ in h.severities) + ", " + h.tells[0],
            )
        )
    lines += [
        "",
        "## ภาษาไทย",
        "",
        "| กฎ | ความหมาย | ค่ากำหนด | ที่มา | เมื่อไม่ทราบ | คนขับได้ยินหรือเห็น | เมืองได้รับ |",
        "|---|---|---|---|---|---|---|",
    ]
    for h in hazards:
        meaning, unknown = THAI[h.kind]
        lines.append(
            _row(
                f"`{h.kind}`",
                meaning,
                "<br>".join(h.thresholds) or "ไม่มี",
                h.source,
                unknown,
                " ".join(text for _, text in h.hears) or "ไม่มี",
                "หรือ".join(text for _, text in h.severities) + " " + h.tells[1],
            )
        )
    return "\n".join(lines) + "\n"


def _row(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def main() -> int:
    text = guide()
    if sys.argv[1:] == ["--check"]:
        return 0 if GUIDE.read_text(encoding="utf-8") == text else 1
    GUIDE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
