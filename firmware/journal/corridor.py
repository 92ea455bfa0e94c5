"""Corridor: is every position that was passed near enough to one straight line?

The distance from a line with two ends to the farthest of many points is that of a corner of
their convex hull. So where room runs out, the corners stay and the rest is forgotten, and
nothing is lost.

Points are decimetres north and east of the line's beginning, each within REACH_DM, and those
that have been admitted lie in one narrow strip: so no product needs more than 32 bits, nor 31
up to 2.3 km. Viper on the board, plain Python on a computer.
"""

from array import array

import micropython
from micropython import const

REACH_DM = const(32000)
_BIAS = const(65536)  # viper reads 32 bits without a sign where a word has 64
_ROOM = const(64)  # points
_CORNERS = const(48)  # more of them: the line has to end


def _room():
    """-> the array of points that viper works on."""
    return array("i", bytearray(8 * (_ROOM + 1)))


class Corridor:
    def __init__(self, width_dm):
        """width_dm: so far from the line points may be."""
        self._width_dm = width_dm
        self._points = _room()
        self._n = 0

    def clear(self):
        """A new line begins."""
        self._n = 0

    def admits(self, north_dm, east_dm, length_dm):
        """May a line of this length end here? -> bool. If so, the point is one of those passed."""
        if self._n == _ROOM:
            self._n = _hull(self._points, self._n)
            if self._n > _CORNERS:
                return False
        if not _fits(self._points, self._n, north_dm, east_dm, length_dm, self._width_dm):
            return False
        at = 2 * self._n
        self._points[at] = north_dm + _BIAS
        self._points[at + 1] = east_dm + _BIAS
        self._n += 1
        return True


@micropython.viper
def _fits(points: ptr32, count: int, north: int, east: int, length: int, width: int) -> bool:
    """Are count points within width of the line from (0, 0) to (north, east)?"""
    square = north * north + east * east
    near = width * width
    across = width * length
    at = 0
    while at < 2 * count:
        n = int(points[at]) - 65536
        e = int(points[at + 1]) - 65536
        along = n * north + e * east
        if along <= 0:
            if n * n + e * e > near:
                return False
        elif along >= square:
            n -= north
            e -= east
            if n * n + e * e > near:
                return False
        else:
            off = n * east - e * north
            if off > across or off < 0 - across:
                return False
        at += 2
    return True


@micropython.viper
def _hull(points: ptr32, count: int) -> int:
    """Moves the corners of the convex hull to the front -> how many there are."""
    end = 2 * count
    first = 0
    at = 2
    while at < end:
        n = int(points[at])
        if n < int(points[first]) or (
            n == int(points[first]) and int(points[at + 1]) < int(points[first + 1])
        ):
            first = at
        at += 2
    corner = 0
    while True:
        n = int(points[first])
        e = int(points[first + 1])
        points[first] = points[corner]
        points[first + 1] = points[corner + 1]
        points[corner] = n
        points[corner + 1] = e
        corner += 2
        first = 0  # back to the first corner, unless another point lies further round
        best_n = int(points[0]) - n
        best_e = int(points[1]) - e
        at = corner
        while at < end:
            to_n = int(points[at]) - n
            to_e = int(points[at + 1]) - e
            turn = best_n * to_e - best_e * to_n
            far = to_n * to_n + to_e * to_e
            if (
                (corner == 2 and best_n == 0 and best_e == 0 and far > 0)
                or turn < 0
                or (turn == 0 and far > best_n * best_n + best_e * best_e)
            ):
                first = at
                best_n = to_n
                best_e = to_e
            at += 2
        if first == 0:
            return corner // 2
