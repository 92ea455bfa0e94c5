"""bus.json: what a technician may set for one bus, with its limits and defaults.

A wrong value, an unknown key or a file that is no JSON never stops a bus: each
wrong value is replaced by its default, everything else in the file counts, and
every fault comes back as a ConfigError whose text names file, key and range.
A new setting is one line in SETTINGS.
"""

import json

from firmware.config.kinds import Choice, Flag, Identifier, Number, Text
from firmware.config.radio_kinds import Order, Pin, Quoted
from firmware.config.seat_kinds import Addresses, AddressLists, Among, Modules, seat_faults
from firmware.rules.catalogue import RULES

_KINDS = [rule.kind for rule in RULES]
_ALWAYS_ON = ("child_left_behind",)


class ConfigError(ValueError):
    pass


class Kinds:
    """Rules to switch off, by their kind. A rule about a child left behind stays on."""

    range = "a list of different kinds of rules, without " + ", ".join(_ALWAYS_ON)

    def __init__(self):
        self.default = []

    def accepts(self, value):
        if not isinstance(value, list):
            return False
        for kind in value:
            if kind not in _KINDS or kind in _ALWAYS_ON or value.count(kind) > 1:
                return False
        return True


SETTINGS = {
    "fleet": Identifier("unconfigured"),
    "bus": Identifier("unconfigured"),
    "board": Choice("devkit", "devkit_wrover", "lilygo_a7670"),  # drivers/board/tables.py
    "seats": {
        "count": Number(40, 1, 64),
        "expanders": Addresses([32, 33, 34, 35, 36, 37], 32, 39, 8),
        "expanders_2": Addresses([], 32, 39, 8),  # on the second I2C bus, for more than 56 seats
        "debounce_ms": Number(200, 50, 2000),
        "belts": Flag(True),  # false: seat contacts only
        "inputs": Choice("expanders", "modbus", "chain", "mats"),  # how they are wired
        "behind_mux": AddressLists([]),  # expanders on a TCA9548A, a list for each of its buses
        "modules": Modules([]),  # inputs = modbus: [[address, inputs], ...]
        "modbus": {
            "baud": Among(9600, 4800, 9600, 19200, 38400, 57600, 115200),
            "parity": Choice("none", "even", "odd"),
            "timeout_ms": Number(100, 20, 1000),
            "direction": Choice("auto", "pin"),  # who turns the transceiver round
        },
        "chain_registers": Number(10, 1, 32),  # 74HC165 with seats, without the pattern's
        "mat_readers": Addresses([73], 72, 75, 4),  # ADS1115
        "mats": {  # mV; below short and above open the wire is broken
            "short_mv": Number(150, 50, 500),
            "empty_mv": Number(1300, 300, 2500),
            "open_mv": Number(2600, 1500, 3300),
        },
    },
    "accelerometer": {
        "fitted": Flag(False),
        "forward": Choice("+x", "-x", "+y", "-y", "+z", "-z"),  # the chip's axis that points so
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
        "port": Number(1883, 1, 65535),
        "user": Text("", 128),
        "password": Text("", 128),
        "tls": Flag(False),
        "ca": Text("", 64),  # file of the authority's certificate, PEM or DER; empty: not verified
        "keepalive_s": Number(60, 10, 600),
        "window": Number(32, 1, 32),  # messages in flight
        "window_bytes": Number(16384, 2048, 65536),
        "connect_timeout_s": Number(20, 5, 120),
        "ack_timeout_s": Number(20, 5, 120),
        "backoff_max_s": Number(60, 1, 600),
        "reset_after_min": Number(60, 15, 1440),  # without a link, parked: the board starts anew
    },
    "radios": Order(["wifi"], "wifi", "cellular"),
    "next_radio_s": Number(60, 10, 600),  # without the preferred one before the next is asked
    "wifi": {
        "ssid": Text("", 32),
        "password": Text("", 63),
    },
    "cellular": {
        "apn": Quoted("internet", 63),
        "user": Text("", 63),  # empty: none is asked for
        "password": Text("", 63),
        "pin": Pin(),
    },
    "gnss": {
        "in_modem": Flag(False),  # the receiver is the modem's own
        "fast": Flag(False),  # five fixes a second instead of one
    },
    "rules": {
        "disabled": Kinds(),
        "left_behind_profile": Choice("korea", "japan"),
        "check_walk_s": Number(5, 0, 60),
        "overspeed_kmh": Number(80, 10, 120),
        "overspeed_s": Number(10, 0, 120),
        "overspeed_end_kmh": Number(3, 1, 10),  # below the limit: it is over
        "calm_s": Number(3, 1, 30),  # what swings about its limit is over after so long
        "door_open_kmh": Number(5, 1, 20),
        "door_open_s": Number(2, 0, 30),
        "emergency_door_s": Number(0, 0, 5),
        "belt_kmh": Number(10, 1, 60),
        "belt_s": Number(10, 0, 120),
        "sensor_silent_s": Number(2, 1, 60),
        # What the policy knows of places.
        "overspeed_margin_kmh": Number(3, 0, 10),  # on a limit of the policy
        "overspeed_dlt_s": Number(120, 30, 600),
        "geofence_edge_m": Number(30, 5, 100),
        "geofence_dwell_s": Number(10, 0, 120),
        "off_route_m": Number(200, 150, 2000),
        "off_route_s": Number(60, 10, 600),
        "arrival_m": Number(500, 100, 2000),
        "door_off_stop_s": Number(2, 0, 30),
        "mismatch_s": Number(2, 0, 30),
        "harsh_cms2": Number(440, 200, 1000),  # braking and acceleration
        "corner_cms2": Number(550, 200, 1000),
        "harsh_ms": Number(300, 100, 2000),
        "crash_mg": Number(2500, 1000, 7000),
        "crash_stop_cms2": Number(1000, 800, 3000),  # as GNSS shows it
        "crash_stand_s": Number(5, 2, 30),
        "crash_end_s": Number(60, 10, 600),  # of driving on
        "standing_kmh": Number(20, 5, 60),
        "standing_s": Number(3, 1, 60),
        "parked_movement_s": Number(1, 0, 60),
        "boarding_s": Number(720, 0, 1800),  # with the engine off and the door open; 0: never
        "boarding_door_s": Number(20, 0, 120),
        "sos_s": Number(2, 1, 10),
        "idling_s": Number(300, 60, 3600),
        "drive_run_min": Number(240, 30, 600),
        "drive_day_min": Number(480, 60, 1440),
        "rest_min": Number(30, 10, 120),
        "heat_c": Number(35, 25, 50),
        "heat_end_c": Number(2, 1, 10),  # below heat_c: it is over
        "heat_ahead_min": Number(10, 0, 30),
        "heat_after_s": Number(180, 0, 900),
        "heat_start_c": Number(30, 0, 45),  # without a cabin sensor, at ignition off
        "supply_low_mv": Number(11500, 8000, 26000),
        "supply_low_s": Number(60, 10, 600),
        "supply_cut_mv": Number(6000, 2000, 20000),
        "supply_cut_s": Number(2, 0, 30),
        "supply_end_mv": Number(300, 100, 2000),  # above the limit: it is over
        "gnss_lost_s": Number(60, 10, 600),
        "gnss_jammed_s": Number(10, 5, 120),
        "gnss_jump_kmh": Number(200, 120, 400),
        "stuck_h": Number(12, 1, 72),
        "flaps": Number(8, 4, 50),
        "flap_window_s": Number(10, 5, 60),
        "button_stuck_s": Number(30, 10, 300),
        "expander_calm_s": Number(600, 60, 3600),
    },
    "modes": {
        "service_min": Number(30, 1, 120),
        "drill_min": Number(60, 1, 240),
        "evacuation_min": Number(60, 5, 240),
    },
    "warnings": {
        "quiet_s": Number(60, 5, 600),  # an acknowledged warning keeps quiet for so long
    },
    "backup": {
        "fitted": Flag(False),  # a battery that keeps the board alive without the vehicle's
        "flat_mv": Number(3400, 2500, 12000),
    },
    "sleep": {  # between the ticks of a bus that is parked, checked and empty (sleep.py)
        "on": Flag(True),
        "after_s": Number(300, 60, 3600),  # of all being calm
        "wake_s": Number(900, 300, 3600),  # the next state comes within so many seconds
    },
    "trip": {
        "start_kmh": Number(8, 3, 20),
        "end_s": Number(300, 60, 1800),
    },
    "track": {
        "error_m": Number(10, 3, 100),
        "every_s": Number(30, 5, 300),
    },
    "journal": {
        "alarm_kb": Number(256, 64, 1024),
        "cursor_s": Number(30, 5, 600),
    },
}


