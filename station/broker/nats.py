"""nats-server 2: users with permissions, by the subjects of their certificates or by passwords.

It binds no client id to a user: those of the buses have a secret part. A user that is no longer
named here is disconnected at the reload, and cannot connect again. Its own protocol, beside MQTT,
stays on this computer and lets nobody in.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from station.broker import rights
from station.broker.rights import Known, Place, Register

NAME = "nats"
PROGRAM = "nats-server"
CONFIG, PID = "nats.conf", "nats.pid"
NAMES_BUSES = CONFIG
STATION_HAS_A_PORT = False

_CONFIG = """\
server_name: busguard
host: 127.0.0.1
port: -1
pid_file: {pid}
max_payload: {largest}
jetstream {{ store_dir: {store}, sync_interval: "1s" }}
authorization {{
  users = [
{users}
  ]
}}
mqtt {{
  host: {bind}
  port: {port}
  tls {{
    cert_file: {certificate}
    key_file: {key}
    min_version: "1.2"
{clients}  }}
}}
"""


def files(place: Place, register: Register, station_password: str) -> dict[str, str]:
    """Name -> content, besides certificates and keys. station_password: a hash; "": it has a
    certificate."""
    users = [_user(f"CN={rights.STATION}" if not place.passwords else rights.STATION,
                   station_password, rights.STATION_SENDS, rights.STATION_HEARS)]  # fmt: skip
    for one in register.known:
        password = "" if one.password is None else one.password["nats"]
        users.append(_user(_name(one), password, one.sends, one.hears))
    clients = ""
    if not place.passwords:
        clients = f"    ca_file: {_quoted(place.folder + '/clients.crt')}\n"
        clients += "    verify_and_map: true\n"
    text = _CONFIG.format(
        pid=_quoted(f"{place.folder}/{PID}"), largest=rights.LARGEST,
        store=_quoted(place.folder + "/store"),
        users="\n".join(users), bind=_quoted(place.bind), port=place.port,
        certificate=_quoted(place.certificate), key=_quoted(place.key), clients=clients,
    )  # fmt: skip
    return {CONFIG: text}


def _name(one: Known) -> str:
    return f"CN={one.user},SERIALNUMBER={one.serial}" if one.password is None else one.user


def _user(name: str, password: str, sends: Iterable[str], hears: Iterable[str]) -> str:
    secret = f", password: {_quoted(password)}" if password else ""
    return (
        f"    {{ user: {_quoted(name)}{secret}, allowed_connection_types: [MQTT], permissions: {{ "
        f"publish: {{ allow: {_subjects(sends)} }}, "
        f"subscribe: {{ allow: {_subjects(hears)} }} }} }}"
    )


def _subjects(topics: Iterable[str]) -> str:
    """Topics of MQTT as subjects of NATS, where a/# leaves out a itself."""
    subjects = []
    for topic in topics:
        subject = topic.replace("/", ".").replace("+", "*").replace("#", ">")
        subjects.append(subject)
        if subject.endswith(".>"):
            subjects.append(subject.removesuffix(".>"))
    return json.dumps(subjects)


def _quoted(text: str) -> str:
    return json.dumps(text)
