"""A contact between a pin and ground, with a pull-up: closed reads low.

Door contacts are closed while the door is closed, buttons close when pressed, the
ignition pulls its pin low through an optocoupler. So a cut wire reads: door open,
button not pressed, ignition off; in each case what calls for attention. The driver's seat
closes its contact when it is taken: cut, nobody sits there. A presence input is held low while
nothing moves: cut, it never rests, and that is reported. The check button's other contact is
closed while the button rests: cut, it contradicts the first one.
"""


class Switch:
    def __init__(self, pin, when_closed):
        """pin: machine.Pin, input with pull-up. when_closed: what a closed contact means."""
        self._pin = pin
        self._when_closed = when_closed

    def read(self):
        """-> bool: ignition on, door open, button pressed; None if that is unknown."""
        level = self._pin.value()
        if level is None:
            return None
        return not self._when_closed if level else self._when_closed
