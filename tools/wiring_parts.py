"""What each pin of drivers/board/tables.py is for, in English and Thai: words of the diagrams."""

_MOVES = "optional, to ground while nothing moves"

# part: (English, Thai, how it is connected, group)
PARTS = {
    "ignition": ("ignition", "กุญแจสตาร์ท", "optocoupler to ground while on", "in"),
    "front_door": ("front door", "ประตูหน้า", "contact to ground while closed", "in"),
    "emergency_door": ("emergency door", "ประตูฉุกเฉิน", "contact to ground while closed", "in"),
    "check_button": ("check button, rear", "ปุ่มตรวจท้ายรถ", "to ground when pressed", "in"),
    "sos_button": ("SOS button", "ปุ่ม SOS", "to ground when pressed", "in"),
    "check_button_2": (
        "check button, its other contact",
        "หน้าสัมผัสที่สองของปุ่มตรวจ",
        "optional, to ground until pressed",
        "in",
    ),
    "here_button": ('"I am here" button', "ปุ่ม “อยู่ตรงนี้”", "optional, to ground when pressed", "in"),
    "driver_seat": (
        "driver's seat",
        "ที่นั่งคนขับ",
        "optional, to ground while taken",
        "in",
    ),
    "presence_1": ("presence 1", "ตรวจการเคลื่อนไหว 1", _MOVES, "in"),
    "presence_2": ("presence 2", "ตรวจการเคลื่อนไหว 2", _MOVES, "in"),
    "presence_3": ("presence 3", "ตรวจการเคลื่อนไหว 3", _MOVES, "in"),
    "presence_4": ("presence 4", "ตรวจการเคลื่อนไหว 4", _MOVES, "in"),
    "buzzer": ("buzzer", "เสียงเตือน", "high = on, by transistor", "out"),
    "lamp": ("lamp", "ไฟเตือน", "high = on, by transistor", "out"),
    "horn": ("horn", "แตร", "high = on, by relay", "out"),
    "supply": ("vehicle supply", "ไฟแบตเตอรี่รถ", "divider 100 k / 10 k", "analog"),
    "backup": ("backup battery", "แบตเตอรี่สำรอง", "on the board", "board"),
    "lamp_sense": ("lamp sense", "ตรวจไฟเตือน", "optional, divider to 3.3 V", "analog"),
    "buzzer_sense": ("buzzer sense", "ตรวจเสียงเตือน", "optional, divider to 3.3 V", "analog"),
    "horn_sense": ("horn sense", "ตรวจแตร", "optional, divider to 3.3 V", "analog"),
    "gnss_rx": ("GNSS receiver, TX", "เครื่องรับ GNSS TX", "board's RX", "serial"),
    "gnss_tx": ("GNSS receiver, RX", "เครื่องรับ GNSS RX", "board's TX", "serial"),
    "sda": ("I2C, SDA", "I2C SDA", "0x18 LIS3DH, 0x48 LM75B, ...", "i2c"),
    "scl": ("I2C, SCL", "I2C SCL", "0.5 m at most", "i2c"),
    "one_wire": ("DS18B20", "เทอร์โมมิเตอร์", "optional, 4.7 k to 3.3 V", "i2c"),
    "sda_2": ("second I2C, SDA", "I2C ชุดที่ 2 SDA", "more MCP23017", "i2c"),
    "scl_2": ("second I2C, SCL", "I2C ชุดที่ 2 SCL", "more MCP23017", "i2c"),
    "rs485_rx": ("RS-485, RO", "RS-485 RO", "transceiver to board", "serial"),
    "rs485_tx": ("RS-485, DI", "RS-485 DI", "board to transceiver", "serial"),
    "rs485_de": (
        "RS-485, DE + /RE",
        "RS-485 DE + /RE",
        "if it does not turn itself",
        "serial",
    ),
    "chain_clock": ("74HC165, CP", "74HC165 CP", "clock of all", "serial"),
    "chain_load": ("74HC165, /PL", "74HC165 /PL", "load of all", "serial"),
    "chain_data": ("74HC165, Q7", "74HC165 Q7", "of the nearest", "serial"),
}

HOW_IN_THAI = {
    "optocoupler to ground while on": "ออปโตคัปเปลอร์ลงกราวด์เมื่อเปิดกุญแจ",
    "contact to ground while closed": "หน้าสัมผัสลงกราวด์เมื่อประตูปิด",
    "to ground when pressed": "ลงกราวด์เมื่อกด",
    "optional, to ground until pressed": "ไม่บังคับ ลงกราวด์จนกว่าจะกด",
    "optional, to ground when pressed": "ไม่บังคับ ลงกราวด์เมื่อกด",
    "optional, to ground while taken": "ไม่บังคับ ลงกราวด์เมื่อมีคนนั่ง",
    _MOVES: "ไม่บังคับ ลงกราวด์เมื่อไม่มีอะไรเคลื่อนไหว",
    "high = on, by transistor": "ระดับสูง = ทำงาน ผ่านทรานซิสเตอร์",
    "high = on, by relay": "ระดับสูง = ทำงาน ผ่านรีเลย์",
    "divider 100 k / 10 k": "วงจรแบ่งแรงดัน 100 k / 10 k",
    "optional, divider to 3.3 V": "ไม่บังคับ วงจรแบ่งแรงดันให้เหลือ 3.3 V",
    "board's RX": "ขา RX ของบอร์ด",
    "board's TX": "ขา TX ของบอร์ด",
    "0x18 LIS3DH, 0x48 LM75B, ...": "0x18 LIS3DH, 0x48 LM75B, ...",
    "0.5 m at most": "ยาวไม่เกิน 0.5 ม.",
    "optional, 4.7 k to 3.3 V": "ไม่บังคับ 4.7 k ไปยัง 3.3 V",
    "more MCP23017": "MCP23017 เพิ่มเติม",
    "transceiver to board": "จากตัวแปลงเข้าบอร์ด",
    "board to transceiver": "จากบอร์ดไปตัวแปลง",
    "if it does not turn itself": "ถ้าตัวแปลงไม่กลับทิศทางเอง",
    "clock of all": "สัญญาณนาฬิกาของทุกตัว",
    "load of all": "สัญญาณโหลดของทุกตัว",
    "of the nearest": "ของตัวที่ใกล้บอร์ดที่สุด",
}

WAYS = {
    "expanders": ("MCP23017, desk and minibus", "รถตู้"),
    "modbus": ("RS-485 modules, 40 seats", "รถบัส 40 ที่นั่ง"),
    "chain": ("74HC165 chain", "ประหยัด"),
    "mats": ("seat mats on ADS1115", "แผ่นรองนั่ง"),
}

COLOURS = {
    "in": "#1b6ca8",
    "out": "#c0392b",
    "analog": "#7d6608",
    "serial": "#1e8449",
    "i2c": "#6c3483",
    "board": "#777777",
}
