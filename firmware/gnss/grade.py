"""What a sentence says of its position: none, measured by satellites, or estimated.

Source: NMEA 0183 v4.11, the mode indicators of RMC, GLL, VTG and GNS.
"""

from micropython import const

NO_FIX = const(0)
MEASURED = const(1)
ESTIMATED = const(2)  # by dead reckoning

_E = const(37)  # letters as `code` (scan.py) packs them: estimated
_M = const(45)  # manual
_N = const(46)  # no fix
_S = const(51)  # simulated
_V = const(54)  # invalid
_A = const(33)  # measured, as are D, P, R and F


def grade_of(mode):
    """The letter of a mode -> NO_FIX, MEASURED (also if there is none: NMEA before 2.3), ..."""
    if mode == _A:
        return MEASURED
    if mode in (_N, _V, _S, _M):
        return NO_FIX
    return ESTIMATED if mode == _E else MEASURED


def best_grade(letters):
    """Packed letters, one for each constellation."""
    best = NO_FIX
    while letters:
        grade = grade_of(letters & 63)
        if grade == MEASURED:
            return grade
        best = best or grade
        letters >>= 6
    return best
