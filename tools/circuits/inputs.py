"""Supply, ignition, doors, buttons, presence. Values: docs/install.md, "Circuits"."""

import schemdraw.elements as elm

from tools.circuits.sheet import Sheet


def power():
    s = Sheet("Power and the supply's divider", "ไฟเลี้ยงและวงจรแบ่งแรงดันวัดแบตเตอรี่")
    s.open((1.6, -2.6), ["battery +", "ขั้วบวกแบตเตอรี่", "12 or 24 V"])
    s.fuse((1.6, -2.6), (4.2, -2.6), "F1", "3 A, 30 cm from the battery")
    s.wire((4.2, -2.6), (11.2, -2.6))
    s.dot((4.8, -2.6), (7.4, -2.6))
    s.diode(
        (7.4, -5), (7.4, -2.6), "D1, TVS", ("12 V: 5.0SMDJ36A", "24 V: 5.0SMDJ58A"), kind=elm.Zener
    )
    s.ground((7.4, -5))
    s.box((11.2, -1.8), 3.4, 2.4, ["converter", "9 to 36 V in,", "5 V 3 A out,", "for vehicles"])
    s.ground((12.9, -4.2))
    s.wire((14.6, -2.6), (15.8, -2.6))
    s.box(
        (15.8, -1.8),
        3.2,
        2.4,
        ["backup · ไฟสำรอง", "charger, cell,", "boost to 5 V"],
        dashed=True,
    )
    s.wire((19, -2.6), (21, -2.6))
    s.wire((20.4, -2.6), (20.4, -1.2))
    s.dot((19.9, -2.6), (20.4, -2.6))
    s.open((20.4, -1.2), ["F5 1 A, step-up, F6 0.5 A:", "RS-485 modules, 12 V"], "top")
    s.wire((9.6, -2.6), (9.6, -1.2))
    s.dot((9.6, -2.6))
    s.open((9.6, -1.2), ["F3 1 A: buzzer, lamp", "เสียงเตือน ไฟเตือน"], "top")
    s.part(elm.Capacitor(), (19.9, -2.6), (19.9, -4.8), "C2", ("470 µF", "10 V"), off=0.5)
    s.ground((19.9, -4.8))
    s.open((21, -2.6), ["5 V of", "the board"], "right")
    s.resistor((4.8, -2.6), (4.8, -6.6), "R1", ("100 kΩ", "1 %"), "left")
    s.wire((4.8, -6.6), (4.8, -7.2), (8, -7.2))
    s.resistor((8, -7.2), (10.8, -7.2), "R3", "10 kΩ", "below")
    s.wire((10.8, -7.2), (13.6, -7.2))
    s.dot((4.8, -7.2), (5.9, -7.2), (11.6, -7.2))
    s.resistor((4.8, -7.2), (4.8, -9.4), "R2", ("10 kΩ", "1 %"), "left")
    s.ground((4.8, -9.4))
    s.capacitor((11.6, -7.2), (11.6, -9.4), "C1")
    s.ground((11.6, -9.4))
    s.diode((5.9, -7.2), (5.9, -5.9), "D2", "BAV199")
    s.rail((5.9, -5.9), "+3.3 V")
    s.pin("supply", (13.6, -7.2), "right")
    s.notes(
        -11.2,
        "R1 : R2 is the ratio of the board's table: 36 V at the battery are 3.27 V at the pin. D2 takes what is more, R3 keeps it from the pin.",
        "LilyGO with its own cell: the converter goes straight to VBUS, no backup box. · LilyGO ที่ใช้แบตเตอรี่ของตัวเอง: ต่อตัวแปลงเข้า VBUS",
        "Never behind the key: the board has to run while the bus is parked. · ห้ามต่อหลังสวิตช์กุญแจ",
    )
    s.pins(-13, "supply")
    return s.text()


def ignition():
    s = Sheet(
        "Ignition, 12 or 24 V, through an optocoupler", "กุญแจสตาร์ท 12 หรือ 24 V ผ่านออปโตคัปเปลอร์"
    )
    s.open((1.8, -2.6), ["key, position ON", "สวิตช์กุญแจ ON"])
    s.fuse((1.8, -2.6), (4.2, -2.6), "F4", "1 A")
    s.resistor((4.2, -2.6), (7.2, -2.6), "R1", ("12 V: 2.2 kΩ 0.25 W", "24 V: 4.7 kΩ 0.5 W"))
    s.wire((7.2, -2.6), (9.55, -2.6))
    s.dot((7.9, -2.6), (7.9, -4.6))
    s.diode((7.9, -4.6), (7.9, -2.6), "D1", "1N4148", "left")
    o = s.d.add(elm.Optocoupler().at((10, -2.85)).theta(0))
    s.wire((9.55, -2.6), o.anode)
    s.wire(o.cathode, (o.cathode[0], -4.6), (3, -4.6))
    s.say((10.75, -1.9), "U1 PC817", "center")
    s.open((3, -4.6), ["ground of the vehicle", "กราวด์รถ"])
    s.wire(o.collector, (12.6, o.collector[1]), (12.6, -2.6), (17, -2.6))
    s.wire(o.emitter, (12.6, o.emitter[1]), (12.6, -4.8))
    s.ground((12.6, -4.8), "GND of the board")
    s.dot((15, -2.6))
    s.capacitor((15, -2.6), (15, -4.8), "C1")
    s.ground((15, -4.8))
    s.pin("ignition", (17, -2.6), "right")
    s.notes(
        -7,
        "LED current 4.9 mA at 12 V and at 24 V; 3.5 mA at 9 V. The pin's own pull-up (about 45 kΩ) needs 0.07 mA.",
        "Key off, or wire cut: the pin reads high = ignition off. D1 protects the LED (6 V backwards) from pulses below zero.",
        "กระแส LED 4.9 mA ทั้งที่ 12 V และ 24 V; ปิดกุญแจหรือสายขาด: ขาเป็นระดับสูง = ดับเครื่อง D1 กันพัลส์ย้อน",
    )
    s.pins(-8.9, "ignition")
    return s.text()


