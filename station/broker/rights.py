"""Who may do what at the broker. Each kind of broker says this in its own words.

A bus publishes what docs/mqtt.md lets it publish, below its own branch, and hears its own commands.
Only the station publishes commands, and takes retained messages off. Whatever is not named here is
refused.
"""

from __future__ import annotations

from typing import NamedTuple

ROOT = "schoolbus"
BUS_SENDS = ("status", "state", "event", "track", "reply", "fetch")
STATION_HEARS = (f"{ROOT}/#", "homeassistant/status")
STATION_TAKES_OFF = tuple(f"{ROOT}/+/+/{name}" for name in BUS_SENDS)
"""Retained messages of boards that were revoked. What it said there in the name of a bus would have
no seal."""
STATION_SENDS = (f"{ROOT}/+/+/cmd/#", "homeassistant/#", *STATION_TAKES_OFF)
LARGEST = 65_536
"""Bytes of a message. A bus sends at most 1024, and one that is not a bus any more fills neither
memory nor disk."""
STATION = "station"
"""Its name: no bus is called like that, for theirs have a slash."""
OLD_BROKER = "old_broker"
"""The name of the broker of the buses that are not enrolled yet, which hands on what they say."""
OLD_BROKER_SENDS = tuple(f"{ROOT}/+/+/{name}" for name in BUS_SENDS)


class Known(NamedTuple):
    """A valid identity, as the register has it."""

    fleet: str
    bus: str
    serial: str
    password: dict[str, str] | None
    """Its hashes by kind of broker; None: it has a certificate."""

    @property
    def user(self) -> str:
        return f"{self.fleet}/{self.bus}"

    @property
    def sends(self) -> list[str]:
        return [f"{ROOT}/{self.user}/{name}" for name in BUS_SENDS]

    @property
    def hears(self) -> list[str]:
        return [f"{ROOT}/{self.user}/cmd/#"]


class Register(NamedTuple):
    """What the broker has to know of it. Equal: nothing to do."""

    known: tuple[Known, ...]
    revoked: tuple[str, ...]
    """Serial numbers of certificates."""


class Place(NamedTuple):
    """Where the broker is, and where its files are."""

    folder: str
    bind: str
    port: int
    station_port: int
    user: str
    """Of the computer: mosquitto gives up root's rights for those of this one."""
    certificate: str
    key: str
    passwords: bool
    """Buses have passwords instead of certificates."""
    old_broker: str | None = None
    """The name or address by which the old broker reaches this one; None: it does not."""
    ca: str | None = None
    """By which the old broker knows this one; None: by those of its computer."""
    cluster: tuple[str, ...] = ()
    """host:port of every node for the others; none: the broker has one node."""
    node: int = 0
    """Which of them this one is."""
