"""bus.json: what a technician has set for one bus.

A wrong value, an unknown key or a file that is no JSON never stops a bus: each wrong value is
replaced by its default, everything else in the file counts, and every fault comes back as a
ConfigError whose text names file, key and range.
"""

import json

from firmware.config.seat_kinds import seat_faults
from firmware.config.settings import settings


class ConfigError(ValueError):
    pass


def defaults():
    """-> dict: every setting at its default."""
    return _read({}, settings(), "", "", [])


def parse(text, name="bus.json"):
    """JSON text -> (config: dict, errors: list of ConfigError, empty if all is well)."""
    errors = []
    try:
        given = json.loads(text)
    except ValueError:
        errors.append(ConfigError(name + " is not valid JSON; all settings are at their defaults."))
        given = {}
    config = _read(given, settings(), name, "", errors)
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


def _read(given, known, name, prefix, errors):
    if not isinstance(given, dict):
        where = prefix or "the file"
        errors.append(ConfigError("%s: %s has to be an object { }; it is ignored." % (name, where)))
        given = {}
    for key in given:
        if key not in known:
            errors.append(
                ConfigError(
                    "%s: there is no setting %s; known here: %s."
                    % (name, _path(prefix, key), ", ".join(sorted(known)))
                )
            )
    config = {}
    for key, setting in known.items():
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