def defaults():
    """-> dict: every setting at its default."""
    return _read({}, SETTINGS, "", "", [])


def parse(text, name="bus.json"):
    """JSON text -> (config: dict, errors: list of ConfigError, empty if all is well)."""
    errors = []
    try:
        given = json.loads(text)
    except ValueError:
        errors.append(ConfigError(name + " is not valid JSON; all settings are at their defaults."))
        given = {}
    config = _read(given, SETTINGS, name, "", errors)
    mounted = config["accelerometer"]
    if mounted["forward"][1] == mounted["up"][1]:
        errors.append(
            ConfigError(
                "%s: accelerometer.forward is %s and accelerometer.up is %s, but one axis cannot "
                "point both ways; +x and +z are used instead."
                % (name, mounted["forward"], mounted["up"])
            )
        )
        mounted["forward"], mounted["up"] = "+x", "+z"
    for fault in seat_faults(config["seats"], config["cabin"]):
        errors.append(ConfigError("%s: %s" % (name, fault)))
    if config["broker"]["tls"] and not config["broker"]["ca"]:
        errors.append(
            ConfigError(
                "%s: broker.tls is true, but broker.ca names no file with the authority's "
                "certificate: anybody could pass for the broker." % name
            )
        )
    return config, errors


def load(path="bus.json"):
    """Like parse, from a file; a file that cannot be read is an error too."""
    try:
        with open(path) as file:
            text = file.read()
    except (OSError, UnicodeError) as error:
        missing = "%s cannot be read (%s); all settings are at their defaults." % (path, error)
        return defaults(), [ConfigError(missing)]
    return parse(text, path)


def _read(given, settings, name, prefix, errors):
    if not isinstance(given, dict):
        where = prefix or "the file"
        errors.append(ConfigError("%s: %s has to be an object { }; it is ignored." % (name, where)))
        given = {}
    for key in given:
        if key not in settings:
            errors.append(
                ConfigError(
                    "%s: there is no setting %s; known here: %s."
                    % (name, _path(prefix, key), ", ".join(sorted(settings)))
                )
            )
    config = {}
    for key, setting in settings.items():
        path = _path(prefix, key)
        if isinstance(setting, dict):
            config[key] = _read(given.get(key, {}), setting, name, path, errors)
        elif key not in given:
            config[key] = setting.default
        elif setting.accepts(given[key]):
            config[key] = given[key]
        else:
            config[key] = setting.default
            wrong, used = json.dumps(given[key]), json.dumps(setting.default)
            errors.append(
                ConfigError(
                    "%s: %s is %s, but has to be %s; %s is used instead."
                    % (name, path, wrong, setting.range, used)
                )
            )
    return config


def _path(prefix, key):
    return prefix + "." + key if prefix else key
