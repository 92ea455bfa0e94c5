"""A lamp, a buzzer or a horn relay on a pin that is high while it is on."""


class Output:
    def __init__(self, pin, sense=None):
        """pin: machine.Pin, output. It is switched off here.

        sense: machine.Pin, input from a divider at the far end of the wire, high while
        the load has voltage; None if that is not wired. It may be given later.
        """
        self._pin = pin
        self.sense = sense
        pin.value(0)

    def set(self, on):
        self._pin.value(1 if on else 0)

    def read_back(self):
        """-> bool: the load has voltage; None if that is unknown."""
        level = None if self.sense is None else self.sense.value()
        return None if level is None else level == 1
