"""The parts of a board whose wiring is not known: nothing is read, and no pin is driven.

boot.py has switched the horn off; its pin is the same on every board, and stays as it is.
"""

from drivers.seat_inputs import SeatInputs

_ENODEV = 19


class NotWired:
    """In the place of a switch, an output, a meter or the GNSS receiver: unknown, and silent."""

    sense = None

    def read(self):
        return None

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


def unwire(board, names):
    """Gives a board parts that are not wired. names: of its switches."""
    for name in names + ("horn", "buzzer", "lamp", "gnss", "supply"):
        setattr(board, name, NotWired())
    board.seats = SeatInputs()
    board.switches = board.accelerometer = board.cabin = board.backup = None
