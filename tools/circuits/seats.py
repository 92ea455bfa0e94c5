"""A seat's contact, and the ways to wire the seats. Values: docs/install.md, "Seat sensors"."""

import schemdraw.elements as elm

from tools.circuits.sheet import Sheet, port


def seat_contact():
    s = Sheet("A seat's contact: closed while the seat is EMPTY", "หน้าสัมผัสที่นั่ง: ปิดวงจรเมื่อ “ไม่มีคนนั่ง”")
    s.say(
        (0, -1.6),
        ["A. switch with a changeover contact: COM and NC", "สวิตช์ที่มีหน้าสัมผัสสองทาง: ใช้ COM กับ NC"],
    )
    s.contact((1, -4.6), (4, -4.6), "COM        NC", is_closed=True)
    s.open((1, -4.6), "", "left")
    s.wire((1, -4.6), (0.4, -4.6))
    s.ground((0.4, -4.6))
    s.wire((4, -4.6), (5, -4.6))
    s.open((5, -4.6), ["seat's input", "อินพุตที่นั่ง"], "right")
    s.say((0, -6.4), ["wire cut: TAKEN", "สายขาด: อ่านว่ามีคนนั่ง"])
    s.say(
        (9.6, -1.6),
        [
            "B. pad that closes when taken, supervised: way `mats`",
            "แผ่นที่ปิดเมื่อมีคนนั่ง แบบตรวจสาย: ใช้ `mats`",
        ],
    )
    s.box((9.4, -3), 5, 4.8, [], dashed=True)
    s.say((9.7, -7.4), "in the seat · ในเบาะ", size=10)
    s.contact((11, -3.6), (11, -5.2), "", "pad", "left")
    s.resistor((11, -5.2), (11, -6.8), "", "2.2 kΩ", "left")
    s.resistor((13, -3.6), (13, -6.8), "", "10 kΩ", "left")
    s.wire((11, -3.6), (16, -3.6))
    s.wire((11, -6.8), (16, -6.8))
    s.ground((16, -6.8))
    s.open((16, -3.6), ["ADS1115", "input"], "right")
    s.say(
        (9.6, -8.4),
        [
            "empty 1650 mV, taken 500 mV;",
            "wire cut 3300 mV or shorted 0 mV: UNKNOWN · ไม่ทราบ",
            "the pad's own tail cut: EMPTY, unless the 10 kΩ",
            "sits at the far end of the pad · สายของแผ่นขาด: ว่าง",
        ],
    )
    s.say(
        (0, -10),
        [
            "C. pad that closes when taken, with an inverting stage AT the seat",
            "แผ่นที่ปิดเมื่อมีคนนั่ง กับวงจรกลับสัญญาณที่ตัวเบาะ",
        ],
    )
    s.box((3, -11.3), 10.8, 5.4, [], dashed=True)
    s.say((3.3, -16.4), "in the seat · ในเบาะ", size=10)
    s.rail((7.4, -12), "")
    s.say((7.7, -11.7), "+5 V by 220 Ω, in the box")
    s.resistor((7.4, -12), (7.4, -13.8), "R1", "100 kΩ")
    s.wire((5.4, -13.8), (9.4, -13.8))
    s.dot((7.4, -13.8), (5.4, -13.8))
    s.wire((5.4, -13.8), (4.6, -13.8))
    s.contact((4.6, -13.8), (4.6, -15.4), "", "pad", "left")
    s.ground((4.6, -15.4))
    s.capacitor((5.4, -13.8), (5.4, -15.4), "", "10 nF")
    s.ground((5.4, -15.4))
    q = s.d.add(elm.NFet().theta(0).reverse().anchor("gate").at((9.4, -13.8)))
    s.say((11.2, -13.8), "Q1 2N7000")
    s.ground((q.source[0], q.source[1] - 0.3))
    s.wire(q.source, (q.source[0], q.source[1] - 0.3))
    s.wire(q.drain, (q.drain[0], -12.4), (15, -12.4))
    s.open((15, -12.4), ["seat's input", "อินพุตที่นั่ง"], "right")
    s.notes(
        -17.6,
        "B and C: the pad's own tail 30 cm at most; bend it in each monthly test. · B และ C: สายของแผ่นไม่เกิน 30 ซม. งอทุกเดือน",
        "C: a cut wire from the box (+5 V, ground or signal) reads TAKEN. A cut in the pad's own tail reads EMPTY: solder the stage to the",
        "pad, 30 cm at most, and test every seat each month. Use C only where A and B cannot be had.",
        "C: ถ้าสายของแผ่นเองขาดจะอ่านว่าว่าง จึงต้องติดวงจรชิดแผ่น และทดสอบทุกเดือน",
    )
    return s.text()


