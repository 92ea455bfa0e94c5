"""The table of settings: what bus.json may hold, each with its default and its range.

A new setting of the bus is one line here. A setting of a rule stands in the rule's own file.
The tables are built when they are asked for and dropped after use: the objects in them would
fill the heap.
"""

from firmware.config.kinds import Choice, Flag, Identifier, Number, Text
from firmware.config.radio_kinds import Order, Pin, Quoted
from firmware.config.rule_settings import of_rules
from firmware.config.seat_kinds import Addresses, AddressLists, Among, Modules


def settings():
    """-> {name: setting, or a dict of settings}: everything that bus.json may hold."""
    return {
        "fleet": Identifier("unconfigured"),
        "bus": Identifier("unconfigured"),
        "board": Choice(  # drivers/board/tables.py, NAMES
            "devkit",
            "devkit_wrover",
            "lilygo_a7670",
            "esp32s3_devkitc",
            "lilygo_s3",
        ),
        "seats": {
            "count": Number(40, 1, 64),
            "expanders": Addresses([32, 33, 34, 35, 36, 37], 32, 39, 8),
            "expanders_2": Addresses(
                [], 32, 39, 8
            ),  # on the second I2C bus, for more than 56 seats
            "debounce_ms": Number(200, 50, 2000),
            "belts": Flag(True),  # false: seat contacts only
            "inputs": Choice("expanders", "modbus", "chain", "mats"),  # how they are wired
            "behind_mux": AddressLists([]),  # expanders on a TCA9548A, a list for each of its buses
            "modules": Modules([]),  # inputs = modbus: [[address, inputs], ...]
            "modbus": {
                "baud": Among(9600, 4800, 9600, 19200, 38400, 57600, 115200),
                "parity": Choice("none", "even", "odd"),
                "timeout_ms": Number(100, 20, 1000),
                "direction": Choice("auto", "pin"),  # what switches the transceiver to sending
            },
            "chain_registers": Number(10, 1, 32),  # 74HC165 with seats, without the pattern's
            "mat_readers": Addresses([73], 72, 75, 4),  # ADS1115
            "mats": {  # mV; below short and above open the wire is broken
                "short_mv": Number(150, 50, 500),
                "empty_mv": Number(1300, 300, 2500),
                "open_mv": Number(2600, 1500, 3300),
            },
        },
        "inputs": {  # which contacts are fitted; what is not fitted is unknown
            "front_door": Flag(True),
            "emergency_door": Flag(True),
            "check_button_2": Flag(False),  # the button's other contact, open when it is pressed
            "here": Flag(False),
            "driver_seat": Flag(False),
            "presence": Number(0, 0, 4),
        },
        "accelerometer": {
            "fitted": Flag(False),
            "forward": Choice(
                "+x", "-x", "+y", "-y", "+z", "-z"
            ),  # the chip's axis that points forward
            "up": Choice("+z", "-z", "+x", "-x", "+y", "-y"),
        },
        "cabin": {
            "fitted": Flag(False),  # a thermometer
            "chip": Choice("lm75", "ds18b20"),
        },
        "readback": {
            "fitted": Flag(False),  # wires back from lamp, buzzer and horn
        },
        "broker": {
            "host": Text("", 253),  # empty: nothing is sent
            "port": Number(0, 0, 65535),  # 0: 8883 with TLS, 1883 without
            "tls": Flag(True),  # false: everybody on the way reads along and can change it
            "keepalive_s": Number(60, 10, 600),
            "window": Number(32, 1, 32),  # messages in flight
            "window_bytes": Number(16384, 2048, 65536),
            "connect_timeout_s": Number(20, 5, 120),
            "ack_timeout_s": Number(20, 5, 120),
            "backoff_max_s": Number(60, 1, 600),
            "reset_after_min": Number(60, 15, 1440),  # parked without a link: the board restarts
        },
        "radios": Order(["wifi"], "wifi", "cellular"),
        "next_radio_s": Number(60, 10, 600),  # without the preferred radio, then the next is tried
        "wifi": {
            "ssid": Text("", 32),
            "password": Text("", 63),
        },
        "cellular": {
            "apn": Quoted("internet", 63),
            "user": Text("", 63),  # empty: the network wants none
            "password": Text("", 63),
            "pin": Pin(),
        },
        "gnss": {
            "in_modem": Flag(False),  # the receiver is the modem's own
            "fast": Flag(False),  # five fixes a second instead of one
        },
        "rules": of_rules(),
        "modes": {
            "service_min": Number(30, 1, 120),
            "drill_min": Number(30, 1, 30),
            "evacuation_min": Number(60, 5, 240),
        },
        "warnings": {
            "quiet_s": Number(60, 5, 600),  # how long an acknowledged warning stays quiet
        },
        "backup": {
            "fitted": Flag(False),  # a battery for when the vehicle's supply is cut
            "flat_mv": Number(3400, 2500, 12000),
        },
        "sleep": {  # between the ticks of a parked, checked, empty bus (trip/sleep.py)
            "on": Flag(True),
            "after_s": Number(300, 60, 3600),  # of calm
            "wake_s": Number(900, 300, 3600),  # the next state comes within this time
        },
        "trip": {
            "start_kmh": Number(8, 3, 20),
            "end_s": Number(300, 60, 720),
            "alternator_mv": Number(13200, 0, 30000),  # it charges; 0: smart, it says nothing
            "key_on_min": Number(5, 1, 12),  # the key on, and the engine off
            "here_min": Number(5, 1, 10),  # a press of the here button
            "stay_min": Number(60, 10, 60),  # the same, held after a walk
        },
        "track": {
            "error_m": Number(10, 3, 100),
            "every_s": Number(30, 5, 300),
        },
        "update": {
            "cellular_kb_day": Number(1500, 100, 100000),  # of updates over the mobile network
        },
        "journal": {
            "alarm_kb": Number(96, 64, 1024),
            "warning_kb": Number(64, 32, 1000),
            "cursor_s": Number(30, 5, 600),
        },
    }
