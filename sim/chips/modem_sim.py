"""A SIM card: its PIN, and how often one may be wrong. Source: ETSI TS 102 221, 9.5."""

from __future__ import annotations


class SimCard:
    """pin: "" if it asks for none. The tries left outlive a power cut, as on the card."""

    def __init__(self, pin: str = "", present: bool = True):
        self.pin = pin
        self.present = present
        self.tries = 3
        self.presented = 0  # PINs that the modem gave it
        self._is_open = False

    @property
    def state(self) -> str:
        if not self.present:
            return "NOT INSERTED"
        if self.tries == 0:
            return "SIM PUK"
        return "READY" if self._is_open or not self.pin else "SIM PIN"

    def power(self) -> None:
        """It has lost its power: it asks again."""
        self._is_open = False

    def give(self, pin: str) -> bool:
        self.presented += 1
        if pin != self.pin or self.tries == 0:
            self.tries = max(0, self.tries - 1)
            return False
        self.tries = 3
        self._is_open = True
        return True
