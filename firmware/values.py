"""Numbers as event data and payloads hold them: fixed-point decimals, km/h, seconds."""

from firmware.timing import LONG_AGO_MS


class Fixed:
    """A decimal number held as an integer: Fixed(415, 1) reads 41.5."""

    def __init__(self, value, decimals):
        self.value = value
        self.decimals = decimals

    def __str__(self):
        scale = 10**self.decimals
        whole, part = divmod(abs(self.value), scale)
        sign = "-" if self.value < 0 else ""
        return sign + str(whole) + "." + str(scale + part)[1:]


def fixed(value, decimals):
    """Fixed, or None where the value is unknown."""
    return None if value is None else Fixed(value, decimals)


def kmh(speed_mms):
    """mm/s -> km/h with one decimal, or None."""
    return None if speed_mms is None else Fixed((speed_mms * 36 + 500) // 1000, 1)


def lasted(ms):
    """A duration in ms -> whole seconds; None if it is unknown, or a day and more."""
    return None if ms is None or ms >= LONG_AGO_MS else ms // 1000
