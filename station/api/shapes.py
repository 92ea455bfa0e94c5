"""What the API takes and answers, as types: OpenAPI is made of them. Times: ISO 8601, UTC. None:
unknown."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, Field

Severity = Literal["info", "warning", "alarm"]
Seat = Annotated[int, Field(ge=1, le=64)]


def _storable(text: str) -> str:
    if "\0" in text:
        raise ValueError("the character U+0000 cannot be stored")
    if not text.isascii() and any("\ud800" <= one <= "\udfff" for one in text):
        raise ValueError("half a character (a lone surrogate) cannot be stored")
    return text


Text = Annotated[str, AfterValidator(_storable)]
"""What a person writes. U+0000 is refused, since PostgreSQL cannot keep it, and halves of
characters, which no database can."""


class Problem(BaseModel):
    """An error: why the request failed, in words."""

    detail: str


class ServiceView(BaseModel):
    ok: bool
    since: str


class ServicesView(BaseModel):
    broker: ServiceView
    database: ServiceView
    notices: ServiceView
    leader: ServiceView
    escalate_min: int


class NoticesHealth(ServiceView):
    """It makes no difference to `ok` of the station."""

    oldest_unsent_s: int


class Healthz(ServicesView):
    notices: NoticesHealth
    ok: bool
    listeners: int
    role: Literal["leader", "standby", "page"]


class Doors(BaseModel):
    front: Literal["open", "closed"] | None
    emergency: Literal["open", "closed"] | None


class Seats(BaseModel):
    total: int | None
    taken: list[int] | None
    unknown: list[int] | None
    unbelted: list[int] | None
    loose: list[int] | None
    out_of_service: list[int] | None


class Attended(BaseModel):
    by: Literal["here", "stay", "driver_seat"]
    until: str | None


class Backlog(BaseModel):
    alarm: int | None
    warning: int | None = None
    track: int | None


class Layout(BaseModel):
    """Rows from the front, of seat numbers; None: an aisle, or no seat."""

    rows: list[Annotated[list[Seat | None], Field(max_length=12)]] = Field(max_length=40)


class BusView(BaseModel):
    fleet: str
    bus: str
    label: str | None
    phone: str | None
    show: Literal["alarm", "dark", "drill", "driving", "stopped", "parked"]
    at: str | None
    heard_at: str | None
    stale: bool
    dark_since: str | None
    online: bool | None
    clock: Literal["gnss", "rtc", "none", "odd"] | None
    phase: Literal["parked", "boarding", "driving", "checking"] | None
    mode: Literal["normal", "service", "drill", "evacuation"] | None
    trip: int | None
    route: str | None
    lat: float | None
    lon: float | None
    accuracy_m: int | None
    estimated: bool
    speed_kmh: float | None
    heading_deg: int | None
    ignition: bool | None
    attended: Attended | None
    doors: Doors
    seats: Seats
    checked: bool | None
    supply_mv: int | None
    cabin_c: float | None
    signal_dbm: int | None
    backlog: Backlog
    active: list[str]
    next_s: int | None
    fw: str | None
    journal: Literal["ok", "refused"] | None
    enrolled: bool | None
    alarms: int
    unlisted: bool
    gaps: int
    layout: Layout | None


class Alarm(BaseModel):
    id: int
    fleet: str
    bus: str
    kind: str
    severity: Severity
    exercise: bool
    clock: Literal["gnss", "rtc", "none", "odd"]
    raised_at: str | None
    heard_at: str
    late: bool
    cleared_at: str | None
    ended_by: Literal["bus", "restart", "state", "station"] | None
    acked_at: str | None
    acked_by: str | None
    note: str | None
    escalated_at: str | None
    lat: float | None
    lon: float | None
    accuracy_m: int | None
    estimated: bool
    data: dict[str, Any]
    why: dict[str, Any]
    source: Literal["bus", "station"]


class LiveNow(BaseModel):
    at: str
    station: ServicesView
    buses: list[BusView]
    alarms: list[Alarm]


class Acknowledge(BaseModel):
    note: Text | None = Field(None, max_length=2000)


class LogLine(BaseModel):
    at: str
    who: str
    what: str
    note: str | None


class Event(BaseModel):
    epoch: str
    seq: int
    at: str | None
    heard_at: str
    clock: Literal["gnss", "rtc", "none", "odd"]
    kind: str
    severity: Severity
    state: Literal["raised", "updated", "cleared"]
    occ: int
    exercise: bool
    times: int | None
    lat: float | None
    lon: float | None
    accuracy_m: int | None
    estimated: bool
    speed_kmh: float | None
    data: dict[str, Any]
    why: dict[str, Any]


class Gap(BaseModel):
    epoch: str
    first: int
    last: int


class Day(BaseModel):
    """track: rows of [s since 1970, lat, lon, km/h, heading]. odd_track: so many of them had a time
    that cannot be right, and stand where they were heard, as an event whose clock is odd does.
    gaps: all of this bus, of any day."""

    track: list[tuple[int, float, float, float | None, int | None]]
    odd_track: int
    events: list[Event]
    gaps: list[Gap]


class Quarantined(BaseModel):
    id: int
    topic: str
    payload: str
    reason: str
    times: int
    first_at: str
    last_at: str


class AccessLine(BaseModel):
    at: str
    who: str
    what: str
    fleet: str | None
    bus: str | None
    day: str | None
    note: str | None


class IdentityView(BaseModel):
    serial: str
    how: Literal["certificate", "password"]
    made_at: str
    made_by: str
    ends_at: str | None
    """Of the certificate."""
    last_seen_at: str | None
    revoked_at: str | None
    revoked_by: str | None


class BusIdentities(BaseModel):
    """plain: it says that it speaks to the broker without TLS."""

    fleet: str
    bus: str
    plain: bool
    identities: list[IdentityView]


class Enrol(BaseModel):
    """enrol: buses without a valid identity. replace: those before end at once. rotate: those
    before end when the new ones are seen."""

    buses: list[Annotated[str, Field(pattern="^[A-Za-z0-9_-]{1,32}$")]] = Field(
        min_length=1, max_length=500
    )
    why: Literal["enrol", "replace", "rotate"] = "enrol"
    how: Literal["certificate", "password"] = "certificate"


class SeatsAndDays(BaseModel):
    """For how many days the bus shall not watch these seats; 0: it shall watch them again."""

    seats: list[Annotated[int, Field(ge=1, le=64)]] = Field(min_length=1, max_length=6)
    days: int = Field(ge=0, le=7)


class WantedMode(BaseModel):
    """normal: every mode ends."""

    mode: Literal["drill", "service", "evacuation", "normal"]


class Answered(BaseModel):
    """What the bus answered."""

    message: str


class BusLook(BaseModel):
    """The bus's name, the telephone number to call about it, and its seat layout."""

    label: Text | None = Field(None, max_length=80)
    phone: str | None = Field(None, pattern=r"^[0-9+ ()-]{3,20}$")
    layout: Layout | None = None
