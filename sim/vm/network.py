"""`network`: the station of the ESP32's WiFi, over the simulator's air.

Sockets are the computer's own: they work whatever the radio says, as long as the simulator
lets bytes through. Source: MicroPython docs, network.WLAN; ports/esp32/network_wlan.c.
"""

import _ops
import _wire

STA_IF = 0
AP_IF = 1
STAT_IDLE = 1000
STAT_CONNECTING = 1001
STAT_GOT_IP = 1010

_ACTIVE = 0
_CONNECT = 1
_CONNECTED = 2
_RSSI = 3


class WLAN:
    IF_STA = 0
    IF_AP = 1
    PM_NONE = 0
    PM_PERFORMANCE = 1
    PM_POWERSAVE = 2

    def __init__(self, interface=STA_IF):
        if interface != STA_IF:
            raise ValueError("only the station is simulated")
        self._active = False
        self._connecting = False

    def active(self, on=None):
        if on is not None:
            self._active = bool(on)
            self._connecting = self._connecting and self._active
            _wire.ask(_ops.WLAN, _ACTIVE, self._active)
        return self._active

    def config(self, *names, **settings):
        for name in settings:
            if name not in ("pm", "txpower", "hostname", "dhcp_hostname", "reconnects"):
                raise ValueError("unknown config param")
        if names and names[0] == "mac":
            return b"\x24\x0a\xc4\x00\x00\x01"

    def connect(self, ssid=None, key=None):
        """OSError(0x3002), "Wifi Not Started", before active(True)."""
        if not self._active:
            raise OSError("Wifi Not Started")
        if self._connecting and not self.isconnected():
            raise OSError("Wifi Internal State Error")
        self._connecting = True
        _wire.ask(_ops.WLAN, _CONNECT, 1)

    def disconnect(self):
        if not self._active:
            raise OSError("Wifi Not Started")
        self._connecting = False
        _wire.ask(_ops.WLAN, _CONNECT, 0)

    def isconnected(self):
        return self._active and _wire.ask(_ops.WLAN, _CONNECTED) == 1

    def status(self, what=None):
        if what is None:
            if self.isconnected():
                return STAT_GOT_IP
            return STAT_CONNECTING if self._connecting else STAT_IDLE
        if what != "rssi":
            raise ValueError("unknown status param")
        rssi = _wire.ask(_ops.WLAN, _RSSI)
        if rssi == 0:
            raise OSError("Wifi Not Connected")
        return rssi - 256

    def ifconfig(self):
        address = "127.0.0.1" if self.isconnected() else "0.0.0.0"
        return (address, "255.0.0.0", "0.0.0.0", "0.0.0.0")

    def ipconfig(self, what):
        return self.ifconfig()[:2] if what == "addr4" else None


def hostname(name=None):
    return "busguard"
