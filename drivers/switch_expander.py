"""Doors and buttons behind an MCP23017 beside the board, where the board has too few pins."""


class SwitchExpander:
    """One read a tick serves all of its pins. An input that cannot be read is None."""

    def __init__(self, chip):
        """chip: drivers.mcp23017.MCP23017."""
        self._chip = chip
        self._word = None

    def refresh(self):
        """-> bool: the chip answers."""
        try:
            self._word = self._chip.read()
        except OSError:
            self._word = None
        return self._word is not None

    @property
    def resets(self):
        """How often the chip was found without its settings since boot."""
        return self._chip.resets

    def pin(self, number):
        """-> a pin for drivers.switch.Switch; number as in MCP23017.read."""
        return _Input(self, number)

    def level(self, number):
        """-> int, 1 = high, as of the last refresh(); None if unknown."""
        return None if self._word is None else self._word >> number & 1


class _Input:
    def __init__(self, expander, number):
        self._expander = expander
        self._number = number

    def value(self):
        return self._expander.level(self._number)
