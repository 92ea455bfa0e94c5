"""The power key of a SIMCom modem, and its supply, reset and DTR if the board has them.

Source: SIMCom A7670 series hardware design, 3.2 (PWRKEY); SIM7600 series hardware
design, 3.2; A76XX series sleep mode application note V1.02, 2.1 (DTR). The key is pulled to
ground by a transistor: the pin is high while pressed. So is the reset, whose pin the ESP32 pulls up
at its own start (LilyGo-Modem-Series issue 10): until it is low, the modem does not start. A board
without a transistor there holds the modem in reset while the pin is low.
"""


class ModemPower:
    def __init__(self, key, supply=None, dtr=None, reset=None, reset_when=1):
        """machine.Pins, outputs, or None. Switches the supply on and releases the reset.

        reset_when: the level of `reset` that resets the modem.
        """
        self._key = key
        self._supply = supply
        self._dtr = dtr
        self.has_dtr = dtr is not None
        self.has_supply = supply is not None
        key.value(0)
        self._reset = reset
        self._reset_when = reset_when
        self.has_reset = reset is not None
        self.reset(False)
        self.supply(True)
        self.doze(False)

    def press(self, down):
        self._key.value(1 if down else 0)

    def supply(self, on):
        """Without effect if the board cannot switch it."""
        if self._supply is not None:
            self._supply.value(1 if on else 0)

    def reset(self, on):
        """Without effect if the board has no wire for it."""
        if self._reset is not None:
            self._reset.value(self._reset_when if on else 1 - self._reset_when)

    def doze(self, may):
        """DTR high: the modem may sleep, if +CSCLK=1 has given DTR this meaning."""
        if self._dtr is not None:
            self._dtr.value(1 if may else 0)
