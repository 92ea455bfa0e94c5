"""The power key of a SIMCom modem, and its supply, reset and DTR if the board has them.

Source: SIMCom A7670 series hardware design, 3.2 (PWRKEY); SIM7600 series hardware
design, 3.2; A76XX series sleep mode application note V1.02, 2.1 (DTR). The key is pulled to
ground by a transistor: the pin is high while pressed. So is the reset, whose pin the ESP32 pulls up
at its own start (LilyGo-Modem-Series issue 10): until it is low, the modem does not start.
"""


class ModemPower:
    def __init__(self, key, supply=None, dtr=None, reset=None):
        """machine.Pins, outputs, or None. Switches the supply on and releases the reset."""
        self._key = key
        self._supply = supply
        self._dtr = dtr
        self.has_dtr = dtr is not None
        self.has_supply = supply is not None
        key.value(0)
        if reset is not None:
            reset.value(0)
        self.supply(True)
        self.doze(False)

    def press(self, down):
        self._key.value(1 if down else 0)

    def supply(self, on):
        """Without effect if the board cannot switch it."""
        if self._supply is not None:
            self._supply.value(1 if on else 0)

    def doze(self, may):
        """DTR high: the modem may sleep, if +CSCLK=1 has given DTR this meaning."""
        if self._dtr is not None:
            self._dtr.value(1 if may else 0)
