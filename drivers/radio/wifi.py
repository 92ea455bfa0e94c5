"""Wi-Fi station. Source: MicroPython documentation, network.WLAN; ESP32 port, network_wlan.c.

The port associates again by itself as often as `reconnects` says; only then does status()
report what was wrong. connect() raises OSError during an association, status("rssi") raises
it without one.
"""

from binascii import crc32

from micropython import const

_LOOK_MS = const(500)
_TRY_MS = const(15000)  # an association, DHCP included, takes less
_REST_MS = const(5000)
_RECONNECTS = const(3)
_PROVEN_MS = const(600000)  # how long a network that worked before may refuse
_PAUSE_MS = const(120000)  # after so long without a refusal the next one begins anew
_KEPT = "wifi"  # in NVS: the checksum of the name and the password that worked last
_REFUSED = (15, 202, 204)  # handshake timeouts and network.STAT_WRONG_PASSWORD
_NOT_FOUND = const(201)  # network.STAT_NO_AP_FOUND
_CONNECTING = const(1001)  # network.STAT_CONNECTING


class Wifi:
    """A hotspot in the bus or at the depot. No method waits or raises what the radio did.

    failure: str, why it is not up; "" if it is, or if that is unknown. fault: likewise, but
    only what a person has to repair. due_ms: turn() has nothing to do before.
    """

    name = "wifi"

    def __init__(self, wlan, settings, nvs):
        """wlan: network.WLAN(STA_IF). settings: config["wifi"]. nvs: drivers/board/nvs.py."""
        self._wlan = wlan
        self._ssid = settings["ssid"]
        self._password = settings["password"]
        self._is_wanted = False
        self._nvs = nvs
        self._sum = _checksum(self._ssid, self._password)
        self._has_worked = nvs.get(_KEPT) == self._sum
        self._refused_ms = None  # since when it refuses the password, and when it did last
        self._refused_last_ms = 0
        self._since_ms = None  # since when an attempt runs
        self.due_ms = 0
        self.failure = ""
        self.fault = ""

    def up(self):
        """Begins to associate; is_up() shows the result."""
        self._is_wanted = True

    def down(self):
        """Switches the radio off, as a power cut does."""
        self._is_wanted = False
        self._since_ms = None
        self.due_ms = 0
        try:
            self._wlan.active(False)
        except OSError as error:
            self.failure = "The Wi-Fi radio failed (%s)." % error

    def restart(self):
        """Switches the radio off and on."""
        was_wanted = self._is_wanted
        self.down()
        self._is_wanted = was_wanted

    def is_off(self):
        """bool: the radio is off; nothing is lost while the board sleeps."""
        return not self._is_wanted and not self._wlan.active()

    def is_up(self):
        """bool: associated, with an address."""
        return self._is_wanted and self._wlan.isconnected()

    def signal_dbm(self):
        """int, dBm, or None while not associated."""
        try:
            return self._wlan.status("rssi") if self.is_up() else None
        except OSError:
            return None  # the association ended between the two calls

    def turn(self, now_ms):
        """One step, if one is due."""
        if not self._is_wanted or now_ms < self.due_ms:
            return
        self.due_ms = now_ms + _LOOK_MS
        try:
            self._step(now_ms)
        except OSError as error:
            self._give_up(now_ms, "The Wi-Fi radio failed (%s)." % error)

    def _step(self, now_ms):
        if self._wlan.isconnected():
            self._since_ms = self._refused_ms = None
            self.failure = self.fault = ""
            if not self._has_worked:
                self._note()
        elif not self._ssid:
            self.failure = self.fault = "The name of the Wi-Fi, wifi.ssid, is not set."
        elif self._since_ms is None:
            self._since_ms = now_ms
            self._associate()
        elif now_ms - self._since_ms >= _TRY_MS:
            self._give_up(now_ms, self._reason(now_ms))
            self._wlan.disconnect()

    def _associate(self):
        wlan = self._wlan
        if wlan.active():
            wlan.disconnect()
        else:
            wlan.active(True)
            # Power saving delays what the broker sends by up to a third of a second.
            wlan.config(pm=wlan.PM_NONE, reconnects=_RECONNECTS)
        wlan.connect(self._ssid, self._password)

    def _give_up(self, now_ms, failure):
        self.failure = failure
        self._since_ms = None
        self.due_ms = now_ms + _REST_MS

    def _note(self):
        """This name and this password have worked: a hotspot that starts may refuse them later."""
        self._has_worked = True
        try:
            self._nvs.set(_KEPT, self._sum)
        except OSError:
            pass  # then a refusal counts at once after the next start

    def _reason(self, now_ms):
        status = self._wlan.status()
        if status in _REFUSED:
            return self._refusal(now_ms)
        if status == _NOT_FOUND:
            return "The Wi-Fi %s is not in range." % self._ssid
        if status == _CONNECTING:
            return "The Wi-Fi %s gives the bus no address in time." % self._ssid
        return "The Wi-Fi %s does not connect (status %d)." % (self._ssid, status)

    def _refusal(self, now_ms):
        if self._refused_ms is None or now_ms - self._refused_last_ms > _PAUSE_MS:
            self._refused_ms = now_ms
        self._refused_last_ms = now_ms
        if self._has_worked and now_ms - self._refused_ms < _PROVEN_MS:
            return "The Wi-Fi %s refuses the password that it took before." % self._ssid
        self.fault = "The Wi-Fi %s does not accept wifi.password." % self._ssid
        return self.fault


def _checksum(ssid, password):
    """-> int, 32 bits, signed, as NVS keeps it."""
    found = crc32((ssid + "\0" + password).encode())
    return found - (1 << 32) if found >> 31 else found
