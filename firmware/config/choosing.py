"""Which settings a start runs on; in_use.py has the rules. It leaves the heap after the start."""

from firmware.config.error import ConfigError
from firmware.config.load import defaults, parse

_FILE, _LAST = "bus.json", "bus.last.json"  # as in in_use.py, which imports this module
_LAST_USED = "%s: no wiring is guessed; the settings that ran last are used."
_UNWIRED = (
    "%s: no wiring is guessed, and no settings have run before: no contact is read, no pin is "
    "driven, and no child is watched until this is mended."
)
_SAFE = "%s: the board has crashed again and again with it; the settings that ran last are used."
_HOPELESS = (
    "%s: even safe starts have crashed with it: no contact is read, no pin is driven, and no "
    "child is watched until this is mended."
)


def choose(text, kept, is_safe, is_hopeless):
    """text, kept: of bus.json and of what ran last; None: it cannot be read -> (config, errors, the
    worst first; bool: config is that of bus.json)."""
    if text is None:
        config, errors = defaults(), [ConfigError(_FILE + " cannot be read.")]
        config.update(wired=False, board=None)
    else:
        config, errors = parse(text, _FILE)
    if is_hopeless:
        return _given_up(config, errors, _HOPELESS)
    if not is_safe and not errors:
        return config, errors, True
    last = None if kept is None else parse(kept, _LAST)[0]
    is_wired = config["wired"]
    if last is not None and last["wired"] and (not is_wired or (is_safe and kept != text)):
        return last, _reported(errors, _SAFE if is_wired else _LAST_USED), False
    if not is_wired:
        return _given_up(config, errors, _UNWIRED)
    if last is not None:
        config, errors = parse(text, _FILE, last)
    return config, errors, True


def _given_up(config, errors, why):
    config["wired"] = False
    return config, _reported(errors, why), True


def _reported(errors, why):
    wiring = [error for error in errors if error.is_wiring]
    return [ConfigError(why % _FILE)] + wiring + [error for error in errors if not error.is_wiring]
