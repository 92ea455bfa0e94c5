"""mosquitto 2: mosquitto.conf(5), its ACL file and its password file.

The user of a certificate is its whole subject, so that the identities of one bus are told apart. It
is also the client id: nobody can take the session of another. The station has a port of its own,
which only its own certificate opens, for it may name its sessions itself.

While a fleet moves here from an old broker, that one hands on what its buses say (a bridge), and
nothing goes back. Nothing of it is retained here: a state that the old broker keeps of a bus would
take the place of the sealed one. A plain listener here would let anybody take a session: mosquitto
has one list of client ids for all listeners.

The store is written each second, as a whole. autosave_on_changes would write it at each message:
2,700 messages that wait for the station then hold the broker to 100 messages a second.
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
max_packet_size {largest}
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

_BRIDGE = """\
# Put this at the end of the configuration of the old broker (mosquitto), and start that one again.
max_queued_messages 0
max_inflight_messages 0
connection busguard
address {old_broker}:{station_port}
bridge_certfile {folder}/old_broker.crt
bridge_keyfile {folder}/old_broker.key
{trust}
bridge_protocol_version mqttv311
cleansession false
notifications false
bridge_outgoing_retain false
restart_timeout 1 10
{topics}
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
    station += _CERTIFICATES.format(folder=place.folder, ca="own.crt")
    bridge = {"old_broker.conf": _bridge(place)} if place.old_broker else {}
    return {
        **bridge,
        CONFIG: _HEAD.format(**place._asdict(), largest=rights.LARGEST) + buses + station,
        "acl": _acl(register, place.old_broker is not None),
        "passwords": "".join(map(_password, register.known)),
    }


def _bridge(place: Place) -> str:
    trust = f"bridge_cafile {place.ca}" if place.ca else "bridge_capath /etc/ssl/certs"
    topics = "\n".join(f"topic {topic} out 1" for topic in rights.OLD_BROKER_SENDS)
    return _BRIDGE.format(**place._asdict(), trust=trust, topics=topics)


def _acl(register: Register, has_old_broker: bool) -> str:
    lines = [f"user CN={rights.STATION}"]
    lines += [f"topic read {topic}" for topic in rights.STATION_HEARS]
    lines += [f"topic write {topic}" for topic in rights.STATION_SENDS]
    if has_old_broker:
        lines += ["", f"user CN={rights.OLD_BROKER}"]
        lines += [f"topic write {topic}" for topic in rights.OLD_BROKER_SENDS]
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
