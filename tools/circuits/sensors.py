"""Chips on I2C, thermometers, GNSS receiver, antennas; and the boards with all their pins."""

import schemdraw.elements as elm

from tools.circuits.sheet import BOARDS, ROW, Sheet, names, port

_IN_OUT = ("in", "out")


def sensors():
    s = Sheet("Accelerometer, thermometers, and the MCP23017 beside the board",
              "ตัววัดความเร่ง เทอร์โมมิเตอร์ และ MCP23017 ข้างบอร์ด")  # fmt: skip
    for y, part in ((-3.4, "sda"), (-5.6, "scl")):
        s.pin(part, (2.4, y))
        s.wire((2.4, y), (19.6, y))
        s.dot((3.4, y))
        s.resistor((3.4, y), (3.4, y + 1.5), "", "4.7 kΩ")
        s.say((3.4, y + 1.65), "+3.3 V", "center", 10)
    chips = (
        ("LIS3DH", "0x18", ("SDO: GND", "CS: +3.3 V")),
        ("LM75B", "0x48", ("A0 A1 A2: GND", "head height, shade")),
        ("MCP23017", "0x27", ("A0 A1 A2: +3.3 V", "RESET: +3.3 V")),
    )
    for number, (name, address, more) in enumerate(chips):
        x = 6 + 4.8 * number
        s.box((x, -7), 3.8, 2.6, [name, address, *more])
        s.wire((x + 1, -7), (x + 1, -3.4))
        s.wire((x + 2.8, -7), (x + 2.8, -5.6))
        s.dot((x + 1, -3.4), (x + 2.8, -5.6))
    s.say(
        (6, -10.1),
        "each chip: VDD to +3.3 V, GND, 100 nF between them · ทุกชิปใส่ 100 nF ที่ขาไฟ",
        size=10,
    )
    s.pin("one_wire", (2.4, -12.6))
    s.wire((2.4, -12.6), (8, -12.6))
    s.dot((5, -12.6))
    s.resistor((5, -12.6), (5, -11.1), "", "4.7 kΩ")
    s.say((4.8, -11.0), "+3.3 V", "right", 10)
    s.box((8, -11.6), 4.2, 2.2, ["DS18B20 instead of", "the LM75B: DQ, VDD", "to +3.3 V, GND"])
    s.pins(-15.2, "sda", "scl", "one_wire")
    return s.text()


def gnss():
    s = Sheet("GNSS receiver and antennas", "เครื่องรับ GNSS และเสาอากาศ")
    s.box((7, -2), 4.6, 3.6, ["ATGM336H or NEO-M8N", "VCC +3.3 V (or 5 V if", "its board says so)"])
    s.wire((5.6, -4), (7, -4))
    s.wire((5.6, -5.1), (7, -5.1))
    s.say((7.2, -4), "TX", size=10)
    s.say((7.2, -5.1), "RX", size=10)
    s.pin("gnss_rx", (5.6, -4))
    s.pin("gnss_tx", (5.6, -5.1))
    s.wire((11.6, -4), (13.6, -4))
    s.d.add(elm.Antenna().at((13.6, -4)).theta(0))
    s.say((14.6, -3.4), ["active antenna, 3 V, RG174, 3 m,", "view of the sky · เห็นท้องฟ้า"])
    s.box(
        (7, -6.6),
        4.6,
        2.6,
        ["board with a modem", "(LilyGO) or Wi-Fi", "antenna (DevKitC-VE-IPEX)"],
        dashed=True,
    )
    s.wire((11.6, -7.9), (13.6, -7.9))
    s.d.add(elm.Antenna().at((13.6, -7.9)).theta(0))
    s.say(
        (14.6, -7.3),
        ["LTE: all bands, SMA or u.FL, outside a", "metal box, 20 cm from the GNSS antenna"],
    )
    s.notes(-10.4, "Never power a modem without its antenna. TX of the receiver goes to the board's RX, RX to its TX.",
            "ห้ามจ่ายไฟโมเด็มโดยไม่มีเสาอากาศ")  # fmt: skip
    s.pins(-11.8, "gnss_rx", "gnss_tx")
    return s.text()


def board(name):
    """-> str, the SVG of one board: every pin, and the inputs of the MCP23017 beside it."""
    table = BOARDS[name]
    s = Sheet(table["name"], f'"board": "{name}"')
    near = [(f"GPIO{pin}", names(part)) for part, pin in table["pins"].items()]
    far = dict(table["switch_expander"])
    address = far.pop("address")
    beside = [
        (port(pin), names(part)) for part, pin in sorted(far.items(), key=lambda item: item[1])
    ]
    _block(s, 4.8, ["board", "บอร์ด"], near)
    _block(s, 14.6, [f"MCP23017 0x{address:02X}", "beside the board"], beside)
    y = -3.8 - ROW * max(len(near), len(beside))
    lines = ["Seats, ONE of · ที่นั่ง เลือกหนึ่งแบบ:"]
    for way, pins in table["ways"].items():
        wired = ", ".join(f"{names(part)[0]} GPIO{pin}" for part, pin in pins.items())
        if not pins:
            wired = "SC16IS740 at 0x4D on I2C" if way == "modbus" else "on I2C"
        lines.append(f"    `{way}`: {wired}")
    if table["on_board"]:
        used = [f"{part} GPIO{pin}" for part, pin in table["on_board"].items()]
        lines.append("Used by the board itself, leave alone · บอร์ดใช้เอง ห้ามต่อ:")
        lines += ["    " + ", ".join(used[at : at + 6]) for at in range(0, len(used), 6)]
    s.notes(y, *lines)
    return s.text()


def _block(s, x, title, rows):
    """A box with its pins at the left, and what is connected to each."""
    s.box((x, -1.4), 3.6, 1.7 + ROW * len(rows), title)
    for number, (pin, words) in enumerate(rows):
        y = -3 - ROW * number
        s.wire((x - 0.8, y), (x, y))
        s.open((x - 0.8, y), words, size=10)
        s.say((x + 0.2, y), pin)
