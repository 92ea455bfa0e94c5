"""What an operator may set: on the command line, or as STATION_<NAME> in the environment.

Passwords belong in the environment (STATION_DB, STATION_BROKER_PASSWORD): every user of a computer
can read the command lines on it.
"""

from __future__ import annotations

import difflib
import re
import ssl
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from station.addresses import networks
from station.db.address import database_url
from station.notices import routes
from station.notices.routes import Route
from station.validation import sentence


class SettingsError(ValueError):
    """A whole sentence that names the setting and what it may be."""


class Address(NamedTuple):
    host: str
    port: int
    tls: bool = False
    more: tuple[Address, ...] = ()
    """Other nodes of the same broker."""

    def __str__(self) -> str:
        return ",".join(f"{one.host}:{one.port}" for one in (self, *self.more))


def _address(given: Any, example: str = "127.0.0.1:8080") -> Any:
    """ "127.0.0.1:8080" -> Address. ValueError."""
    if not isinstance(given, str):
        return Address(*given)
    host, _, port = given.rpartition(":")
    if not host or not port.isdecimal() or not 0 <= int(port) < 65536:
        raise ValueError(f"{given!r} is not host:port, such as {example}")
    return Address(host.strip("[]"), int(port))


def _broker(given: Any) -> Any:
    """ "host:port", mqtt://host or mqtts://host:port -> Address; of the nodes of a cluster, with
    commas between them. ValueError."""
    if not isinstance(given, str):
        return Address(*given)
    first, *more = (_one_broker(part.strip()) for part in given.split(","))
    if any(one.tls != first.tls for one in more):
        raise ValueError("either all addresses begin with mqtts://, or none does")
    return first._replace(more=tuple(more))


def _one_broker(given: str) -> Address:
    scheme, _, rest = given.rpartition("://")
    if scheme not in ("", "mqtt", "mqtts"):
        raise ValueError(f"{scheme}:// is neither mqtt:// nor mqtts://")
    if "@" in rest:
        raise ValueError(
            "name and password belong in STATION_BROKER_USER and STATION_BROKER_PASSWORD"
        )
    rest = rest.rstrip("/")
    if scheme and not re.search(r":\d+$", rest):
        rest += ":8883" if scheme == "mqtts" else ":1883"
    return _address(rest, "127.0.0.1:1883")._replace(tls=scheme == "mqtts")


def _certificates(path: str) -> str:
    try:
        ssl.create_default_context(cafile=path)
    except ssl.SSLError as error:
        raise ValueError(f"{path} holds no certificate in PEM") from error
    except OSError as error:
        raise ValueError(f"{path} cannot be read: {error.strerror}") from error
    return path


def _readable(path: str) -> str:
    try:
        Path(path).read_bytes()
    except OSError as error:
        raise ValueError(f"{path} cannot be read: {error.strerror}") from error
    return path


def _tiles(text: str) -> str:
    if "://" not in text and not Path(text).is_file():
        raise ValueError(f"{text} is no file here, and no http://... or https://...")
    return text


def _http(text: str) -> str:
    if not re.match("https?://[^/]", text):
        raise ValueError("this has to be http://... or https://...")
    if "@" in text:
        raise ValueError("an address is shown to operators: no name and password belong in it")
    return text


def _names(given: Any) -> Any:
    if not isinstance(given, str):
        return given
    return [name.strip() for name in given.split(",") if name.strip()]


def _release_keys(text: str) -> str:
    if not re.fullmatch("[0-9a-f]{64}(,[0-9a-f]{64})?", text):
        raise ValueError("this has to be the public release key: 64 hexadecimal digits")
    return text


def _routes(given: Any) -> Any:
    """The path of notices.json -> the routes in it. ValueError."""
    if given == "":
        return []
    try:
        return routes.load(Path(given)) if isinstance(given, str) else given
    except OSError as error:
        raise ValueError(f"{given} cannot be read: {error.strerror}") from error


def _proxies(given: Any) -> Any:
    return networks(given) if isinstance(given, str) else given


def _root_path(text: str) -> str:
    if not re.fullmatch(r"(/[A-Za-z0-9._~-]+)*", text):
        raise ValueError(f"{text!r} is not a path such as /busguard")
    return text


def _database(text: str) -> str:
    database_url(text)
    return text


def _whole(default: int, low: int, high: int) -> Any:
    return Field(default, ge=low, le=high, description=f"a whole number from {low} to {high}")


def _switch() -> Any:
    return Field(False, description="0 or 1 (also: true or false, yes or no)")


