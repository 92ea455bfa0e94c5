"""Draws the wiring diagrams of docs/install.md from drivers/board/tables.py: make wiring

One picture a board, one of the seats' RS-485 line; and the tables of pins in both guides.
"""

import re
import sys
from html import escape
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from drivers.board import tables  # noqa: E402
from tools.wiring_parts import COLOURS, HOW_IN_THAI, PARTS, WAYS  # noqa: E402

ROW, TOP, WIDTH = 34, 96, 1080
LEFT, RIGHT = 420, 660  # the board's edges
FONT = "font-family='DejaVu Sans, Noto Sans Thai, sans-serif'"
GUIDES = ("docs/install.md", "docs/install.th.md")


def text(x, y, words, size=13, anchor="start", colour="#222", weight="normal"):
    return (
        f"<text x='{x}' y='{y}' font-size='{size}' text-anchor='{anchor}' fill='{colour}' "
        f"font-weight='{weight}'>{escape(words)}</text>"
    )


def box(x, y, width, height, fill, stroke="#444", dash=""):
    dashed = f" stroke-dasharray='{dash}'" if dash else ""
    return (
        f"<rect x='{x}' y='{y}' width='{width}' height='{height}' rx='6' fill='{fill}' "
        f"stroke='{stroke}'{dashed}/>"
    )


def line(x1, y1, x2, y2, colour, width=3):
    return f"<path d='M{x1} {y1} L{x2} {y2}' stroke='{colour}' stroke-width='{width}' fill='none'/>"


def svg(height, body):
    return (
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {WIDTH} {height}' {FONT}>\n"
        f"<rect width='{WIDTH}' height='{height}' fill='#fff'/>\n" + "\n".join(body) + "\n</svg>\n"
    )


def row(part, pin, y, is_left):
    """One wire: the board's pin, a coloured line, the box of the part at its end."""
    english, thai, how, group = PARTS[part]
    colour = COLOURS[group]
    edge, end = (LEFT, LEFT - 70) if is_left else (RIGHT, RIGHT + 70)
    box_x = 20 if is_left else end
    pin_x, anchor = (LEFT + 12, "start") if is_left else (RIGHT - 12, "end")
    return [
        line(edge, y, end, y, colour),
        box(box_x, y - 15, LEFT - 90, 30, "#fafafa", colour),
        text(box_x + 8, y - 2, f"{english} · {thai}", 12),
        text(box_x + 8, y + 11, how, 10, colour="#666"),
        text(pin_x, y + 5, f"GPIO{pin}", 13, anchor, weight="bold"),
    ]


def sides(table):
    """-> two columns of (part, pin): what people touch, and what speaks in bits."""
    left: list = []
    right: list = []
    for part, pin in table["pins"].items():
        (left if PARTS[part][3] in ("in", "out") else right).append((part, pin))
    return left, right


def ways(table, y):
    """Beneath: the seats' wiring, one of several."""
    body = [text(20, y, "Seats: ONE of these · ที่นั่ง: เลือกหนึ่งแบบ", 15, weight="bold")]
    x = 20
    width = (WIDTH - 40) // len(table["ways"]) - 8
    for way, pins in table["ways"].items():
        english, thai = WAYS[way]
        body.append(box(x, y + 12, width, 150, "#f4f8f4", "#1e8449", "5 4"))
        body.append(text(x + 10, y + 34, english, 13, weight="bold"))
        body.append(text(x + 10, y + 52, f'"inputs": "{way}"  {thai}', 11, colour="#555"))
        rows = [f"{PARTS[part][0]}: GPIO{pin}" for part, pin in pins.items()]
        if not pins and way == "modbus":
            rows = ["SC16IS740 on I2C, address 0x4D,", "its RTS to DE + /RE"]
        if way in ("expanders", "mats"):
            rows.insert(0, f"on I2C: GPIO{table['pins']['sda']} / GPIO{table['pins']['scl']}")
        body += [text(x + 10, y + 76 + 20 * at, words, 12) for at, words in enumerate(rows)]
        x += width + 11
    return body


def port(number):
    """-> str, an input of the MCP23017 as its pin is called."""
    return f"GPA{number}" if number < 7 else f"GPB{number - 7}"


