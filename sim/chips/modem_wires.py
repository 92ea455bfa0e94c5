"""The wires that a board has to a modem's power: its supply and its reset."""

from __future__ import annotations

from sim.wires.pin import Wire


class PowerWires:
    """supply: switches the modem's power; None: it always has it. reset: None if there is none.

    reset_when 1: a transistor with a pulled-up base, so the modem is in reset while the board does
    not drive the wire low. 0: the modem's own pin, which is in reset while it is driven low.
    """

    def __init__(self, supply: Wire | None, reset: Wire | None, reset_when: int):
        self._supply = supply
        self._reset = reset
        self._reset_when = reset_when

    def let_it_run(self) -> bool:
        if self._supply is not None and not self._supply.load:
            return False
        if self._reset is None:
            return True
        level = self._reset.driven
        return level == 0 if self._reset_when else level != 0
