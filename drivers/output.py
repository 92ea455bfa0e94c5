"""A lamp, a buzzer or a horn relay on a pin that is high while it is on."""


class Output:
    def __init__(self, pin):
        """pin: machine.Pin, output. It is switched off here."""
        self._pin = pin
        pin.value(0)

    def set(self, on):
        self._pin.value(1 if on else 0)