class Settings(BaseSettings):
    model_config = SettingsConfigDict(
        env_prefix="STATION_", extra="forbid", frozen=True, hide_input_in_errors=True
    )

    broker: Annotated[Address, NoDecode, BeforeValidator(_broker)] = Address("127.0.0.1", 1883)
    broker_user: str | None = None
    broker_password: str | None = Field(default=None, repr=False)
    broker_ca: Annotated[str, AfterValidator(_certificates)] | None = None
    """A file of certificates (PEM) that may vouch for the broker, instead of this computer's."""
    broker_cert: Annotated[str, AfterValidator(_certificates)] | None = None
    """The station's own certificate (PEM), for a broker that asks for one, and its key:"""
    broker_key: Annotated[str, AfterValidator(_readable)] | None = None
    client_id: str = "busguard-station"
    keys: str | None = None
    """The folder that `python -m station keys` made: the city's key, the fleet's authority."""
    city_key: str | None = Field(default=None, repr=False)
    """The city's private key itself (Ed25519, PKCS #8 in PEM), in place of the one in `keys`."""
    release_key: Annotated[str, AfterValidator(_release_keys)] | None = None
    """The public key of releases (hex; two with a comma between them), in place of `release.pub` in
    `keys`. The private one stays where releases are made."""
    accept_unsealed: bool = _switch()
    """Buses that were never heard with an identity may speak without a seal."""
    db: Annotated[str, AfterValidator(_database)] = Field(default="station.db", repr=False)
    http: Annotated[Address, NoDecode, BeforeValidator(_address)] = Address("127.0.0.1", 8080)
    proxies: Annotated[list[str], NoDecode, BeforeValidator(_proxies)] = []
    """Addresses or networks of the proxies in front, with commas between them. Only these are
    believed when they say who asks (X-Forwarded-For) and by https or not (X-Forwarded-Proto)."""
    secure_cookie: bool = _switch()
    """The page is reached by https (a proxy in front): browsers send the cookie only that way."""
    admins_need_code: bool = _switch()
    """An administrator can administrate nothing before he has a second factor."""
    tiles: Annotated[str, AfterValidator(_tiles)] | None = None
    tiles_credit: str | None = None
    """Whose map the streets are: shown in the corner of the map."""
    notices: Annotated[list[Route], NoDecode, BeforeValidator(_routes)] = []
    """Given as a file: who is told of what (station/notices/routes.py)."""
    feed_token: str | None = Field(default=None, repr=False)
    """Lets another system read the feeds without a session (station/api/feeds.py)."""
    home_assistant: bool = _switch()
    """The station announces the buses to Home Assistant (station/feeds/home_assistant/)."""
    dark_after_s: int = _whole(120, 10, 3600)
    """A bus that is so long past its promise is dark."""
    will_after_s: int = _whole(20, 1, 3600)
    """So is a bus whose last will came so long ago, if it has not come back."""
    escalate_min: int = _whole(5, 1, 1440)
    late_s: int = _whole(120, 10, 86_400)
    """An alarm that was heard so long after it was raised is late."""
    keep_tracks_days: int = _whole(90, 1, 3650)
    keep_rides_days: int = _whole(90, 1, 3650)
    """Who sat where when, on ordinary days (station/db/expiry.py)."""
    keep_events_days: int = _whole(400, 1, 3650)
    """Other events that are no alarm."""
    session_hours: int = _whole(12, 1, 720)
    batch: int = _whole(1000, 1, 10_000)
    """Messages that are committed together at most."""
    root_path: Annotated[str, BeforeValidator(lambda text: text.rstrip("/")),
                         AfterValidator(_root_path)] = ""  # fmt: skip
    """The path below which a proxy shows the station, such as /busguard: the cookies' path."""
    log: Literal["text", "json"] = Field(default="text", description="text or json")
    """json: one object a line, for a program that gathers logs (station/log_lines.py)."""
    backups: str | None = None
    """The folder into which `backup` writes, and whose age `doctor` looks at."""
    ngsi_ld: Annotated[str, AfterValidator(_http)] | None = None
    """A context broker to which buses and alarms are sent as NGSI-LD (station/feeds/forward/)."""
    ngsi_ld_tenant: str | None = None
    ngsi_ld_token: str | None = Field(default=None, repr=False)
    """Sent to the context broker as a Bearer."""
    traccar: Annotated[str, AfterValidator(_http)] | None = None
    """Traccar's port for the OsmAnd protocol, to which positions are sent."""
    forward_fleets: Annotated[list[str], NoDecode, BeforeValidator(_names)] = []
    """Fleets that are sent to these two, with commas between them; empty: all."""
    notice_limit_s: int = _whole(300, 30, 86_400)
    """Notices do not work if one waits longer than this to be sent."""
    notice_heartbeat: Annotated[str, AfterValidator(_http)] | None = Field(default=None, repr=False)
    """An address on the web that is asked every minute while notices work: it raises the alarm when
    nothing asks any more."""
    role: Literal["all", "page"] = "all"
    """page: a process that takes no records and shows pages, beside one that does
    (docs/standby.md)."""

    @model_validator(mode="after")
    def _certificate_and_key(self) -> Settings:
        if self.broker_cert is None and self.broker_key is None:
            return self
        if self.broker_cert is None or self.broker_key is None:
            raise ValueError("broker_cert and broker_key belong together: give both or neither")
        try:
            ssl.create_default_context().load_cert_chain(self.broker_cert, self.broker_key)
        except ssl.SSLError as error:
            raise ValueError("broker_key is not the key of broker_cert") from error
        return self

    @property
    def broker_tls(self) -> bool:
        """Then the station speaks only to a broker that can prove its name."""
        return self.broker.tls or self.broker_ca is not None or self.broker_cert is not None


def load(given: dict[str, str | None]) -> Settings:
    """`given` counts before the environment, and the environment before the defaults.
    SettingsError."""
    values: dict[str, Any] = {name: text for name, text in given.items() if text is not None}
    try:
        return Settings(**values)
    except ValidationError as error:
        raise SettingsError(sentence(error, Settings)) from None  # its cause repeats values


def not_known(environment: Iterable[str]) -> list[str]:
    """A sentence for each variable that looks like a setting, and is none."""
    prefix = "STATION_"
    known = [prefix + name.upper() for name in Settings.model_fields]
    strange = [name for name in environment if name.upper().startswith(prefix)]
    return [
        f"warning: {name} is no setting; the nearest one is {nearest}"
        for name in sorted(strange)
        if name.upper() not in known
        for nearest in difflib.get_close_matches(name.upper(), known, n=1, cutoff=0)
    ]
