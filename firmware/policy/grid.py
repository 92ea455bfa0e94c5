"""Grid: finds the areas and pieces of road that may be at a position, without trying them all.

32 x 32 cells cover the whole policy; each cell lists the items that touch it.
"""

from array import array

from micropython import const

from firmware import geo
from firmware.policy.table import Zeros, numbers

_SIDE = const(32)
_WIDE = const(32)  # cells; an item that touches more is in one list for all cells
_PAUSE = const(8)  # items a step


class Grid:
    """An item is the index of an area. A piece of road is the number of areas plus the
    corner at which it begins, counted from the roads' first corner.
    """

    def __init__(self, policy):
        """Usable after fill(), which takes many steps."""
        self._policy = policy
        self._starts = None
        self._items = None
        self._wide = None
        self.road_corner = policy.lines.first[0] if policy.roads.n else 0
        corners = policy.corners
        self._south = self._west = 1800000000
        north = east = -1800000000
        for at in range(0, len(corners), 2):
            self._south, north = min(self._south, corners[at]), max(north, corners[at])
            self._west, east = min(self._west, corners[at + 1]), max(east, corners[at + 1])
        for area in range(policy.areas.n):
            self._south = min(self._south, policy.areas.south[area])
            north = max(north, policy.areas.north[area])
            self._west = min(self._west, policy.areas.west[area])
            east = max(east, policy.areas.east[area])
        self._up = max(1, (north - self._south) // _SIDE + 1)
        self._aside = max(1, (east - self._west) // _SIDE + 1)

    def at(self, lat_e7, lon_e7):
        """-> array of the items that may be at a position. Outside: those of the nearest cell."""
        row = _clamped((lat_e7 - self._south) // self._up)
        column = _clamped((lon_e7 - self._west) // self._aside)
        cell = row * _SIDE + column
        return self._items[self._starts[cell] : self._starts[cell + 1]] + self._wide

    def fill(self):
        """Generator, a step at a time: counts the items of each cell, then stores them."""
        ends = numbers(_SIDE * _SIDE + 1)
        wide = []
        for item, rows, columns in self._boxes():
            if len(rows) * len(columns) > _WIDE:
                wide.append(item)
            else:
                for row in rows:
                    for column in columns:
                        ends[row * _SIDE + column] += 1
            if item % _PAUSE == 0:
                yield
        total = 0
        for cell in range(_SIDE * _SIDE + 1):
            total += ends[cell]
            ends[cell] = total
        self._items = array("H", Zeros(total))
        for item, rows, columns in self._boxes():
            if len(rows) * len(columns) <= _WIDE:
                for row in rows:
                    for column in columns:
                        cell = row * _SIDE + column
                        ends[cell] -= 1
                        self._items[ends[cell]] = item
            if item % _PAUSE == 0:
                yield
        self._starts = array("H", ends)
        self._wide = array("H", wide)

    def _boxes(self):
        """Generator: (item, rows, columns) of each; the ranges of the cells it touches."""
        policy = self._policy
        areas, lines, corners = policy.areas, policy.lines, policy.corners
        for area in range(areas.n):
            rows = self._range(areas.south[area], areas.north[area], self._south, self._up)
            yield (
                area,
                rows,
                self._range(areas.west[area], areas.east[area], self._west, self._aside),
            )
        for line in range(policy.roads.n):
            first = lines.first[line]
            lat, reach_mm = corners[2 * first], lines.width_m[line] * 1000
            up = geo.unscaled(reach_mm, geo.north_scale(lat)) + 1
            aside = geo.unscaled(reach_mm, geo.east_scale(lat)) + 1
            for corner in range(first, first + lines.count[line] - 1):
                lat1, lon1, lat2, lon2 = corners[2 * corner : 2 * corner + 4]
                south, north = min(lat1, lat2) - up, max(lat1, lat2) + up
                west, east = min(lon1, lon2) - aside, max(lon1, lon2) + aside
                rows = self._range(south, north, self._south, self._up)
                columns = self._range(west, east, self._west, self._aside)
                yield areas.n + corner - self.road_corner, rows, columns

    def _range(self, low, high, start, step):
        return range(_clamped((low - start) // step), _clamped((high - start) // step) + 1)


def _clamped(cell):
    return min(max(cell, 0), _SIDE - 1)
