"""The parts of a board whose wiring is not known: nothing is read, and no pin is driven.

boot.py has switched the horn off; its pin is the same on every board, and stays as it is.
"""

from drivers.board.tables import SWITCHES
from drivers.seat_inputs import SeatInputs

_ENODEV = 19


class NotWired:
    """In the place of an output, a meter or the GNSS receiver: unknown, and silent."""

    sense = None

    def read_back(self):
        return None

    def set(self, on):
        pass

    def read_mv(self):
        raise OSError(_ENODEV)

    def readinto(self, buf):
        return 0

    def turn(self, now_ms, sentences):
        pass


def unwire(board):
    """Gives a board parts that are not wired."""
    for name in ("horn", "buzzer", "lamp", "gnss", "supply"):
        setattr(board, name, NotWired())
    for name, _ in SWITCHES:
        setattr(board, name, None)
    board.presence = []
    board.seats = SeatInputs()
    board.switches = board.accelerometer = board.cabin = board.backup = None
