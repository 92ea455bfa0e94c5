"""LilyGO T-A7670E R2: an ESP32 with PSRAM and an LTE modem.

Source: LilyGO, LilyGo-Modem-Series, examples/ATdebug/utilities.h (LILYGO_T_A7670) and
docs/en/esp32/a7670-esp32, "Pins Map".
"""

from drivers.board.boards import OPTIONAL

TABLE = {
    "name": "LilyGO T-A7670E R2 (ESP32-WROVER-E, A7670E)",
    "chip": "esp32",
    "psram": True,
    "pins": {
        "sda": 21,
        "scl": 22,
        "gnss_rx": 32,
        "gnss_tx": 14,
        "ignition": 13,
        "buzzer": 18,
        "lamp": 19,
        "horn": 23,
        "supply": 34,
    },
    # By inputs of an MCP23017 beside the board: the header has no more pins.
    "switch_expander": dict(
        OPTIONAL,
        address=39,
        front_door=0,
        emergency_door=1,
        sos_button=2,
        lamp_sense=3,
        buzzer_sense=4,
        horn_sense=5,
        check_button=6,
    ),
    "ways": {"expanders": {}, "modbus": {}, "mats": {}},
    "on_board": {
        "modem_rx": 27,
        "modem_tx": 26,
        "modem_key": 4,
        "modem_supply": 12,
        "modem_reset": 5,
        "modem_dtr": 25,
        "modem_ring": 33,
        "sd_miso": 2,
        "sd_mosi": 15,
        "backup": 35,
        "solar": 36,
    },
    # On battery the board resets if this one is not high soon after the start.
    "high": ("modem_supply",),
    "pulled": (),
    "uarts": {"modem": 1, "gnss": 2},
    "dividers": {"supply": (100000, 10000), "backup": (100000, 100000)},
    "radios": ("cellular", "wifi"),
    "bridge": True,
}
