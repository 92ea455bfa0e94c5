"""Horn, hazard lights, buzzer, lamp, and their read-back. Values: docs/install.md, "Circuits"."""

import schemdraw.elements as elm

from tools.circuits.sheet import Sheet


def horn():
    s = Sheet("Horn", "แตร")
    s.rail((12.2, -2), "+12/24 V")
    s.fuse((12.2, -2), (12.2, -3.6), "F2", ("12 V: 10 A", "24 V: 7.5 A"), "left")
    s.dot((12.2, -3.9))
    s.wire((12.2, -3.6), (12.2, -4.4))
    s.wire((8.3, -3.9), (12.2, -3.9))
    s.wire((6, -3.9), (8.3, -3.9))
    s.dot((8.3, -3.9))
    s.diode((6, -6.4), (6, -3.9), "D1", "1N4007", "left")
    s.part(
        elm.RBox(),
        (8.3, -3.9),
        (8.3, -6.4),
        "K1 coil",
        ("pins 86, 85", "12 V: 85 Ω", "24 V: 350 Ω"),
    )
    s.wire((6, -6.4), (8.3, -6.4))
    s.dot((6, -6.4))
    s.contact((12.2, -4.4), (12.2, -6.4), "K1 contact", "pins 30, 87")
    s.wire((12.2, -6.4), (12.2, -7))
    s.dot((12.2, -6.6))
    s.part(elm.RBox(), (12.2, -7), (12.2, -8.6), "horn", "แตร")
    s.ground((12.2, -8.6), "vehicle's body · ตัวถัง")
    s.wire((12.2, -6.6), (16, -6.6))
    s.open((16, -6.6), ["to the read-back", "ไปสายตรวจย้อนกลับ"], "right")
    q = s.npn((5.25, -7.7), "Q1 TIP122")
    s.wire(q.collector, (6, -6.4))
    s.wire(q.emitter, (6, -8.9))
    s.ground((6, -8.9))
    s.pin("horn", (1.2, -7.7))
    s.resistor((1.2, -7.7), (3.6, -7.7), "R1", "1 kΩ")
    s.wire((3.6, -7.7), (5.25, -7.7))
    s.dot((4.1, -7.7))
    s.resistor((4.1, -7.7), (4.1, -9.9), "R2", ("10 kΩ", "pull-down, always"), "left")
    s.ground((4.1, -9.9))
    s.notes(
        -11.3,
        "R2 keeps the horn silent while the board starts: until boot.py runs, no pin is driven.",
        "R2 ทำให้แตรเงียบขณะบอร์ดเริ่มทำงาน ห้ามละเว้น",
        "Q1, R1, R2 in the box; D1 at K1's socket. The wire from pin 85 to Q1: 0.5 mm²; if it touches ground, the horn sounds.",
        "Q1, R1, R2 อยู่ในกล่อง D1 อยู่ที่ซ็อกเก็ตของ K1 ถ้าสายจากขา 85 แตะกราวด์ แตรจะดัง",
    )
    s.pins(-13.5, "horn", "horn_sense")
    return s.text()


def hazard():
    s = Sheet("Hazard lights, optional: a second relay", "ไฟฉุกเฉิน (ไม่บังคับ): รีเลย์ตัวที่สอง")
    s.open((2.4, -2.2), "K1 pin 86 (+)")
    s.open((2.4, -5), "K1 pin 85")
    s.wire((2.4, -2.2), (6.4, -2.2))
    s.wire((2.4, -5), (6.4, -5))
    s.dot((4, -2.2), (4, -5))
    s.diode((4, -5), (4, -2.2), "D1", "1N4007", "left")
    s.part(elm.RBox(), (6.4, -2.2), (6.4, -5), "K2 coil", ("G2R-2", "12 or 24 V"))
    for y, words in ((-2.4, ["left lamps", "ไฟเลี้ยวซ้าย"]), (-4.6, ["right lamps", "ไฟเลี้ยวขวา"])):
        s.wire((10.4, y), (11.4, y))
        s.contact((11.4, y), (14, y), "K2")
        s.wire((14, y), (15, y))
        s.open((15, y), words, "right")
    s.wire((10.4, -2.4), (10.4, -6))
    s.dot((10.4, -4.6))
    s.open((10.4, -6))
    s.say(
        (10.8, -6.2),
        [
            "from the flasher's output, as the",
            "vehicle's own hazard switch has it",
            "จากเอาต์พุตแฟลชเชอร์",
        ],
    )
    s.notes(
        -8,
        "The contacts lie across the two contacts of the vehicle's hazard switch. 5 A each: two lamps of 21 W take 3.5 A at 12 V.",
        "Key out, bridge the three terminals by hand: the lamps must flash, else leave K2 out.",
        "ดึงกุญแจออก ต่อสามขั้วถึงกันด้วยมือ: ไฟต้องกะพริบ ถ้าไม่กะพริบ ไม่ต้องติด K2",
        "หน้าสัมผัสคร่อมสวิตช์ไฟฉุกเฉินของรถ ข้างละชุด 5 A: หลอด 21 W สองดวงใช้ 3.5 A ที่ 12 V",
    )
    return s.text()


