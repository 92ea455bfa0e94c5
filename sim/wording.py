"""What people read in a terminal: times, distances, events in words, not in the contract's names.

A name that is not known here is shown as it came: newer firmware may have more to say.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from sim.world import town

_CONSOLE = re.compile(r"(info|warning|alarm) (\w+) (raised|updated|cleared) (\{.*\})")
_SELF_TEST = "selftest "
NOW = "now "
_LONG_S = 100  # from here on minutes are easier to read
_KM_M = 1000
_LISTED = 6  # seats; more of them are counted


def duration(seconds: float) -> str:
    """66.667 -> "66.7 s", 154 -> "2 min 34 s", 7500 -> "2 h 5 min"."""
    if seconds < _LONG_S:
        return f"{seconds:.3g} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"


def roughly(seconds: float) -> str:
    """The same for an estimate: whole seconds, then whole minutes."""
    return f"{seconds:.0f} s" if seconds < _LONG_S else f"{seconds / 60:.0f} min"


def distance(metres: float) -> str:
    return f"{metres:.0f} m" if metres < _KM_M else f"{metres / _KM_M:.1f} km"


def seats(numbers: list[int], what: str = "seat") -> str:
    """[7] -> "seat 7", [3, 7] -> "seats 3, 7"."""
    return f"{what}{'s' * (len(numbers) != 1)} {', '.join(map(str, numbers))}"


def place(key: str) -> str:
    """The id of a stop, a school, a route or a zone -> what the town calls it."""
    if key in town.STOPS or key in town.SCHOOLS:
        return town.place_name(key)
    name = re.sub(r"-[ap]m-\d+$", "", key).replace("_", " ")
    return name.title() if name != key.replace("_", " ") else name


def kind(name: str) -> str:
    """gnss_lost -> "GNSS lost"."""
    words = name.replace("_", " ")
    return re.sub(r"\b(gnss|sos)\b", lambda found: found[0].upper(), words)


def event(name: str, state: str, data: Mapping[str, Any]) -> str:
    """ "child left behind: seat 7, the horn sounds"; "child left behind: ended"."""
    about = _about(name, {key: data[key] for key in data if state != "cleared" or key in _STAY})
    begin = {"raised": "", "updated": "changed", "cleared": "ended"}.get(state, state)
    said = ", ".join(words for words in (begin, about) if words)
    return f"{kind(name)}: {said}" if said else kind(name)


def console_line(line: str) -> str:
    """A line of a board's console, which is written for developers, in words."""
    found = _CONSOLE.fullmatch(line)
    try:
        if found:
            severity, name, state, data = found.groups()
            return f"{severity}: {event(name, state, json.loads(data))}"
        if line.startswith(_SELF_TEST):
            return _self_test(json.loads(line.removeprefix(_SELF_TEST))["parts"])
        if line.startswith(NOW):
            return _now(json.loads(line.removeprefix(NOW)))
    except (ValueError, LookupError, TypeError):
        pass  # cut off, or from a program that is not ours
    return line


def _self_test(parts: list[tuple[str, bool | None, str]]) -> str:
    failing = [name for name, is_well, _ in parts if is_well is False]
    return f"self-test of {len(parts)} parts: " + (
        f"{', '.join(failing)} failed" if failing else "none has failed"
    )


