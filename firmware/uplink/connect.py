"""Connect: opens a connection, up to its CONNACK, by umqtt.simple. Only this part may block.

umqtt.simple is the one that is frozen into the ESP32's firmware (1.7, 1.8), or the one of the
package index (1.3.4, which has no timeout). A dialer runs it beside the tick.
"""

from micropython import const
from umqtt.simple import MQTTClient, MQTTException

_IPPROTO_TCP = const(6)
_TCP_NODELAY = const(1)
_CERT_REQUIRED = const(2)  # ssl.CERT_REQUIRED, on both Pythons

_REFUSALS = (  # MQTT 3.1.1, table 3.1
    "accepted",
    "unacceptable protocol version",
    "identifier rejected",
    "server unavailable",
    "bad user name or password",
    "not authorized",
)


class _Client(MQTTClient):
    """Gives every socket its deadline and TCP_NODELAY as soon as it exists, before TLS."""

    timeout_s = None
    _sock = None

    @property
    def sock(self):
        return self._sock

    @sock.setter
    def sock(self, sock):
        self._sock = sock
        if hasattr(
            sock, "settimeout"
        ):  # a TLS socket has none; the timeout of its TCP socket holds
            sock.settimeout(self.timeout_s)
            sock.setsockopt(_IPPROTO_TCP, _TCP_NODELAY, 1)


class Connect:
    """Blocking callable: DNS, TCP, TLS, CONNECT, CONNACK -> the socket. OSError if one fails.

    Every step has connect_timeout_s, except DNS, which has its own timeout or none: the
    caller has to be ready to abandon the call.
    """

    def __init__(self, broker, client_id, will_topic, will):
        """broker: config["broker"]; client_id: str; will_topic, will: bytes, retained, QoS 1."""
        self._broker = broker
        self._client_id = client_id.encode()
        self._will_topic = will_topic
        self._will = will

    def __call__(self):
        client = self._client()
        try:
            try:
                client.connect(False, client.timeout_s)
            except TypeError:
                if client.sock is not None:
                    raise
                client.connect(False)  # 1.3.4
            return client.sock
        except MQTTException as error:
            code = error.args[0]
            why = _REFUSALS[code] if code < len(_REFUSALS) else "code %d" % code
            reason = OSError("the broker refused: " + why)
        except (AssertionError, IndexError, TypeError):
            reason = OSError("no CONNACK came")  # umqtt.simple raises these at a torn or wrong one
        except ValueError:
            reason = OSError("broker.host is not a host name")
        except MemoryError:
            reason = OSError("no memory to connect")
        except OSError as error:
            reason = error
        if client.sock is not None:
            client.sock.close()
        raise reason

    def _client(self):
        broker = self._broker
        user = broker["user"].encode() or None
        client = _Client(
            self._client_id,
            broker["host"],
            broker["port"],
            user,
            broker["password"].encode() if user else None,
            broker["keepalive_s"],
            broker["tls"],
            _tls(broker) if broker["tls"] else {},
        )
        client.timeout_s = broker["connect_timeout_s"]
        client.set_last_will(self._will_topic, self._will, True, 1)
        return client


def _tls(broker):
    """-> arguments of ssl.wrap_socket. With broker.ca the broker has to show a certificate of
    this authority for the name broker.host. Raises OSError if the file cannot be read."""
    how = {"server_hostname": broker["host"]}
    if broker["ca"]:
        how["cert_reqs"] = _CERT_REQUIRED
        how["cadata"] = _certificate(broker["ca"])
    return how


def _certificate(path):
    """-> bytes if the file is DER, str if it is PEM: ssl goes by the type."""
    try:
        with open(path, "rb") as file:
            data = file.read()
    except OSError:
        raise OSError("broker.ca: the file %s cannot be read" % path)
    return data.decode() if data[:5] == b"-----" else data
