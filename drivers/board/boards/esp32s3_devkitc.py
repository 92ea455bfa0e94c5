"""ESP32-S3-DevKitC-1 with 8 MB of octal PSRAM (N8R8 or N16R8), v1.0 and v1.1.

Sources: Espressif, ESP32-S3-DevKitC-1 user guides v1.0 and v1.1, header block J1 and J3: the RGB
LED is on GPIO48 (v1.0) or 38 (v1.1), so neither is used; ESP32-S3 series datasheet v2.1.
"""

from drivers.board.boards import OPTIONAL

TABLE = {
    "name": "ESP32-S3-DevKitC-1 (N8R8 or N16R8)",
    "chip": "esp32s3",
    "psram": True,
    "pins": {
        "sda": 2,
        "scl": 1,
        "gnss_rx": 41,
        "gnss_tx": 42,
        "ignition": 40,
        "front_door": 39,
        "emergency_door": 4,
        "check_button": 5,
        "sos_button": 47,
        "buzzer": 16,
        "lamp": 7,
        "horn": 15,
        "supply": 8,
        "lamp_sense": 21,
        "buzzer_sense": 14,
        "horn_sense": 13,
        "one_wire": 6,
    },
    "switch_expander": dict(OPTIONAL, address=39),
    "ways": {
        "expanders": {"sda_2": 9, "scl_2": 10},
        "modbus": {"rs485_rx": 11, "rs485_tx": 12, "rs485_de": 10},
        "chain": {"chain_clock": 11, "chain_load": 12, "chain_data": 10},
        "mats": {},
    },
    "on_board": {},
    "high": (),
    "pulled": ("one_wire",),
    "uarts": {"gnss": 1, "modbus": 2},
    "dividers": {"supply": (100000, 10000)},
    "radios": ("wifi",),
    "bridge": False,
}
