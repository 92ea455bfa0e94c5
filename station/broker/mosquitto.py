"""mosquitto 2: mosquitto.conf(5), its ACL file and its password file.

The user of a certificate is its whole subject, so that the identities of one bus are told apart. It
is also the client id: nobody can take the session of another. The station has a port of its own,
which only its own certificate opens, for it may name its sessions itself.
"""

from __future__ import annotations

from station.broker import rights
from station.broker.rights import Known, Place, Register

NAME = "mosquitto"
PROGRAM = "mosquitto"
CONFIG, PID = "mosquitto.conf", "mosquitto.pid"
NAMES_BUSES = "acl"
STATION_HAS_A_PORT = True

_HEAD = """\
pid_file {folder}/mosquitto.pid
user {user}
persistence true
persistence_location {folder}/store/
autosave_interval 1
autosave_on_changes true
persistent_client_expiration 60d
max_queued_messages 0
max_inflight_messages 500
set_tcp_nodelay true
allow_anonymous false
acl_file {folder}/acl
password_file {folder}/passwords
"""

_LISTENER = """
# {whose}
listener {port} {bind}
certfile {certificate}
keyfile {key}
tls_version tlsv1.2
"""
_CERTIFICATES = """\
cafile {folder}/{ca}
require_certificate true
use_subject_as_username true
"""


def files(place: Place, register: Register, station_password: str) -> dict[str, str]:
    """Name -> content, besides certificates and keys."""
    buses = _LISTENER.format(**place._asdict(), whose="The buses")
    if not place.passwords:
        buses += _CERTIFICATES.format(folder=place.folder, ca="authority.crt")
        buses += f"crlfile {place.folder}/revoked.crl\n"
    buses += "use_username_as_clientid true\n"
    at = {**place._asdict(), "port": place.station_port}
    station = _LISTENER.format(**at, whose="The station")
    station += _CERTIFICATES.format(folder=place.folder, ca="station.crt")
    return {
        CONFIG: _HEAD.format(**place._asdict()) + buses + station,
        "acl": _acl(register),
        "passwords": "".join(map(_password, register.known)),
    }


def _acl(register: Register) -> str:
    lines = [f"user CN={rights.STATION}"]
    lines += [f"topic read {topic}" for topic in rights.STATION_HEARS]
    lines += [f"topic write {topic}" for topic in rights.STATION_SENDS]
    for one in register.known:
        lines += ["", f"user {_user(one)}"]
        lines += [f"topic write {topic}" for topic in one.sends]
        lines += [f"topic read {topic}" for topic in one.hears]
    return "\n".join(lines) + "\n"


def _user(one: Known) -> str:
    """A subject as RFC 2253 writes it: the last part first."""
    return f"serialNumber={one.serial},CN={one.user}" if one.password is None else one.user


def _password(one: Known) -> str:
    return "" if one.password is None else f"{one.user}:{one.password['mosquitto']}\n"