def buzzer_lamp():
    s = Sheet("Buzzer and lamp: this circuit twice", "บัซเซอร์และไฟเตือน: ทำวงจรนี้สองชุด")
    s.rail((9, -2), "+12/24 V, F3 1 A")
    s.wire((9, -2), (9, -3))
    s.dot((9, -2.6))
    q = s.d.add(elm.BjtPnp(circle=True).at((8.25, -3.7)).anchor("base").theta(0))
    s.wire((9, -3), q.emitter)
    s.say((9.9, -3.7), "Q3 BD140")
    s.resistor((6.4, -2.6), (6.4, -3.7), "", "R4 10 kΩ", "left")
    s.wire((6.4, -2.6), (9, -2.6))
    s.wire((6.4, -3.7), (8.25, -3.7))
    s.dot((6.4, -3.7))
    s.resistor((6.4, -3.7), (6.4, -6.3), "R3", ("12 V: 2.2 kΩ", "24 V: 4.7 kΩ, 0.5 W"), "left")
    n = s.npn((5.65, -7), "Q2 BC546B")
    s.wire((6.4, -6.3), n.collector)
    s.ground(n.emitter)
    s.open((1.8, -7), ["buzzer or lamp", "เสียงเตือนหรือไฟเตือน"])
    s.resistor((1.8, -7), (3.9, -7), "R1", "1 kΩ")
    s.wire((3.9, -7), (5.65, -7))
    s.dot((4.4, -7))
    s.resistor((4.4, -7), (4.4, -9.1), "R2", "10 kΩ", "left")
    s.ground((4.4, -9.1))
    s.wire(q.collector, (9, -5.2))
    s.dot((9, -5.2))
    s.wire((9, -5.2), (12.4, -5.2))
    s.dot((12.4, -5.2))
    s.part(elm.RBox(), (9, -5.2), (9, -7.2), "buzzer,", "or lamp")
    s.ground((9, -7.2))
    s.diode((12.4, -7.2), (12.4, -5.2), "D1", "1N4007")
    s.ground((12.4, -7.2))
    s.wire((12.4, -5.2), (14.6, -5.2))
    s.open((14.6, -5.2), ["to the read-back", "ไปสายตรวจย้อนกลับ"], "right")
    s.notes(
        -10.6,
        "Buzzer: SFM-27, 3 to 24 V, 10 mA. Lamp: 22 mm indicator, LED, 12 or 24 V, 20 mA. At most 100 mA each.",
        "SFM-27 at 24 V: 470 Ω in series, for it bears 24 V. · SFM-27 ที่ 24 V: อนุกรม 470 Ω",
        "D1 is needed for a magnetic buzzer only. · D1 ใช้เฉพาะบัซเซอร์แบบแม่เหล็ก",
        "บัซเซอร์ SFM-27 3 ถึง 24 V 10 mA ไฟเตือน LED 22 มม. 12 หรือ 24 V 20 mA ไม่เกินตัวละ 100 mA",
    )
    s.pins(-12.9, "buzzer", "buzzer_sense", "lamp", "lamp_sense")
    return s.text()


def readback():
    s = Sheet(
        "Read-back: one divider each for horn, buzzer and lamp",
        "สายตรวจย้อนกลับ: วงจรแบ่งแรงดันอย่างละหนึ่งชุดสำหรับแตร บัซเซอร์ และไฟเตือน",
    )
    s.open((3.4, -3.6), ["plus wire, AT the load", "สายบวก ที่ตัวอุปกรณ์"])
    s.resistor((3.4, -3.6), (7, -3.6), "R1", ("12 V: 33 kΩ", "24 V: 75 kΩ"))
    s.wire((7, -3.6), (12.2, -3.6))
    s.dot((7.6, -3.6), (9.6, -3.6), (11.8, -3.6))
    s.resistor((7.6, -3.6), (7.6, -5.8), "R2", "10 kΩ")
    s.capacitor((9.6, -3.6), (9.6, -5.8), "C1")
    s.ground((7.6, -5.8))
    s.ground((9.6, -5.8))
    s.diode((11.8, -3.6), (11.8, -2.4), "D1", "BAT85")
    s.rail((11.8, -2.4), "+3.3 V")
    s.resistor((12.2, -3.6), (15, -3.6), "R3", "4.7 kΩ", "below")
    s.open((15, -3.6), ["sense pin", "ขาตรวจ"], "right")
    s.notes(
        -7.4,
        "R1 at the load, all else at the board: then the wire between them carries no fuse's current if it chafes.",
        "High while the load has its voltage: at MCP23017 from 11.3 V (24 V: 22 V) on, at an ESP32 pin from 10.7 V (21 V) on.",
        "D1 and R3 keep a jump start (24 V) or a load dump (35 V) from the pin. · D1 และ R3 กันแรงดันเกินที่ขา",
        "R1 อยู่ที่ตัวอุปกรณ์ ส่วนที่เหลืออยู่ที่บอร์ด สายระหว่างกันที่ถลอกจึงไม่มีกระแสสูง",
    )
    s.pins(-9.8, "horn_sense", "buzzer_sense", "lamp_sense")
    return s.text()
