"""Corners of areas and lines: 16-bit offsets, in pieces of 1 KB.

A heap that has been in use for long has room, but only in small holes; one array of all corners
found none, and the bus ran without its policy. Each offset counts from the south-west of its own
area or line, in steps of 1e-7 degree; where 65,535 of these do not reach (beyond 700 m), in larger
ones: 0.3 m in a zone of 20 km, 3.4 m in the widest that a policy may have.
"""

from array import array

from micropython import const

from firmware.geo import CORNERS
from firmware.policy.table import Zeros

_MOST = const(65535)


def room(n):
    """-> pieces for n corners, as firmware/geo.py takes them."""
    return [array("H", Zeros(2 * min(CORNERS, n - at))) for at in range(0, n, CORNERS)]


def step_of(south, north, west, east):
    """-> int, the step in which these bounds can be reached from their south-west."""
    return max(north - south, east - west) // _MOST + 1


def put(pieces, corner, lat_e7, lon_e7, south, west, step):
    """Stores a corner."""
    piece, at = pieces[corner // CORNERS], 2 * (corner % CORNERS)
    piece[at] = (lat_e7 - south + step // 2) // step
    piece[at + 1] = (lon_e7 - west + step // 2) // step


def north_of(pieces, corner, step):
    """-> int, 1e-7 degree from the south of its area or line."""
    return pieces[corner // CORNERS][2 * (corner % CORNERS)] * step


def east_of(pieces, corner, step):
    return pieces[corner // CORNERS][2 * (corner % CORNERS) + 1] * step
