"""The power key of a SIMCom modem; the switch of its supply, its reset and its DTR if the board has
them.

Source: SIMCom A7670 series hardware design, 3.2 (PWRKEY); SIM7600 series hardware
design, 3.2; A76XX series sleep mode application note V1.02, 2.1 (DTR). The key is pulled to
ground by a transistor: the pin is high while pressed. So is the reset, whose pin the ESP32 pulls up
at its own start (LilyGo-Modem-Series issue 10): a modem whose reset nobody lets go never starts.
"""


class ModemPower:
    def __init__(self, key, supply=None, dtr=None, reset=None):
        """machine.Pins, outputs. Switches the supply on and lets the reset go, if it has them."""
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
        """DTR high: it may sleep, once it was told that this is what DTR means (+CSCLK=1)."""
        if self._dtr is not None:
            self._dtr.value(1 if may else 0)