def _now(told: Mapping[str, Any]) -> str:
    """ "parked, 2 persons on board (seats 3, 7), front door open, ..."."""
    persons = [*told["taken"], *told["loose"]]
    said = [told["phase"] if told["mode"] == "normal" else f"{told['phase']}, mode {told['mode']}"]
    if told["speed_kmh"]:
        said[0] += f" at {told['speed_kmh']:.0f} km/h"
    count = f"{len(persons)} person{'s' * (len(persons) != 1)}"
    if persons:
        said.append(f"{count} on board ({seats(persons)})")
    else:
        said.append("who is on board is not known" if told["unknown"] else "nobody on board")
    if told["unknown"]:
        said.append(f"{len(told['unknown'])} seats not known")
    for door in ("front_door", "emergency_door"):
        state = {True: "open", None: "not known"}.get(told[door])
        said += [f"{kind(door)} {state}"] if state else []
    said.append("position known" if told["position"] else "no position yet")
    said += [f"stands: {', '.join(kind(one) for one in told['active'])}"] if told["active"] else []
    way = f": {told['failure']}" if told["failure"] else ""
    said.append("connected to the city" if told["connected"] else f"not connected to the city{way}")
    if told["waits"]:
        one = told["waits"] == 1
        said.append("1 record waits for it" if one else f"{told['waits']} records wait for it")
    said += [f"running for {duration(told['up_s'])}", f"firmware {told['fw']}"]
    return f"Now: {'; '.join(said)}."


def _about(name: str, data: Mapping[str, Any]) -> str:
    try:
        return _ONE_KIND.get(name, _every)(data)
    except KeyError:  # not all of it is there
        return _every(data)


def _every(data: Mapping[str, Any]) -> str:
    said = [_PHRASES.get(key, _plain(key))(value) for key, value in data.items()
            if value is not None and value != []]  # fmt: skip
    return ", ".join(words for words in said if words)


def _plain(key: str) -> Callable[[Any], str]:
    return lambda value: f"{key.replace('_', ' ')} {value}"


def _one_of(**words: str) -> Callable[[Any], str]:
    """A phrase for each value of a list in docs/mqtt.md."""
    return lambda value: words.get(str(value), str(value).replace("_", " "))


def _before(what: Callable[[list[int]], str]) -> Callable[[list[int]], str]:
    return lambda numbers: f"some seconds before {what(numbers)}"


def _unknown(numbers: list[int]) -> str:
    return f"{seats(numbers)} not known"


def _loose(numbers: list[int]) -> str:
    return f"rose from {seats(numbers)}, not seen to get off"


def _parts(names: list[str]) -> str:
    return ", ".join(names).replace("_", " ")


def _heat(minutes: int) -> str:
    return f"dangerously hot in {minutes} min" if minutes else "dangerously hot"


def _volts(mv: int) -> str:
    return f"{mv / 1000:.1f} V"


