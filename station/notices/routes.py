"""Who is told of what: the file notices.json, read once at start.

    {"routes": [
      {"name": "duty LINE", "to": "env:DUTY_LINE", "severity": ["alarm"],
       "on": ["raised", "escalated"], "fleets": ["laemchabang"],
       "days": [1, 2, 3, 4, 5], "hours": "05:00-19:00", "language": "th"}
    ]}

`to` is an address in apprise's form (line://, mailtos://, jsons:// for a webhook, ...), or
`env:NAME`: the environment variable that holds the address, so that no token stands in the file.
A key that is left out sets no bound. Hours are local (UTC+7) and may pass midnight. With
`"heartbeat": "08:00"`, the route is told every day at that time that notices work.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StrictBool,
    StrictInt,
    ValidationError,
    ValidationInfo,
)

from station.clock import LOCAL
from station.validation import sentence


class RouteError(ValueError):
    """A whole sentence that names the file, the route and the key, and says what is allowed."""


def _address(given: str, info: ValidationInfo) -> str:
    """Its errors never repeat the address: it holds a token."""
    import apprise  # here, because it takes a second: only a station that sends notices waits

    if given.startswith("env:"):
        name = given.removeprefix("env:")
        environment = info.context or {}
        if name not in environment:
            raise ValueError(f"the environment variable {name} is not set")
        given = environment[name]
    if apprise.Apprise.instantiate(given, suppress_exceptions=True) is None:
        raise ValueError(
            "apprise knows no such address; it has to be like line://TOKEN/USER, "
            "mailtos://USER:PASSWORD@HOST?to=WHOM or jsons://HOST/PATH"
        )
    return given


_Text = Annotated[str, Field(min_length=1)]
_Day = Annotated[StrictInt, Field(ge=1, le=7)]
_TIME = "^([01][0-9]|2[0-3]):[0-5][0-9]$"
_HOURS = "^([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9]$"


class Route(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    name: _Text = Field(description="a text that is not empty")
    to: Annotated[_Text, AfterValidator(_address)] = Field(
        description="an address, or env: and the name of a variable", repr=False
    )
    severity: frozenset[Literal["alarm", "warning"]] = Field(
        frozenset({"alarm"}), min_length=1, description="a list of alarm, warning"
    )
    on: frozenset[Literal["raised", "escalated", "acknowledged", "cleared"]] = Field(
        frozenset({"raised", "escalated"}), min_length=1,
        description="a list of raised, escalated, acknowledged, cleared",
    )  # fmt: skip
    kinds: frozenset[_Text] = Field(frozenset(), description="a list of texts")
    fleets: frozenset[_Text] = Field(frozenset(), description="a list of texts")
    days: frozenset[_Day] = Field(
        frozenset(range(1, 8)), min_length=1, description="a list of days from 1 (Monday) to 7"
    )
    hours: str = Field("00:00-00:00", pattern=_HOURS, description='like "05:00-19:00"')
    language: Literal["th", "en"] = Field("th", description="th or en")
    heartbeat: str | None = Field(None, pattern=_TIME, description='a time of day like "08:00"')
    exercises: StrictBool = Field(False, description="true or false")

    def wants(self, alarm: Mapping[str, Any], stage: str, now: datetime) -> bool:
        """alarm: as in GET /api/alarms. now: the notice's moment, with a time zone."""
        return (
            stage in self.on
            and alarm["severity"] in self.severity
            and (self.exercises or not alarm["exercise"])
            and (not self.kinds or alarm["kind"] in self.kinds)
            and (not self.fleets or alarm["fleet"] in self.fleets)
            and self._is_open(now.astimezone(LOCAL))
        )

    def _is_open(self, now: datetime) -> bool:
        """Hours that pass midnight belong to the day on which they begin."""
        since, until = map(time.fromisoformat, self.hours.split("-"))
        at = now.time()
        if since < until:
            return since <= at < until and now.isoweekday() in self.days
        if at >= since:
            return now.isoweekday() in self.days
        return at < until and (now - timedelta(days=1)).isoweekday() in self.days


def load(path: Path, environment: Mapping[str, str] = os.environ) -> list[Route]:
    """RouteError for the first thing that is wrong; OSError if the file cannot be read."""
    try:
        given = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise RouteError(f"{path} is not valid JSON: {error}.") from error
    if not isinstance(given, dict) or not isinstance(given.get("routes"), list):
        raise RouteError(f'{path} has to be an object with a list "routes".')
    routes = [_route(f"{path}: route {n}", one, environment) for n, one in
              enumerate(given["routes"], 1)]  # fmt: skip
    names = [route.name for route in routes]
    for name in names:
        if names.count(name) > 1:
            raise RouteError(f'{path}: two routes are called "{name}"; each needs its own name.')
    return routes


def _route(where: str, given: Any, environment: Mapping[str, str]) -> Route:
    try:
        return Route.model_validate(given, context=environment)
    except ValidationError as error:
        raise RouteError(f"{where}: {sentence(error, Route)}.") from None  # it repeats the address