def _contact(s, y, part, kind, words, is_closed):
    """One row: the contact, its wire, the series resistor and the capacitor at the board."""
    s.ground((4.6, y - 0.3))
    s.wire((4.6, y - 0.3), (4.6, y))
    s.say((4.2, y + 0.2), [kind, *words], "right")
    s.contact((4.6, y), (7, y), is_closed=is_closed)
    s.wire((7, y), (8.6, y))
    s.resistor((8.6, y), (11, y), "", "R 220 Ω")
    s.wire((11, y), (16.6, y))
    s.dot((11.8, y), (14, y))
    s.capacitor((11.8, y), (11.8, y - 1.3), "", "C 100 nF")
    s.ground((11.8, y - 1.3))
    s.resistor((14, y), (14, y + 1.5), "", "Rp 3.3 kΩ")
    s.say((14, y + 1.7), "+3.3 V", "center", 10)
    s.pin(part, (16.6, y), "right")


def _contacts(english, thai, rows):
    s = Sheet(english, thai)
    for number, (part, kind, words, is_closed) in enumerate(rows):
        _contact(s, -3.2 - 3.5 * number, part, kind, words, is_closed)
    y = -3.2 - 3.5 * len(rows)
    s.notes(
        y,
        "Rp only for contacts of silver (ordinary buttons, plunger switches): 1 mA keeps them clean. Reed and gold need none.",
        "Rp ใช้เฉพาะหน้าสัมผัสเงิน (ปุ่มทั่วไป): กระแส 1 mA ทำให้สะอาด รีดสวิตช์และหน้าสัมผัสทองไม่ต้องใส่",
        "Every contact has a ground wire of its own, twisted with its signal. · ต่อสายกราวด์คู่กับสายสัญญาณทุกเส้น",
    )
    s.pins(y - 1.9, *[row[0] for row in rows])
    return s.text()


def doors():
    return _contacts("Doors: closed to ground while the door is shut", "ประตู: หน้าสัมผัสลงกราวด์เมื่อประตูปิด", (
        ("front_door", "reed, magnet on the leaf", ("ตัวแม่เหล็กที่บานประตู",), True),
        ("emergency_door", "reed, magnet on the leaf", ("ตัวแม่เหล็กที่บานประตู",), True),
    ))  # fmt: skip


def buttons():
    return _contacts("Buttons and the driver's seat", "ปุ่มกดและที่นั่งคนขับ", (
        ("check_button", "check button, NO", ("ปุ่มตรวจ NO",), False),
        ("check_button_2", "the same button, NC", ("ปุ่มเดียวกัน NC",), True),
        ("sos_button", "SOS button, NO", ("ปุ่ม SOS NO",), False),
        ("here_button", '"I am here", NO', ("ปุ่ม “อยู่ตรงนี้” NO",), False),
        ("driver_seat", "pad, closes when taken", ("แผ่นที่ปิดเมื่อมีคนนั่ง",), False),
    ))  # fmt: skip


def presence():
    s = Sheet(
        "Presence: three kinds of sensor, up to four inputs",
        "ตรวจการเคลื่อนไหว: ตัวตรวจสามแบบ สูงสุดสี่ตัว",
    )
    for number, (name, more) in enumerate(
        (("HC-SR501 (PIR)", "4.5 to 20 V"), ("LD2410 (radar)", "5 V, 80 mA"))
    ):
        y = -3.4 - 3.4 * number
        s.box((3.6, y + 1), 3.8, 2.2, [name, more])
        s.open((2.4, y + 0.4), "5 V")
        s.wire((2.4, y + 0.4), (3.6, y + 0.4))
        s.open((2.4, y - 0.7), "GND")
        s.wire((2.4, y - 0.7), (3.6, y - 0.7))
        s.say((7.2, y - 0.2), "OUT", "right", 10)
        s.wire((7.4, y - 0.2), (9, y - 0.2))
        s.resistor((9, y - 0.2), (11.6, y - 0.2), "R", "220 Ω")
        s.wire((11.6, y - 0.2), (13.4, y - 0.2))
        s.pin(f"presence_{number + 1}", (13.4, y - 0.2), "right")
    y = -10
    s.say((4.2, y + 0.2), ["alarm detector, NC relay", "ตัวตรวจกันขโมย รีเลย์ NC"], "right")
    s.ground((4.6, y - 0.3))
    s.wire((4.6, y - 0.3), (4.6, y))
    s.contact((4.6, y), (7.4, y), is_closed=True)
    s.wire((7.4, y), (9, y))
    s.resistor((9, y), (11.6, y), "R", "220 Ω")
    s.wire((11.6, y), (13.4, y))
    s.pin("presence_3", (13.4, y), "right")
    s.notes(
        -11.8,
        "Low while nothing moves; high, or open, when something does. A PIR sees little when the cabin is as warm as a body:",
        "where a parked bus gets hot, use the radar. · ในรถที่ร้อนใกล้อุณหภูมิร่างกาย PIR เห็นได้ไม่ดี ให้ใช้เรดาร์",
    )
    s.pins(-13.1, "presence_1", "presence_2", "presence_3", "presence_4")
    return s.text()