def _row_of_contact(s, y, name, pin, is_belt):
    s.ground((4.4, y))
    s.contact((4.4, y), (6.6, y), is_closed=not is_belt)
    s.say((4, y), name, "right")
    s.resistor((6.6, y), (9, y), "", "")
    s.wire((9, y), (12.6, y))
    s.say((12.4, y + 0.28), pin, "right", 10)


def seats_expanders():
    s = Sheet(
        "Seats on MCP23017: seven seats a chip (way `expanders`)",
        "ที่นั่งกับ MCP23017: ชิปละเจ็ดที่นั่ง (`expanders`)",
    )
    s.box((12.6, -1.6), 4.4, 16.4, ["MCP23017", "0x20, 0x21, ..."])
    for seat in range(7):
        for belt in (0, 1):
            number = 2 * seat + belt
            words = f"seat {seat + 1}" + (", belt" if belt else "")
            _row_of_contact(s, -2.9 - 1.05 * number, words, port(number), belt)
    for y, words in (
        (-3.4, "VDD, RESET: +3.3 V"),
        (-4.6, "VSS: GND"),
        (-5.8, "A0 A1 A2: address"),
        (-13, "GPA7, GPB7: open"),
    ):
        s.open((17, y), words, "right")
    for y, part in ((-8, "sda"), (-10.4, "scl")):
        s.wire((17, y), (20.4, y))
        s.dot((18.6, y))
        s.resistor((18.6, y), (18.6, y + 1.5), "", "4.7 kΩ")
        s.say((18.6, y + 1.7), "+3.3 V", "center", 10)
        s.pin(part, (20.4, y), "right")
    s.notes(
        -18.6,
        "Resistor in each wire: 1 kΩ, and 100 nF from the chip's pin to ground. Switches (A): 220 Ω, and 2.7 kΩ from each pin to +3.3 V.",
        "100 nF from VDD to VSS at each chip. 4.7 kΩ once for each I2C bus; 0.5 m of I2C at most, 3 m to a seat.",
        "More chips: `expanders_2` on the second I2C, or behind a TCA9548A at 0x70 (`behind_mux`).",
        "ตัวต้านทานในสาย 1 kΩ และ 100 nF จากขาลงกราวด์ สวิตช์ (A): 220 Ω กับ 2.7 kΩ จากขาไป +3.3 V",
        "100 nF ที่ไฟของทุกชิป 4.7 kΩ ชุดเดียวต่อบัส I2C ยาวไม่เกิน 0.5 ม. สายถึงที่นั่งไม่เกิน 3 ม.",
    )
    s.pins(-21.3, "sda", "scl", "sda_2", "scl_2")
    return s.text()


