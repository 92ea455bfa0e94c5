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
server_name: {name}
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
{cluster}mqtt {{
  host: {bind}
  port: {port}
{replicas}  tls {{
    cert_file: {certificate}
    key_file: {key}
    min_version: "1.2"
{clients}  }}
}}
"""

_CLUSTER = """\
cluster {{
  name: busguard
  listen: {listen}
  authorization {{ user: route, password: {secret} }}
  tls {{ cert_file: {certificate}, key_file: {key}, ca_file: {ca} }}
  routes: {routes}
}}
"""
_REPLICAS = """\
  stream_replicas: {nodes}
  consumer_replicas: {nodes}
"""
_MOST_REPLICAS = 3


def files(place: Place, register: Register, station_password: str,
          route_password: str = "") -> dict[str, str]:  # fmt: skip
    """Name -> content, besides certificates and keys. station_password: a hash; "": it has a
    certificate. route_password: of the nodes among each other."""
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
        name=f"busguard-{place.node + 1}" if place.cluster else "busguard",
        cluster=_cluster(place, route_password) if place.cluster else "",
        replicas=_REPLICAS.format(nodes=min(len(place.cluster), _MOST_REPLICAS))
        if place.cluster else "",
        pid=_quoted(f"{place.folder}/{PID}"), largest=rights.LARGEST,
        store=_quoted(place.folder + "/store"),
        users="\n".join(users), bind=_quoted(place.bind), port=place.port,
        certificate=_quoted(place.certificate), key=_quoted(place.key), clients=clients,
    )  # fmt: skip
    return {CONFIG: text}


def _cluster(place: Place, password: str) -> str:
    """A bus has a certificate of the same authority: only the password makes a node."""
    _, _, port = place.cluster[place.node].rpartition(":")
    routes = [f"nats-route://route:{password}@{one}" for one in place.cluster]
    return _CLUSTER.format(
        listen=_quoted(f"{place.bind}:{port}"), secret=_quoted(password),
        certificate=_quoted(place.folder + "/node.crt"), key=_quoted(place.folder + "/node.key"),
        ca=_quoted(place.folder + "/authority.crt"), routes=json.dumps(routes),
    )  # fmt: skip


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
