"""Draws the circuits and boards of docs/install.md, and writes its tables of pins: make wiring

Everything follows drivers/board/tables.py, so a drawing and the program cannot differ.
"""

import re
from pathlib import Path

from tools.circuits import inputs, outputs, seats, sensors
from tools.circuits.sheet import BOARDS, port
from tools.wiring_parts import HOW_IN_THAI, PARTS

ROOT = Path(__file__).resolve().parent.parent
GUIDES = ("docs/install.md", "docs/install.th.md")
CIRCUITS = {
    "power": inputs.power,
    "ignition": inputs.ignition,
    "doors": inputs.doors,
    "buttons": inputs.buttons,
    "presence": inputs.presence,
    "horn": outputs.horn,
    "hazard": outputs.hazard,
    "buzzer-lamp": outputs.buzzer_lamp,
    "readback": outputs.readback,
    "sensors": sensors.sensors,
    "gnss": sensors.gnss,
    "seat-contact": seats.seat_contact,
    "seats-expanders": seats.seats_expanders,
    "seats-modbus": seats.seats_modbus,
    "seats-chain": seats.seats_chain,
    "seats-mats": seats.seats_mats,
}


def words_of(part, language):
    """-> what it is called, how it is connected."""
    english, thai, how, _ = PARTS[part]
    return (english, how) if language == "en" else (thai, HOW_IN_THAI[how])


def table_of(name, language):
    """-> str, Markdown: the pins of a board."""
    lines = ["| GPIO | part | how |", "|---|---|---|"]
    if language == "th":
        lines[0] = "| GPIO | อุปกรณ์ | การต่อ |"
    table = BOARDS[name]
    for part, pin in table["pins"].items():
        called, how = words_of(part, language)
        lines.append(f"| {pin} | {called} | {how} |")
    for way, pins in table["ways"].items():
        for part, pin in pins.items():
            called, how = words_of(part, language)
            lines.append(f"| {pin} | {called} | `{way}`: {how} |")
    far = dict(table["switch_expander"])
    address = far.pop("address")
    for part, number in sorted(far.items(), key=lambda item: item[1]):
        called, how = words_of(part, language)
        lines.append(f"| {port(number)} | {called} | MCP23017 0x{address:02X}: {how} |")
    return "\n".join(lines)


def with_tables(words, language):
    """The guide with its tables as drivers/board/tables.py has them."""
    for name in BOARDS:
        mark = re.compile(rf"(<!-- pins: {name} -->\n).*?(<!-- end -->)", re.S)
        words = mark.sub(rf"\g<1>{table_of(name, language)}\n\g<2>", words)
    return words


def made():
    """-> dict: path below the root: what has to stand there."""
    files = {f"docs/wiring-{name}.svg": sensors.board(name) for name in BOARDS}
    files |= {f"docs/circuits/{name}.svg": draw() for name, draw in CIRCUITS.items()}
    for path in GUIDES:
        language = "th" if ".th." in path else "en"
        files[path] = with_tables((ROOT / path).read_text(encoding="utf-8"), language)
    return files


def main() -> None:
    for path, words in made().items():
        (ROOT / path).parent.mkdir(exist_ok=True)
        (ROOT / path).write_text(words, encoding="utf-8")
        print(f"{path} is made.")


if __name__ == "__main__":
    main()
