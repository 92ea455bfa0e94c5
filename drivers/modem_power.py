"""The power key of a SIMCom modem, and the switch of its supply if the board has one.

Source: SIMCom A7670 series hardware design, 3.2 (PWRKEY); SIM7600 series hardware
design, 3.2. The key is pulled to ground by a transistor: the pin is high while pressed.
"""


class ModemPower:
    def __init__(self, key, supply=None):
        """key, supply: machine.Pin, outputs. The supply is switched on here, if there is one."""
        self._key = key
        self._supply = supply
        self.has_supply = supply is not None
        key.value(0)
        self.supply(True)

    def press(self, down):
        self._key.value(1 if down else 0)

    def supply(self, on):
        """Without effect if the board cannot switch it."""
        if self._supply is not None:
            self._supply.value(1 if on else 0)
