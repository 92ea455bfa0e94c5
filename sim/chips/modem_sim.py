"""A SIM card: how it starts, its PIN, and how often one may be wrong.

Source: ETSI TS 102 221, 9.5; 3GPP TS 27.007, 8.3 and 9.2; SIMCom A76XX AT command manual V1.09,
+CPIN; what modems said between their power and the card's READY, as issues 79, 463 and 496 of
LilyGo-Modem-Series show it.
"""

from __future__ import annotations

from typing import Any

FAILURE, BUSY = "SIM failure", "SIM busy"  # +CME ERROR: 13 and 14
STARTS = ((700, FAILURE), (500, "NOT READY"))
_TAKES_PIN = ((600, BUSY),)


class SimCard:
    """pin: "" if it asks for none. The tries left outlive a power cut, as on the card.

    starts: (ms, what the modem says of the card meanwhile), after the modem's own start; until
    they are over, the card takes no PIN and tells no tries.
    """

    def __init__(
        self, pin: str = "", present: bool = True, starts: tuple[tuple[int, str], ...] = STARTS
    ):
        self.pin = pin
        self.present = present
        self.starts = starts
        self.starting = ""
        self.tries = 3
        self.presented = 0  # PINs that the modem gave it
        self._is_open = False

    def start(self, modem: Any) -> None:
        """The modem has power: it reads the card."""
        self._is_open = False
        self._goes_through(modem, self.starts)

    def takes_pin(self, modem: Any) -> None:
        """The right PIN was given, and the card is not ready at once."""
        self._goes_through(modem, _TAKES_PIN)

    def _goes_through(self, modem: Any, states: tuple[tuple[int, str], ...]) -> None:
        self.starting = states[0][1] if states else ""
        if states:
            modem.later(states[0][0], lambda: self._goes_through(modem, states[1:]))
        if self.starting in (FAILURE, BUSY):
            return
        modem.urc(f"+CPIN: {self.state}")
        if self.state == "READY":
            modem.card_is_ready()

    @property
    def state(self) -> str:
        if self.starting:
            return self.starting
        if not self.present:
            return "NOT INSERTED"
        if self.tries == 0:
            return "SIM PUK"
        return "READY" if self._is_open or not self.pin else "SIM PIN"

    def give(self, pin: str) -> bool:
        self.presented += 1
        if pin != self.pin or self.tries == 0:
            self.tries = max(0, self.tries - 1)
            return False
        self.tries = 3
        self._is_open = True
        return True
