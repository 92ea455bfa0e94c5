"""Code that is bad on purpose: what a bus does that runs a release marked so.

The program of a simulated bus is always this tree's. To see a bad release come back, a release is
marked, and the bus that runs it behaves as with such code. Only the simulator knows the mark.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.bus.board import SimBoard

CRASHES = "crashes"
"""As soon as it is imported."""
SENSES_NOTHING = "senses nothing"
"""Its driver of the I2C bus is wrong."""
NO_BROKER = "reaches no broker"
"""It runs, and never gets a connection."""
HANGS = "hangs"
"""It ticks no more, and something in it still feeds the watchdog."""

LAST_WORDS = (
    'Traceback (most recent call last):\n  File "main.py", line 43, in run\n'
    "ImportError: no module named 'firmware.sensing.seats'\n"
)
"""What the program prints that crashes (main.py keeps it in the RTC's memory)."""


def spoil(board: SimBoard, bad: str | None) -> None:
    """The parts as this code drives them."""
    if bad == SENSES_NOTHING:
        board.i2c.stuck = board.i2c_2.stuck = True
    elif bad == NO_BROKER:
        board.dialer = _Dialer(board.dialer)


class _Dialer:
    """drivers.radio.dial.Dialer's shape: it never connects."""

    def __init__(self, dialer: Any):
        self._dialer = dialer
        self._is_asked = False

    def start(self, connect: Callable[[], Any]) -> None:
        self._is_asked = True

    def poll(self, now_ms: int) -> Any:
        if not self._is_asked:
            return None
        self._is_asked = False
        raise OSError("the program has lost the broker's name")

    def abandon(self) -> None:
        self._dialer.abandon()