def far_inputs(far, y):
    """Inputs of the MCP23017 beside the board, five a line."""
    address = far["address"]
    told = [
        f"{PARTS[part][0]}: {port(number)}"
        for part, number in sorted(far.items(), key=lambda item: item[1])
        if part != "address"
    ]
    body = [text(20, y, f"MCP23017 0x{address:02X} beside the board:", 13, weight="bold")]
    for at in range(0, len(told), 5):
        body.append(text(20, y + 18 + 18 * (at // 5), ", ".join(told[at : at + 5]), 12))
    return body


def board(name):
    """-> str, the SVG of one board."""
    table = tables.table(name)
    left, right = sides(table)
    rows = max(len(left), len(right))
    high = TOP + rows * ROW + 10
    body = [
        text(20, 32, table["name"], 20, weight="bold"),
        text(
            20,
            54,
            f'"board": "{name}" — drawn from drivers/board/tables.py; GND of every part to GND',
        ),
        box(LEFT, TOP - 28, RIGHT - LEFT, rows * ROW + 18, "#20343f"),
    ]
    pins = []
    for column, is_left in ((left, True), (right, False)):
        for at, (part, pin) in enumerate(column):
            pins += row(part, pin, TOP + at * ROW, is_left)
    body += [words.replace("fill='#222' font-weight='bold'", "fill='#fff' font-weight='bold'")
             for words in pins]  # fmt: skip
    y = high + 20
    body += far_inputs(table["switch_expander"], y)
    y += 26 + 18 * ((len(table["switch_expander"]) + 3) // 5)
    if table["on_board"]:
        used = ", ".join(f"{part} {pin}" for part, pin in table["on_board"].items())
        body.append(text(20, y, "Used by the board itself, leave alone:", 12, colour="#a00"))
        body.append(text(20, y + 18, used, 11, colour="#a00"))
        y += 46
    body += ways(table, y)
    return svg(y + 180, body)


def seats_line():
    """-> str, the SVG of two modules on one pair."""
    y, body = 150, [
        text(20, 32, "Seats over RS-485 · ที่นั่งผ่าน RS-485", 20, weight="bold"),
        text(20, 54, "One twisted, shielded pair from module to module, no branches; 120 Ω at both "
             "ends; the shield to ground at the board only."),
        text(20, 74, "Contacts are normally closed: current flows while nobody sits. "
             "A cut wire reads taken."),
    ]  # fmt: skip
    body += [
        box(20, y, 130, 120, "#20343f"),
        text(85, y + 56, "board", 15, "middle", "#fff", "bold"),
        text(85, y + 76, "UART", 12, "middle", "#fff"),
        line(150, y + 40, 200, y + 40, COLOURS["serial"]),
        line(150, y + 70, 200, y + 70, COLOURS["serial"]),
        box(200, y, 140, 120, "#fafafa"),
        text(270, y + 50, "transceiver", 13, "middle", weight="bold"),
        text(270, y + 68, "isolated, 3.3 V", 11, "middle"),
        text(270, y + 84, "turns by itself", 11, "middle"),
        text(270, y + 110, "120 Ω", 11, "middle", "#a00"),
    ]
    for at, (x, inputs) in enumerate(((430, 48), (780, 32))):
        body += [
            line(x - 90 if at == 0 else x - 120, y + 40, x, y + 40, "#1e8449"),
            line(x - 90 if at == 0 else x - 120, y + 70, x, y + 70, "#1b6ca8"),
            text(x - 12, y + 34, "A", 12, "end"),
            text(x - 12, y + 64, "B", 12, "end"),
            box(x, y, 230, 120, "#fafafa"),
            text(x + 115, y + 28, f"module {at + 1}: {inputs} inputs", 13, "middle", weight="bold"),
            text(x + 115, y + 48, f"Modbus address {at + 1}, 8N1", 11, "middle"),
            text(x + 115, y + 64, "isolated digital inputs", 11, "middle"),
            text(x + 16, y + 112, "IN1", 11),
            text(x + 70, y + 112, "IN2", 11),
            text(x + 214, y + 112, "COM", 11, "end"),
        ]
        for place, (name, thai) in enumerate((("seat", "ที่นั่ง"), ("belt", "เข็มขัด"))):
            top = x + 24 + 54 * place
            body += [
                line(top, y + 120, top, y + 168, COLOURS["in"], 2),
                box(top - 25, y + 168, 50, 36, "#eef5fb", COLOURS["in"]),
                text(top, y + 184, name, 11, "middle"),
                text(top, y + 198, thai, 10, "middle"),
                line(top, y + 204, top, y + 240, "#444", 2),
            ]
        body += [
            line(x + 24, y + 240, x + 200, y + 240, "#444", 2),
            line(x + 200, y + 120, x + 200, y + 240, "#444", 2),
            text(x + 112, y + 258, "common wire: as the module's own", 10, "middle", "#666"),
            text(x + 112, y + 272, "manual has it (often + of its supply)", 10, "middle", "#666"),
        ]
    body.append(text(1000, y + 84, "120 Ω", 11, "end", "#a00"))
    body.append(text(20, y + 320, '"seats": {"count": 40, "inputs": "modbus", '
                     '"modules": [[1, 48], [2, 32]]}', 13))  # fmt: skip
    return svg(y + 340, body)


def words_of(part, language):
    """-> what it is called, how it is connected."""
    english, thai, how, _ = PARTS[part]
    return (english, how) if language == "en" else (thai, HOW_IN_THAI[how])


def table_of(name, language):
    """-> str, Markdown: the pins of a board."""
    lines = ["| GPIO | part | how |", "|---|---|---|"]
    if language == "th":
        lines[0] = "| GPIO | อุปกรณ์ | การต่อ |"
    table = tables.table(name)
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
    for name in tables.NAMES:
        mark = re.compile(rf"(<!-- pins: {name} -->\n).*?(<!-- end -->)", re.S)
        words = mark.sub(rf"\g<1>{table_of(name, language)}\n\g<2>", words)
    return words


def made():
    """-> dict: path below the root: what has to stand there."""
    files = {f"docs/wiring-{name}.svg": board(name) for name in tables.NAMES}
    files["docs/wiring-seats.svg"] = seats_line()
    for path in GUIDES:
        language = "th" if ".th." in path else "en"
        files[path] = with_tables((ROOT / path).read_text(encoding="utf-8"), language)
    return files


def main() -> None:
    for path, words in made().items():
        (ROOT / path).write_text(words, encoding="utf-8")
        print(f"{path} is made.")


if __name__ == "__main__":
    main()
