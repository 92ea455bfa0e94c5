"""ESP32-DevKitC V4 with a module that has no PSRAM: for the desk.

Source: Espressif, ESP32-DevKitC V4 getting started guide, header block.
"""

from drivers.board.boards import OPTIONAL

TABLE = {
    "name": "ESP32-DevKitC V4 (ESP32-WROOM-32)",
    "chip": "esp32",
    "psram": False,
    "pins": {
        "sda": 21,
        "scl": 22,
        "gnss_rx": 16,
        "gnss_tx": 17,
        "ignition": 32,
        "front_door": 33,
        "emergency_door": 25,
        "check_button": 26,
        "sos_button": 27,
        "buzzer": 18,
        "lamp": 19,
        "horn": 23,
        "supply": 34,
        "lamp_sense": 35,
        "buzzer_sense": 36,
        "horn_sense": 39,
        "one_wire": 4,
    },
    "switch_expander": dict(OPTIONAL, address=39),
    "ways": {
        "expanders": {"sda_2": 13, "scl_2": 14},
        "modbus": {"rs485_rx": 13, "rs485_tx": 14, "rs485_de": 4},
        "chain": {"chain_clock": 13, "chain_load": 14, "chain_data": 4},
        "mats": {},
    },
    "on_board": {},
    "high": (),
    "pulled": ("one_wire",),
    "uarts": {"gnss": 1, "modbus": 2},
    "dividers": {"supply": (100000, 10000)},  # 36 V of a 24 V bus -> 3.3 V
    "radios": ("wifi",),
    "bridge": False,
}
