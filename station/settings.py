"""What an operator may set: on the command line, or as STATION_<NAME> in the environment.

The environment is the place for what holds a password (STATION_DB, STATION_BROKER_PASSWORD):
a command line can be read by everybody on the computer.
"""

from __future__ import annotations

import os
import re
import ssl
from dataclasses import dataclass, field, fields
from pathlib import Path
from urllib.parse import urlsplit

from station.notices import routes
from station.notices.routes import Route


class SettingsError(ValueError):
    """A whole sentence that names the setting and what it may be."""


@dataclass
class Settings:
    broker: tuple[str, int] = ("127.0.0.1", 1883)
    broker_user: str | None = None
    broker_password: str | None = field(default=None, repr=False)
    broker_tls: bool = False
    """mqtts://: only a broker that can prove its name is spoken to."""
    broker_ca: str | None = None
    """A file of certificates (PEM) that may vouch for it, instead of this computer's own."""
    client_id: str = "busguard-station"
    db: str = field(default="station.db", repr=False)
    http: tuple[str, int] = ("127.0.0.1", 8080)
    secure_cookie: bool = False
    """The page is reached by https (a proxy in front): cookies never go another way."""
    tiles: str | None = None
    tiles_credit: str | None = None
    """Whose map the streets are, as the map's corner says it."""
    notices: str | None = None
    """A file: who is told of what (station/notices/routes.py)."""
    feed_token: str | None = None
    """Lets another system read the feeds without a session (station/api/feeds.py)."""
    home_assistant: bool = False
    """Home Assistant finds the buses by itself (station/feeds/home_assistant.py)."""
    routes: list[Route] = field(default_factory=list)
    """Read from `notices`."""
    dark_after_s: int = 120
    """A bus so long past its promise is dark."""
    will_after_s: int = 20
    """... or so long after its last will, if it has not come back."""
    escalate_min: int = 5
    late_s: int = 120
    """An alarm that was heard so long after it was raised is late."""
    keep_tracks_days: int = 90
    session_hours: int = 12
    batch: int = 1000
    """Messages that are committed together at most."""


_RANGES = {
    "dark_after_s": (10, 3600),
    "will_after_s": (1, 3600),
    "escalate_min": (1, 1440),
    "late_s": (10, 86_400),
    "keep_tracks_days": (1, 3650),
    "session_hours": (1, 720),
    "batch": (1, 10_000),
}


def address(name: str, text: str) -> tuple[str, int]:
    """ "127.0.0.1:1883" -> its parts. SettingsError."""
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal() or not 0 <= int(port) < 65536:
        raise SettingsError(f"{name}: {text!r} is not host:port, such as 127.0.0.1:1883")
    return host.strip("[]"), int(port)


def _broker(text: str) -> tuple[tuple[str, int], bool]:
    """ "host:port", or mqtt://host, or mqtts://host:port -> (address, whether in TLS)."""
    scheme, _, rest = text.rpartition("://")
    if scheme not in ("", "mqtt", "mqtts"):
        raise SettingsError(f"broker: {scheme}:// is neither mqtt:// nor mqtts://")
    if "@" in rest:
        raise SettingsError(
            "broker: name and password belong in STATION_BROKER_USER and STATION_BROKER_PASSWORD"
        )
    rest = rest.rstrip("/")
    if scheme and not re.search(r":\d+$", rest):
        rest += ":8883" if scheme == "mqtts" else ":1883"
    return address("broker", rest), scheme == "mqtts"


def load(given: dict[str, str | None]) -> Settings:
    """`given` counts before the environment, and that before the defaults. SettingsError."""
    settings = Settings()
    for one in fields(Settings):
        text = given.get(one.name)
        if text is None:
            text = os.environ.get("STATION_" + one.name.upper())
        if text is not None and one.name == "broker":
            settings.broker, settings.broker_tls = _broker(text)
        elif text is not None and one.name not in ("routes", "broker_tls"):
            setattr(settings, one.name, _value(one.name, text))
    settings.broker_tls = settings.broker_tls or settings.broker_ca is not None
    if settings.notices:
        settings.routes = _routes(Path(settings.notices))
    database_url(settings.db)
    return settings


def _value(name: str, text: str):
    if name == "http":
        return address(name, text)
    if name in ("secure_cookie", "home_assistant"):
        if text not in ("0", "1"):
            raise SettingsError(f"{name}: {text!r} is neither 0 nor 1")
        return text == "1"
    if name == "broker_ca":
        _check_certificates(text)
    if name == "tiles" and "://" not in text and not Path(text).is_file():
        raise SettingsError(f"tiles: {text} is no file here, and no http://... or https://...")
    if name not in _RANGES:
        return text
    low, high = _RANGES[name]
    if not text.isdecimal() or not low <= int(text) <= high:
        raise SettingsError(f"{name}: {text!r} is not a whole number from {low} to {high}")
    return int(text)


def _check_certificates(path: str) -> None:
    try:
        ssl.create_default_context(cafile=path)
    except ssl.SSLError as error:
        raise SettingsError(f"broker_ca: {path} holds no certificate in PEM") from error
    except OSError as error:
        raise SettingsError(f"broker_ca: {path} cannot be read: {error.strerror}") from error


def _routes(path: Path) -> list[Route]:
    try:
        return routes.load(path)
    except OSError as error:
        raise SettingsError(f"notices: {path} cannot be read: {error.strerror}") from error
    except routes.RouteError as error:
        raise SettingsError(f"notices: {error}") from error


def database_url(text: str) -> str:
    """A file, or postgresql://user:password@host/name -> what SQLAlchemy takes. SettingsError."""
    scheme = urlsplit(text).scheme
    if scheme in ("postgresql", "postgres"):
        return "postgresql+asyncpg" + text[len(scheme) :]
    if scheme == "sqlite":
        text = text.removeprefix("sqlite:///")
    elif scheme and "://" in text:
        raise SettingsError(f"db: {scheme}:// is neither a file nor postgresql://")
    folder = Path(text).absolute().parent
    if not folder.is_dir():
        raise SettingsError(f"db: there is no folder {folder}")
    return f"sqlite+aiosqlite:///{text}"


def without_password(url: str) -> str:
    """For people and logs."""
    parts = urlsplit(url)
    if not parts.hostname:
        return url
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{parts.hostname}{port}{parts.path}"
