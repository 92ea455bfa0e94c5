"""Connect: opens a connection, up to its CONNACK, by umqtt.simple. Only this part may block.

umqtt.simple is the one that is frozen into the ESP32's firmware (1.7, 1.8), or the one of the
package index (1.3.4, which has no timeout). A dialer runs it beside the tick.
"""

from micropython import const
from umqtt.simple import MQTTClient, MQTTException

from firmware.clock import iso
from firmware.uplink import tls

_IPPROTO_TCP = const(6)
_TCP_NODELAY = const(1)
_RESERVED = const(0xFE)  # bits of the acknowledge flags [MQTT 3.2.2.1]
_PORT = const(1883)
_PORT_TLS = const(8883)
# Numbers of Linux, and of lwIP on the ESP32.
_NO_NAME = (-2, -3, -4, -5, -202)  # EAI_NONAME, EAI_AGAIN, EAI_FAIL, EAI_NODATA; EAI_FAIL of lwIP
_REFUSES = const(111)  # ECONNREFUSED
_NO_WAY = (101, 113, 118)  # ENETUNREACH, EHOSTUNREACH on both
_TIME_OUT = (110, 116)  # ETIMEDOUT

_REFUSALS = (  # MQTT 3.1.1, table 3.1
    "accepted",
    "unacceptable protocol version",
    "identifier rejected",
    "server unavailable",
    "bad user name or password",
    "not authorized",
)


class _Socket:
    """A socket that sends the many small writes of a CONNECT as one, and keeps what it reads."""

    def __init__(self, raw):
        self.raw = raw
        self.answer = b""
        self._packet = b""

    def __getattr__(self, name):
        return getattr(self.raw, name)

    def write(self, data, size=None):
        self._packet += data if size is None else data[:size]

    def read(self, size):
        self.raw.write(self._packet)
        self._packet = b""
        self.answer = self.raw.read(size)
        return self.answer


class _Client(MQTTClient):
    """Gives every socket its deadline and TCP_NODELAY as soon as it exists, before TLS."""

    timeout_s = None
    is_tls = False
    is_below_tls = False  # the handshake is not over
    _sock = None

    @property
    def sock(self):
        return self._sock

    @sock.setter
    def sock(self, sock):
        if hasattr(sock, "settimeout"):  # TLS has none; that of its TCP socket holds
            sock.settimeout(self.timeout_s)
            sock.setsockopt(_IPPROTO_TCP, _TCP_NODELAY, 1)
        self.is_below_tls = self.is_tls and self._sock is None  # ssl wraps only a real one
        self._sock = sock if sock is None or self.is_below_tls else _Socket(sock)


def no_clock(now_ms):
    """In place of Earliest.utc_ms, where no clock is."""
    return 0


class Connect:
    """Blocking callable: DNS, TCP, TLS, CONNECT, CONNACK -> the socket. OSError with a sentence if
    one fails.

    Every step has connect_timeout_s, except DNS, which has its own timeout or none: the
    caller has to be ready to abandon the call.
    """

    def __init__(self, broker, client_id, will_topic, will, identity=None, utc_ms=no_clock):
        """broker: config["broker"]; client_id: str; will_topic, will: bytes, retained, QoS 1.
        identity: Identity, with what the broker wants and what it has to show; or None.
        utc_ms(now_ms): int, the time that TLS goes by. now_ms: set it before a call.
        """
        self._broker = broker
        self._client_id = client_id.encode()
        self._will_topic = will_topic
        self._will = will
        self._identity = identity
        self._utc_ms = utc_ms
        self.now_ms = 0

    def __call__(self):
        client = self._client()
        try:
            try:
                client.connect(False, client.timeout_s)
            except TypeError:
                if client.sock is not None:
                    raise
                client.connect(False)  # 1.3.4
            if not client.sock.answer[2] & _RESERVED:
                return client.sock.raw
            reason = OSError("CONNACK with reserved bits [MQTT 3.2.2.1]")
        except MQTTException as error:
            code = error.args[0]
            why = _REFUSALS[code] if code < len(_REFUSALS) else "code %d" % code
            reason = OSError("the broker refused: " + why)
        except (AssertionError, IndexError, TypeError):
            reason = OSError("no CONNACK came")  # umqtt.simple raises these at a torn or wrong one
        except UnicodeError:
            reason = OSError("broker.host is not a host name")
        except ValueError as error:  # MicroPython raises it for a certificate
            today = iso(self._utc_ms(self.now_ms))[:10]
            reason = OSError(tls.refused_certificate(error, self._broker["host"], today))
        except MemoryError:
            reason = OSError("no memory to connect")
        except OSError as error:
            reason = self._reason(error, client)
        if client.sock is not None:
            client.sock.close()
        raise reason

    def _reason(self, error, client):
        """-> OSError: in whole sentences, the same on both Pythons, what can be mended."""
        host, port = self._broker["host"], port_of(self._broker)
        if client.is_below_tls:
            text = tls.broken_handshake(error, client.sock, port)
            if text is not None:
                return OSError(text)
        number = error.args[0] if error.args else 0
        if number in _NO_NAME or "addrinfo" in str(number):  # the VM's has no number
            return OSError("The network does not know the name %s." % host)
        if number == _REFUSES:
            return OSError("Nothing listens on port %d of %s." % (port, host))
        if number in _NO_WAY:
            return OSError("There is no way to %s." % host)
        if number in _TIME_OUT:
            return OSError("%s does not answer in time." % host)
        return error

    def _client(self):
        broker, identity = self._broker, self._identity
        is_tls = broker["tls"]
        ssl_params = tls.arguments(broker["host"], identity) if is_tls else {}
        user = password = None
        if identity is not None and identity.password:
            user, password = identity.user.encode(), identity.password.encode()
        client = _Client(
            self._client_id,
            broker["host"],
            port_of(broker),
            user,
            password,
            broker["keepalive_s"],
            is_tls,
            ssl_params,
        )
        client.timeout_s = broker["connect_timeout_s"]
        client.is_tls = is_tls
        client.set_last_will(self._will_topic, self._will, True, 1)
        return client


def port_of(broker):
    """broker: config["broker"] -> int."""
    return broker["port"] or (_PORT_TLS if broker["tls"] else _PORT)