def seats_modbus():
    s = Sheet("Seats over RS-485 (way `modbus`)", "ที่นั่งผ่าน RS-485 (`modbus`)")
    s.box((3.6, -1.8), 3.4, 4.2, ["transceiver,", "isolated, 3.3 V"])
    for y, part in ((-3, "rs485_rx"), (-4.1, "rs485_tx"), (-5.2, "rs485_de")):
        s.wire((2.8, y), (3.6, y))
        s.pin(part, (2.8, y))
    s.wire((7, -3.2), (19.6, -3.2))
    s.wire((7, -4.8), (19.6, -4.8))
    s.say((7.2, -2.95), "A")
    s.say((7.2, -5.1), "B")
    s.dot((8.2, -3.2), (8.2, -4.8), (19.6, -3.2), (19.6, -4.8))
    s.resistor((8.2, -3.2), (8.2, -4.8), "", "120 Ω")
    s.resistor((19.6, -3.2), (19.6, -4.8), "", "120 Ω")
    for x, name, inputs in ((10.6, "module 1", 48), (15.2, "module 2", 32)):
        s.box((x, -6), 3.6, 2.2, [name, f"address {name[-1]}, {inputs} inputs", "8N1, function 02"])
        s.wire((x + 0.9, -6), (x + 0.9, -3.2))
        s.wire((x + 2.2, -6), (x + 2.2, -4.8))
        s.dot((x + 0.9, -3.2), (x + 2.2, -4.8))
        s.say((x + 0.8, -7.9), ["IN1"], "center", 9)
        s.say((x + 1.9, -7.9), ["IN2"], "center", 9)
        s.say((x + 3.1, -7.9), ["COM"], "center", 9)
        s.contact((x + 0.8, -8.2), (x + 0.8, -10.2), is_closed=True)
        s.contact((x + 1.9, -8.2), (x + 1.9, -10.2))
        s.say((x + 0.4, -9.2), "seat", "right", 10)
        s.say((x + 2.3, -9.2), "belt", size=10)
        s.wire((x + 0.8, -10.2), (x + 3.1, -10.2), (x + 3.1, -8.2))
    s.notes(
        -11.4,
        "One pair, twisted and shielded, from module to module, no branches; the shield to ground at the box only.",
        "IN1 seat (closed while empty), IN2 belt (closed when buckled), and so on. COM as the module's manual has it.",
        "DE + /RE only with a transceiver that does not turn by itself. LilyGO: an SC16IS740 on I2C at 0x4D is the serial port;",
        "its TX, RX and RTS go to DI, RO and DE + /RE.",
        "สายคู่ตีเกลียวมีชีลด์เส้นเดียว ไม่แยกกิ่ง ชีลด์ลงกราวด์ที่กล่องเท่านั้น IN1 ที่นั่ง IN2 เข็มขัด เรียงไป",
        "LilyGO: ใช้ SC16IS740 บน I2C ที่ 0x4D ต่อ TX, RX, RTS เข้า DI, RO, DE + /RE",
    )
    s.pins(-14.9, "rs485_rx", "rs485_tx", "rs485_de")
    return s.text()


