"""Who is told of what: the file notices.json, read once at start.

    {"routes": [
      {"name": "duty LINE", "to": "env:DUTY_LINE", "severity": ["alarm"],
       "on": ["raised", "escalated"], "fleets": ["laemchabang"],
       "days": [1, 2, 3, 4, 5], "hours": "05:00-19:00", "language": "th"}
    ]}

`to` is an address in apprise's form (line://, mailtos://, jsons:// for a webhook, ...), or
`env:NAME`: the environment variable that holds it, so that no token stands in the file.
What is left out sets no bound. Hours are local (UTC+7) and may pass midnight.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

from station.clock import LOCAL

SEVERITIES = ("alarm", "warning")
STAGES = ("raised", "escalated", "acknowledged", "cleared")
LANGUAGES = ("th", "en")

_HOURS = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")
_DEFAULTS: dict[str, Any] = {
    "severity": ["alarm"], "on": ["raised", "escalated"], "kinds": [], "fleets": [],
    "days": [1, 2, 3, 4, 5, 6, 7], "hours": "00:00-00:00", "language": "th", "exercises": False,
}  # fmt: skip


class RouteError(ValueError):
    """Names the file, the route and the key, and says what is allowed."""


@dataclass(frozen=True)
class Route:
    name: str
    to: str
    severity: frozenset[str]
    on: frozenset[str]
    kinds: frozenset[str]
    fleets: frozenset[str]
    days: frozenset[int]
    since: time
    until: time
    language: str
    exercises: bool

    def wants(self, alarm: Mapping[str, Any], stage: str, now: datetime) -> bool:
        """alarm: as in GET /api/alarms. now: aware; the window is that of the notice's moment."""
        return (
            stage in self.on
            and alarm["severity"] in self.severity
            and (self.exercises or not alarm["exercise"])
            and (not self.kinds or alarm["kind"] in self.kinds)
            and (not self.fleets or alarm["fleet"] in self.fleets)
            and self._is_open(now.astimezone(LOCAL))
        )

    def _is_open(self, now: datetime) -> bool:
        """A window past midnight belongs to the day on which it began."""
        at = now.time()
        if self.since < self.until:
            return self.since <= at < self.until and now.isoweekday() in self.days
        if at >= self.since:
            return now.isoweekday() in self.days
        return at < self.until and (now - timedelta(days=1)).isoweekday() in self.days


def load(path: Path, environment: Mapping[str, str] = os.environ) -> list[Route]:
    """RouteError for the first thing that is wrong; OSError if the file cannot be read."""
    try:
        given = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise RouteError(f"{path} is not valid JSON: {error}.") from error
    if not isinstance(given, dict) or not isinstance(given.get("routes"), list):
        raise RouteError(f'{path} has to be an object with a list "routes".')
    routes = [_route(path, index, one, environment) for index, one in enumerate(given["routes"], 1)]
    names = [route.name for route in routes]
    for name in names:
        if names.count(name) > 1:
            raise RouteError(f'{path}: two routes are called "{name}"; each needs its own name.')
    return routes


def _route(path: Path, index: int, given: Any, environment: Mapping[str, str]) -> Route:
    where = f"{path}: route {index}"
    if not isinstance(given, dict):
        raise RouteError(f"{where} has to be an object.")
    known = ("name", "to", *_DEFAULTS)
    for key in given:
        if key not in known:
            raise RouteError(f"{where}: there is no key {key!r}; known are {', '.join(known)}.")
    values = {**_DEFAULTS, **given}
    since, until = _hours(where, values["hours"])
    _one_of(where, "language", values["language"], LANGUAGES)
    if not isinstance(values["exercises"], bool):
        raise RouteError(f"{where}: exercises has to be true or false.")
    return Route(
        name=_text(where, "name", values.get("name")),
        to=_address(where, values.get("to"), environment),
        severity=_some(where, "severity", values["severity"], SEVERITIES),
        on=_some(where, "on", values["on"], STAGES),
        kinds=_texts(where, "kinds", values["kinds"]),
        fleets=_texts(where, "fleets", values["fleets"]),
        days=_some(where, "days", values["days"], range(1, 8)),
        since=since,
        until=until,
        language=values["language"],
        exercises=values["exercises"],
    )


def _address(where: str, given: Any, environment: Mapping[str, str]) -> str:
    """Never repeats the address in an error: it holds a token."""
    import apprise  # takes a second: only who sends notices waits for it

    address = _text(where, "to", given)
    if address.startswith("env:"):
        name = address.removeprefix("env:")
        if name not in environment:
            raise RouteError(f"{where}: the environment variable {name} of its `to` is not set.")
        address = environment[name]
    if apprise.Apprise.instantiate(address, suppress_exceptions=True) is None:
        raise RouteError(
            f"{where}: `to` is no address that apprise knows, such as line://TOKEN/USER, "
            "mailtos://USER:PASSWORD@HOST?to=WHOM or jsons://HOST/PATH."
        )
    return address


def _hours(where: str, given: Any) -> tuple[time, time]:
    found = _HOURS.fullmatch(given) if isinstance(given, str) else None
    if found is None:
        raise RouteError(f'{where}: hours has to be like "05:00-19:00", not {given!r}.')
    a, b, c, d = map(int, found.groups())
    return time(a, b), time(c, d)


def _text(where: str, key: str, given: Any) -> str:
    if not isinstance(given, str) or not given:
        raise RouteError(f"{where}: {key} has to be a text that is not empty.")
    return given


def _texts(where: str, key: str, given: Any) -> frozenset[str]:
    if not isinstance(given, list) or not all(isinstance(one, str) and one for one in given):
        raise RouteError(f"{where}: {key} has to be a list of texts.")
    return frozenset(given)


def _some(where: str, key: str, given: Any, allowed: Any) -> frozenset[Any]:
    if not isinstance(given, list) or not given:
        raise RouteError(f"{where}: {key} has to be a list of some of {_named(allowed)}.")
    for one in given:
        _one_of(where, key, one, allowed)
    return frozenset(given)


def _one_of(where: str, key: str, given: Any, allowed: Any) -> None:
    if isinstance(given, bool) or given not in allowed:
        raise RouteError(f"{where}: {key} has {given!r}; allowed are {_named(allowed)}.")


def _named(allowed: Any) -> str:
    return ", ".join(str(one) for one in allowed)