_PHRASES: dict[str, Callable[[Any], str]] = {
    "seats": seats,
    "buckled": lambda numbers: f"{seats(numbers)} buckled while empty",
    "belts": lambda numbers: seats(numbers, "belt"),
    "unknown": _unknown,
    "unknown_seats": _unknown,
    "loose": _loose,
    "seats_before": _before(seats),
    "unknown_before": _before(_unknown),
    "resets": lambda count: f"{count} in all",
    "chips": ", ".join,
    "wires": _parts,
    "stage": lambda stage: {2: "the buzzer sounds inside", 3: "the horn sounds"}.get(stage, ""),
    "heat_min": _heat,
    "minutes": lambda minutes: f"{minutes} min left" if minutes else "",
    "level": _one_of(ahead="soon dangerously hot", now="dangerously hot", low="too low",
                     cut="cut off, the board runs on its backup", wire="only its wire is cut"),
    "cabin_c": lambda degrees: f"cabin at {degrees:g} °C",
    "ended_by": _one_of(ignition="the engine was started", empty="the seats are empty",
                        time="the time has run out"),
    "presses": lambda count: f"{count} of them since the board started",
    "shock_g": lambda g: f"a shock of {g:.1f} g",
    "door": _one_of(front="front door", emergency="emergency door"),
    "what": _one_of(),
    "top_ms2": lambda ms2: f"up to {ms2:.1f} m/s²",
    "top_kmh": lambda kmh: f"up to {kmh:.0f} km/h",
    "lasted_s": lambda seconds: f"for {duration(seconds)}" if seconds else "",
    "limit": _one_of(run="too long without a break", day="too long in 24 h"),
    "driven_min": lambda minutes: f"driven for {duration(minutes * 60)}" if minutes else "",
    "driven_day_min": lambda minutes: f"{duration(minutes * 60)} in 24 h",
    "supply_mv": _volts,
    "backup_mv": lambda mv: f"backup at {_volts(mv)}",
    "stop": lambda key: place(key) if isinstance(key, str) else f"stop {key}",
    "expected": lambda key: f"{place(key)} was next",
    "route": lambda key: f"route {place(key)}",
    "zone": place,
    "zone_kind": _one_of(flood="a flood", closed="closed to buses"),
    "off_m": lambda metres: f"{distance(metres)} away from it",
    "distance_m": distance,
    "sensor": kind,
    "last_lat": lambda degrees: f"last seen at {degrees:.5f}",
    "last_lon": lambda degrees: f"{degrees:.5f}",
    "sats_before": lambda count: f"{count} satellites before",
    "jump_m": distance,
    "within_s": lambda seconds: f"within {duration(seconds)}",
    "ok": lambda is_well: "all is well" if is_well else "",
    "faults": lambda names: f"{_parts(names)} failed",
    "parts": _parts,
    "radio": _one_of(wifi="now by Wi-Fi", cellular="now by the mobile network"),
    "was": _one_of(wifi="before by Wi-Fi", cellular="before by the mobile network"),
    "text": str,
    "hash": lambda text: f"hash {text}",
}  # fmt: skip
_STAY = {
    "door", "what", "top_ms2", "top_kmh", "lasted_s", "ended_by", "stop", "route", "zone", "sensor",
    "distance_m", "head_count", "driven_day_min",
}  # fmt: skip
"""What an event that is over still has to say: the rest was true when it began."""

_RESET = _one_of(power_on="power came", watchdog="a watchdog reset", soft="a soft reset",
                 deep_sleep="deep sleep", external="it was asked to, or had crashed")  # fmt: skip
_START = _one_of(normal="", previous=", with the code before", safe=", in safe mode")


def _started(data: Mapping[str, Any]) -> str:
    return (
        f"start {data['boot']} of the board ({_RESET(data['reset'])}{_START(data['start'])}), "
        f"firmware {data['fw']}"
    )


def _people(numbers: list[int], what: str) -> list[str]:
    listed = f" ({seats(numbers)})" if len(numbers) <= _LISTED else ""
    return [f"{len(numbers)} got {what}{listed}"] if numbers else []


def _stop_served(data: Mapping[str, Any]) -> str:
    where = place(data["place"]) if data.get("place") else f"stop {data['stop']}"
    people = [*_people(data["boarded"], "on"), *_people(data["alighted"], "off")]
    return ", ".join([where, *people, f"{data['on_board']} on board"])


def _trip_ended(data: Mapping[str, Any]) -> str:
    stops = data["stops"]
    served = f"{stops} stop{'s' * (stops != 1)}"
    said = [f"trip {data['trip']}", distance(data["distance_m"]), served]
    if data.get("boarded") is not None:
        said.append(f"{data['boarded']} got on, {data['alighted']} got off")
    if data.get("unaccounted"):
        said.append(f"not seen to get off: {seats(data['unaccounted'])}")
    return ", ".join(said)


def _arrival_notice(data: Mapping[str, Any]) -> str:
    return f"{place(data['stop'])} in {distance(data['distance_m'])}, route {place(data['route'])}"


def _evacuation(data: Mapping[str, Any]) -> str:
    counted = {key: data[key] for key in data if key != "head_count"}
    said = [_every(counted), f"{data['head_count']} on board when it began"]
    return ", ".join(words for words in said if words)


_ONE_KIND: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "started": _started,
    "stop_served": _stop_served,
    "trip_ended": _trip_ended,
    "arrival_notice": _arrival_notice,
    "evacuation": _evacuation,
}