def seats_chain():
    s = Sheet("Seats on a chain of 74HC165 (way `chain`)", "ที่นั่งกับ 74HC165 ต่อกันเป็นสาย (`chain`)")
    for x, name, words in (
        (5, "nearest", "seats 1 to 4"),
        (11, "next", "seats 5 to 8"),
        (17, "farthest", "no seat"),
    ):
        s.box((x, -2), 3.6, 5, [f"74HC165, {name}", words])
        s.say((x + 0.2, -3.6), ["Q7", "CP", "/PL"])
        s.say((x + 3.4, -3.6), ["DS"], "right")
        s.say((x + 1.8, -6.6), "D0 ... D7", "center", 10)
    for end in (8.6, 14.6):
        s.wire((end, -3.6), (end + 2.4, -3.6))
    for y in (-3.6, -4.02, -4.44):
        s.wire((3.6, y), (5.0, y))
    s.pin("chain_data", (3.6, -3.6), "top")
    s.open((3.6, -4.02), "")
    s.open((3.6, -4.44), "")
    s.say((3.3, -4.02), "CP of all", "right")
    s.say((3.3, -4.52), "/PL of all", "right")
    for end in (10.6, 16.6):
        for y in (-4.02, -4.44):
            s.open((end, y), "")
            s.wire((end, y), (end + 0.4, y))
    s.resistor((6.2, -7), (6.2, -8.6), "", "")
    s.wire((6.2, -8.6), (6.2, -9))
    s.contact((6.2, -9), (6.2, -10.8), "", "seat 1", is_closed=True)
    s.ground((6.2, -10.8))
    s.say((5.7, -7.8), "R 1 kΩ", "right")
    s.say((5.9, -6.85), "D0", "right", 9)
    s.dot((6.2, -8.7))
    s.wire((6.2, -8.7), (9.4, -8.7))
    s.resistor((9.4, -8.7), (9.4, -7.2), "", "Rp 2.7 kΩ")
    s.say((9.4, -6.9), "+3.3 V", "center", 10)
    s.say((17, -7.4), ["D7 D5 D2 D0: +3.3 V", "D6 D4 D3 D1, DS: GND", "the pattern 1010 0101"])
    s.notes(
        -12.4,
        "D0 seat 1, D1 its belt, D2 seat 2, ... Each input gets R, Rp and its contact. 100 nF from VCC to GND and /CE to GND at each chip.",
        "5 m at most. A register that carries no seat is needed at the far end: its pattern proves every read.",
        "D0 ที่นั่ง 1, D1 เข็มขัด 1, D2 ที่นั่ง 2 ... ทุกอินพุตมี R, Rp และหน้าสัมผัส ทุกชิปใส่ 100 nF และต่อ /CE ลงกราวด์",
    )
    s.pins(-14.3, "chain_clock", "chain_load", "chain_data")
    return s.text()


def seats_mats():
    s = Sheet("Seat mats on ADS1115 (way `mats`)", "แผ่นรองนั่งกับ ADS1115 (`mats`)")
    s.box((10.6, -2), 4, 9.2, ["ADS1115", "0x48 to 0x4B"])
    for mat in range(4):
        y = -3.4 - 2.2 * mat
        s.ground((2.2, y - 0.1))
        s.wire((2.2, y), (2.2, y - 0.1))
        s.resistor((2.2, y), (4.6, y), "", f"mat {mat + 1}, 10 kΩ across it")
        s.wire((4.6, y), (7.6, y))
        s.dot((6.6, y))
        s.resistor((6.6, y), (6.6, y + 1.2), "", "10 kΩ")
        s.say((6.1, y + 1.1), "+3.3 V", "right", 9)
        s.resistor((7.6, y), (9.4, y), "", "1 kΩ")
        s.wire((9.4, y), (10.6, y))
        s.dot((9.8, y))
        s.part(elm.Capacitor(), (9.8, y), (9.8, y - 1), "", "")
        s.ground((9.8, y - 1))
        s.say((10.8, y), f"AIN{mat}", size=10)
    for y, words in ((-3.2, "VDD: +3.3 V"), (-4.2, "GND"), (-5.2, "ADDR: address")):
        s.open((14.6, y), words, "right")
    s.pin("sda", (14.6, -6.6), "right")
    s.pin("scl", (14.6, -8.2), "right")
    s.notes(
        -12.5,
        "ADDR to GND 0x48, VDD 0x49, SDA 0x4A, SCL 0x4B (72 to 75 in `mat_readers`); the LM75B has 0x48 too.",
        "At each input 1 kΩ in series and 100 nF to ground; 5 m to a mat at most (not tried). · ทุกอินพุตอนุกรม 1 kΩ และ 100 nF ลงกราวด์",
        "Empty 1650 mV, taken below 1300, shorted below 150, cut above 2600. · ว่าง 1650 mV มีคนนั่งต่ำกว่า 1300",
    )
    s.pins(-14.3, "sda", "scl")
    return s.text()
