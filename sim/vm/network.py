"""`network`: the station of the ESP32's WiFi, and PPP over a serial port.

What they do by themselves (associate, negotiate) happens in the simulator: sim/wires/wlan.py and
sim/wires/ppp.py. Sockets are the computer's own: they work whatever the radio says, as long as the
simulator lets bytes through. Sources: MicroPython docs, network.WLAN and network.PPP;
ports/esp32/network_wlan.c, network_common.c (texts of the errors) and network_ppp.c.
"""

import _ops
import _wire

STA_IF = 0
AP_IF = 1
STAT_IDLE = 1000
STAT_CONNECTING = 1001
STAT_GOT_IP = 1010
STAT_BEACON_TIMEOUT = 200
STAT_NO_AP_FOUND = 201
STAT_WRONG_PASSWORD = 202
STAT_ASSOC_FAIL = 203
STAT_HANDSHAKE_TIMEOUT = 204


def _wlan(op, argument=0, data=None):
    """OSError with the port's sentence: what the WiFi refuses."""
    try:
        return _wire.ask(_ops.WLAN, op, argument, data)
    except OSError as error:
        raise OSError(_ops.WIFI_ERRORS[-error.args[0]]) from None


class WLAN:
    IF_STA = 0
    IF_AP = 1
    PM_NONE = 0
    PM_PERFORMANCE = 1
    PM_POWERSAVE = 2

    def __init__(self, interface=STA_IF):
        if interface != STA_IF:
            raise ValueError("only the station is simulated")

    def active(self, on=None):
        return _wlan(_ops.WLAN_ACTIVE, -1 if on is None else 1 if on else 0) == 1

    def config(self, *names, **settings):
        if names and settings:
            raise TypeError("either pos or kw args are allowed")
        for name, value in settings.items():
            if name in ("hostname", "dhcp_hostname"):
                continue
            if name not in _ops.WLAN_SETTINGS:
                raise ValueError("unknown config param")
            _wlan(_ops.WLAN_CONFIG, value, name.encode())
        if settings:
            return None
        if len(names) != 1:
            raise TypeError("can query only one param")
        if names[0] != "mac":
            raise ValueError("unknown config param")
        return b"\x24\x0a\xc4\x00\x00\x01"

    def connect(self, ssid=None, key=None, *, bssid=None):
        """OSError: "Wifi Not Started" before active(True), "... State Error" while it tries."""
        _wlan(_ops.WLAN_CONNECT, 0, (ssid or "").encode() + b"\x00" + (key or "").encode())

    def disconnect(self):
        _wlan(_ops.WLAN_DISCONNECT)

    def isconnected(self):
        return self.status() == STAT_GOT_IP

    def status(self, what=None):
        if what is None:
            return _wlan(_ops.WLAN_STATUS)
        if what != "rssi":
            raise ValueError("unknown status param")
        return _wlan(_ops.WLAN_RSSI) - 256

    def ifconfig(self):
        address = "127.0.0.1" if self.isconnected() else "0.0.0.0"
        return (address, "255.0.0.0", "0.0.0.0", "0.0.0.0")

    def ipconfig(self, what):
        return self.ifconfig()[:2] if what == "addr4" else None


class PPP:
    """One link; the stream has to be a machine.UART, whose bytes it takes while it lives."""

    SEC_NONE = AUTH_NONE = 0
    SEC_PAP = AUTH_PAP = 0xC023
    SEC_CHAP = AUTH_CHAP = 0xC223

    def __init__(self, stream):
        if not hasattr(stream, "ioctl"):
            raise OSError("stream operation not supported")
        self._stream = stream
        self._port = None  # until connect() attaches it

    def connect(self, *, security=SEC_NONE, user=None, key=None):
        """OSError(EALREADY) while it connects or is connected."""
        if self._port is None:
            self._stream.irq(self.poll, self._stream.IRQ_RXIDLE)
            self._port = self._stream._id
            _wire.ask(_ops.PPP, self._port, _ops.PPP_OPEN)
        if self.status() > 2:
            raise OSError(120)  # EALREADY in newlib, whose errno.h the ESP32 port takes
        if security not in (PPP.SEC_NONE, PPP.SEC_PAP, PPP.SEC_CHAP):
            raise ValueError("invalid auth")
        names = b""
        if security != PPP.SEC_NONE:
            if not isinstance(user, str) or not isinstance(key, str):
                raise TypeError("can't convert to str implicitly")
            names = user.encode() + b"\x00" + key.encode()
        _wire.ask(_ops.PPP, self._port, _ops.PPP_CONNECT | security << 8, names)

    def disconnect(self):
        if self._port is not None:
            _wire.ask(_ops.PPP, self._port, _ops.PPP_DISCONNECT)

    def isconnected(self):
        return self.status() == 4

    def status(self):
        """0 inactive, 1 active, 3 connecting, 4 connected; below 0: minus lwIP's PPPERR_..."""
        if self._port is None:
            return 0
        status = _wire.ask(_ops.PPP, self._port, _ops.PPP_STATUS)
        return status if status < 128 else status - 256

    def poll(self):
        """The port's interrupt calls it there; here the simulator does it."""
        return 0

    def config(self, name=None, *, stream=None):
        if stream is not None or name != "stream":
            raise ValueError("unknown config param")
        return self._stream

    def ipconfig(self, what):
        if self.status() == 0:
            raise ValueError("PPP not active")
        if what == "addr4":
            return ("127.0.0.1" if self.isconnected() else "0.0.0.0", "255.255.255.255")
        if what == "gw4":
            return "0.0.0.0"
        raise ValueError("unexpected key")


def hostname(name=None):
    return "busguard"
