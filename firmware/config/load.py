"""bus.json: what a technician has set for one bus.

A wrong value, an unknown key or a file that is no JSON never stops a bus, and every fault comes
back as a ConfigError whose text names file, place and range. A wrong limit is replaced by the
last one that was right, or its default. Wiring is never guessed: pins driven by another board's
table crash this one, and contacts counted wrongly hide children. So a file has to name its board.
If what it says of the board, its seats or its inputs is wrong, `config["wired"]` is False, and
firmware/config/in_use.py says what is used instead.
"""

import json

from firmware.config.error import ConfigError
from firmware.config.seat_kinds import seat_faults
from firmware.config.settings import settings
from firmware.jsonstrict import NotJson, place
from firmware.jsonstrict import parse as parse_json

_WIRING = ("board", "seats", "inputs", "gnss")  # sections that say what is on which pin
_LIMITS = ("seats.debounce_ms", "gnss.fast")  # in these sections, but no wiring
_MOVED = ("broker.user", "broker.password", "broker.ca")  # to the identity
_BOM = b"\xef\xbb\xbf"  # Notepad on Windows writes it


def defaults():
    """-> dict: every setting at its default."""
    config = _read({}, settings(), "", "", [], {})
    config["wired"] = True
    return config


def parse(text, name="bus.json", last=None):
    """JSON text, bytes or str -> (config: dict, errors: list of ConfigError, empty if all is well).

    last: an earlier config, whose values take the place of wrong ones; None: the defaults do.
    config["wired"]: its wiring is what the file says. config["board"]: None if that is unknown.
    """
    errors, known = [], settings()
    given = _given(text, name, errors)
    if not errors and isinstance(given, dict) and "board" not in given:
        missing = "%s: board is missing, but has to be %s." % (name, known["board"].range)
        errors.append(_error(missing, True))
    config = _read(given, known, name, "", errors, last or {})
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
    for fault, is_wiring in seat_faults(config["seats"], config["cabin"]):
        errors.append(_error("%s: %s" % (name, fault), is_wiring))
    config["wired"] = not [error for error in errors if error.is_wiring]
    if not config["wired"] and (
        not isinstance(given, dict) or given.get("board") != config["board"]
    ):
        config["board"] = None
    return config, errors


def _given(text, name, errors):
    """-> what the JSON text holds; {} if it is none."""
    payload = text.encode() if isinstance(text, str) else text
    if payload[:3] == _BOM:
        payload = payload[3:]
    try:
        return parse_json(payload)
    except NotJson as error:
        errors.append(_error("%s is not valid JSON: %s." % (name, place(payload, error)), True))
    return {}


def _read(given, known, name, prefix, errors, last):
    if not isinstance(given, dict):
        where = prefix or "the file"
        text = "%s: %s has to be an object { }; it is ignored." % (name, where)
        errors.append(_error(text, not prefix or _is_wiring(prefix)))
        given = {}
    for key in given:
        if key not in known:
            path = _path(prefix, key)
            text = "%s: there is no setting %s; known here: %s."
            text %= (name, path, ", ".join(sorted(known)))
            if path in _MOVED:
                text = "%s: %s stands in identity.json now, which make enrol writes: take it out."
                text %= (name, path)
            errors.append(_error(text, _is_wiring(prefix)))
    config = {}
    for key, setting in known.items():
        path = _path(prefix, key)
        if isinstance(setting, dict):
            config[key] = _read(given.get(key, {}), setting, name, path, errors, last.get(key, {}))
        elif key not in given:
            config[key] = setting.default
        elif setting.accepts(given[key]):
            config[key] = given[key]
        else:
            text = "%s: %s is %s, but has to be %s"
            text %= (name, path, json.dumps(given[key]), setting.range)
            if _is_wiring(path):
                config[key] = setting.default
                errors.append(_error(text + ".", True))
            else:
                config[key] = last.get(key, setting.default)
                text += "; %s is used instead." % json.dumps(config[key])
                errors.append(ConfigError(text))
    return config


def _is_wiring(path):
    return path not in _LIMITS and path.split(".", 1)[0] in _WIRING


def _error(text, is_wiring):
    error = ConfigError(text)
    error.is_wiring = is_wiring
    return error


def _path(prefix, key):
    return prefix + "." + key if prefix else key
