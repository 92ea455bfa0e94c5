"""network.WLAN(STA_IF) as the ESP32 port has it, and the access point at its other end.

Source: MicroPython ports/esp32/network_wlan.c (1.24 and later): states, errors, the
number of reconnects after which status() tells the reason.
"""

from __future__ import annotations

from collections.abc import Callable

_STARTED_MS, _ASSOCIATE_MS, _SCAN_MS, _BEACON_MS = 50, 1500, 2500, 3000
IDLE, CONNECTING, GOT_IP = 1000, 1001, 1010
BEACON_TIMEOUT, NO_AP_FOUND, WRONG_PASSWORD = 200, 201, 202


class AccessPoint:
    """rssi: dBm where the bus is, None: out of reach or off."""

    def __init__(self, ssid: str = "bus-depot", password: str = "secret12"):
        self.ssid = ssid
        self.password = password
        self.rssi: int | None = None


class WLAN:
    """The station interface. `clock` gives the simulator's ms."""

    PM_NONE, PM_PERFORMANCE, PM_POWERSAVE = 0, 1, 2

    def __init__(self, clock: Callable[[], int], ap: AccessPoint):
        self._clock = clock
        self._ap = ap
        self._active = False
        self._reconnects = -1
        self._stop()
        self.connects = 0

    def _stop(self) -> None:
        self._wanted: tuple[str, str] | None = None
        self._connected = False
        self._reason = 0
        self._tried = 0
        self._done_ms = 0
        self._unheard_ms: int | None = None

    def active(self, on: bool | None = None) -> bool:
        if on is not None:
            if self._active and not on:
                self._stop()
            self._active = bool(on)
        return self._active

    def config(self, **settings: int) -> None:
        if set(settings) - {"pm", "reconnects"}:
            raise ValueError("unknown config param")
        if "pm" in settings and not self._active:
            raise OSError("Wifi Not Started")
        self._reconnects = settings.get("reconnects", self._reconnects)

    def connect(self, ssid: str, key: str) -> None:
        self._look()
        if not self._active:
            raise OSError("Wifi Not Started")
        if self._is_trying():
            raise OSError("Wifi Internal State Error")
        self.connects += 1
        self._wanted, self._tried, self._reason = (ssid, key), 0, 0
        self._begin()

    def disconnect(self) -> None:
        if not self._active:
            raise OSError("Wifi Not Started")
        self._stop()

    def isconnected(self) -> bool:
        self._look()
        return self._connected

    def status(self, what: str | None = None) -> int | None:
        self._look()
        if what == "rssi":
            if not self._connected:
                raise OSError("Wifi Not Connected")
            return self._ap.rssi
        if what is not None:
            raise ValueError("unknown status param")
        if self._connected:
            return GOT_IP
        if self._is_trying():
            return CONNECTING
        return self._reason or IDLE

    def _is_trying(self) -> bool:
        if self._wanted is None or self._connected:
            return False
        return self._reconnects < 0 or self._tried <= self._reconnects

    def _begin(self) -> None:
        fits = self._ap.rssi is not None and self._wanted is not None
        self._done_ms = self._clock() + (_ASSOCIATE_MS if fits else _SCAN_MS)

    def _look(self) -> None:
        """Everything that the radio's own task has done by now."""
        ap, now_ms = self._ap, self._clock()
        if self._connected:
            if ap.rssi is not None:
                self._unheard_ms = None
            elif self._unheard_ms is None:
                self._unheard_ms = now_ms
            elif now_ms - self._unheard_ms >= _BEACON_MS:
                self._connected, self._reason, self._tried = False, BEACON_TIMEOUT, 0
                self._begin()
            return
        while self._is_trying() and now_ms >= self._done_ms:
            assert self._wanted is not None
            if ap.rssi is None or self._wanted[0] != ap.ssid:
                self._reason = NO_AP_FOUND
            elif self._wanted[1] != ap.password:
                self._reason = WRONG_PASSWORD
            else:
                self._connected, self._reason, self._unheard_ms = True, 0, None
                return
            self._tried += 1
            self._done_ms += _SCAN_MS
