"""WiFi station as the uplink's radio. Source: MicroPython documentation, network.WLAN."""

import network


class Wifi:
    """A hotspot in the bus or at the depot. Nothing here waits for the association."""

    def __init__(self, settings):
        """settings: config["wifi"]."""
        self._wlan = network.WLAN(network.STA_IF)
        self._ssid = settings["ssid"]
        self._password = settings["password"]

    def up(self):
        """Begin to associate; is_up() tells. OSError if the radio does not start."""
        self._wlan.active(True)
        # Power saving delays what the broker sends by up to a third of a second.
        self._wlan.config(pm=self._wlan.PM_NONE)
        self._wlan.connect(self._ssid, self._password)

    def down(self):
        """Off, as after a power cut of the radio."""
        self._wlan.active(False)

    def is_up(self):
        """bool: associated, with an address."""
        return self._wlan.isconnected()

    def signal_dbm(self):
        """int, dBm, or None while not associated."""
        return self._wlan.status("rssi") if self.is_up() else None
