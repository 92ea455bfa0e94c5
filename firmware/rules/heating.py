"""How fast a parked bus heats up, and when it becomes dangerous.

Source: McLaren et al., Pediatrics 2005: 1.8 degC every 5 min as a mean over the hour,
80 % of the rise in the first 30 min, 22 degC in all; a window left ajar does not help.
The curve below is the straight-line one that says all three.
"""

from micropython import const

_BEND_MS = const(1800000)
_END_MS = const(3600000)
_BEND_C10 = const(176)
_END_C10 = const(220)
_MINUTE_MS = const(60000)
_LONGEST_MIN = const(60)


def rise_c10(off_ms):
    """ms with the engine off -> 0.1 degC above where it began."""
    if off_ms >= _END_MS:
        return _END_C10
    if off_ms >= _BEND_MS:
        return _BEND_C10 + (off_ms - _BEND_MS) * (_END_C10 - _BEND_C10) // (_END_MS - _BEND_MS)
    return off_ms * _BEND_C10 // _BEND_MS


def estimate_c10(cabin_c10, off_ms, start_c):
    """The cabin now: what its sensor says, or start_c at ignition off and the curve since."""
    return start_c * 10 + rise_c10(off_ms) if cabin_c10 is None else cabin_c10


def minutes_left(cabin_c10, off_ms, start_c, limit_c):
    """-> whole minutes until the cabin reaches the limit, 0: it has; None: it will not by the
    curve, within the hour that it takes to heat up.
    """
    now_c10 = estimate_c10(cabin_c10, off_ms, start_c)
    missing = limit_c * 10 - now_c10 + rise_c10(off_ms)
    for minutes in range(_LONGEST_MIN + 1):
        if rise_c10(off_ms + minutes * _MINUTE_MS) >= missing:
            return minutes
    return None
