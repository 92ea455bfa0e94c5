"""LilyGO T-SIM7670G-S3: an ESP32-S3 with octal PSRAM (N16R8) and an LTE modem.

Not the T-SIM7670G-S3-Standard, which has other pins and other PSRAM. Sources: LilyGO,
LilyGo-Modem-Series, docs/en/esp32s3/sim7670g-s3/README.MD, "Pins Map"; examples/ATdebug/utilities.h
(LILYGO_T_SIM7670G_S3); schematic/esp32s3/T-SIM7670G-S3-V1.1.pdf: both headers, the transistor at
PWRKEY (high = pressed), the level shifter at RESET (low = reset, so it has to be high), the
battery's divider, which is connected only while no vehicle supply is there. GPIO13, 14, 21 and 47
are the card holder's: it stays empty. The modem's supply cannot be switched.
"""

from drivers.board.boards import OPTIONAL

TABLE = {
    "name": "LilyGO T-SIM7670G-S3 (ESP32-S3, SIM7670G)",
    "chip": "esp32s3",
    "psram": True,
    "pins": {
        "sda": 2,
        "scl": 1,
        "gnss_rx": 41,
        "gnss_tx": 42,
        "ignition": 40,
        "front_door": 39,
        "emergency_door": 38,
        "check_button": 48,
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
    "ways": {"expanders": {}, "modbus": {}, "mats": {}},
    "on_board": {
        "modem_rx": 10,
        "modem_tx": 11,
        "modem_key": 18,
        "modem_reset": 17,
        "modem_dtr": 9,
        "modem_ring": 3,
        "led": 12,
        "backup": 4,
        "solar": 5,
    },
    # Low is the modem's reset.
    "high": ("modem_reset",),
    "pulled": ("one_wire",),
    "uarts": {"modem": 1, "gnss": 2},
    "dividers": {"supply": (100000, 10000), "backup": (100000, 100000)},
    "radios": ("cellular", "wifi"),
    "bridge": True,
}
