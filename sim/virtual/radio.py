"""Passes the requests of the VM's `network` to sim/wires/wlan.py and sim/wires/ppp.py."""

from __future__ import annotations

from sim.vm import _ops as ops
from sim.wires.ppp import PPP
from sim.wires.wlan import WLAN

_CODES = {text: code for code, text in ops.WIFI_ERRORS.items()}


def ask_wlan(wlan: WLAN, what: int, argument: int, data: bytes) -> int:
    """OSError with ESP-IDF's negative code, where the WiFi refuses."""
    try:
        return _wlan(wlan, what, argument, data)
    except OSError as error:
        raise OSError(-_CODES[str(error)]) from error


def _wlan(wlan: WLAN, what: int, argument: int, data: bytes) -> int:
    if what == ops.WLAN_ACTIVE:
        return int(wlan.active(None if argument < 0 else bool(argument)))
    if what == ops.WLAN_CONFIG:
        wlan.config(**{data.decode(): argument})
    elif what == ops.WLAN_CONNECT:
        ssid, _, key = data.decode().partition("\x00")
        wlan.connect(ssid, key)
    elif what == ops.WLAN_DISCONNECT:
        wlan.disconnect()
    elif what == ops.WLAN_STATUS:
        return wlan.status() or 0
    else:
        dbm = wlan.status("rssi")
        return 0x100 + (-127 if dbm is None else dbm)
    return 0


def ask_ppp(ppp: PPP, what: int, security: int, data: bytes) -> int:
    if what == ops.PPP_CONNECT:
        user, _, key = data.decode().partition("\x00")
        ppp.connect(security=security, user=user, key=key)
    elif what == ops.PPP_DISCONNECT:
        ppp.disconnect()
    else:
        return ppp.status() & 0xFF
    return 0
