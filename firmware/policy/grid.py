"""Grid: finds the areas and pieces of road that may be at a position, without trying them all.

32 x 32 cells cover the whole policy; each cell lists the items that touch it. No array is larger
than 1 KB (corners.py says why): the items of all cells stand one after the other in pieces, and
each row of cells has an array of where in them its cells begin.
"""

from array import array

from micropython import const

from firmware import geo
from firmware.policy.corners import east_of, north_of
from firmware.policy.table import Zeros

_SIDE = const(32)
_WIDE = const(32)  # cells; an item that touches more is in one list for all cells
_PAUSE = const(8)  # items a step
_PIECE = const(512)  # items


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
        self._south = self._west = self._up = self._aside = None

    def at(self, lat_e7, lon_e7):
        """-> list of the items that may be at a position. Outside: those of the nearest cell."""
        starts = self._starts[_clamped((lat_e7 - self._south) // self._up)]
        column = _clamped((lon_e7 - self._west) // self._aside)
        items = self._items
        found = [
            items[at // _PIECE][at % _PIECE] for at in range(starts[column], starts[column + 1])
        ]
        found.extend(self._wide)
        return found

    def fill(self):
        """Generator, a step at a time: counts the items of each cell, then stores them."""
        yield from self._measure()
        ends = [array("H", Zeros(_SIDE + 1)) for _ in range(_SIDE)]
        wide = []
        for item, rows, columns in self._boxes():
            if len(rows) * len(columns) > _WIDE:
                wide.append(item)
            else:
                for row in rows:
                    for column in columns:
                        ends[row][column] += 1
            if item % _PAUSE == 0:
                yield
        total = 0
        for row in ends:
            for column in range(_SIDE):
                total += row[column]
                row[column] = total
            row[_SIDE] = total
        items = [array("H", Zeros(min(_PIECE, total - at))) for at in range(0, total, _PIECE)]
        for item, rows, columns in self._boxes():
            if len(rows) * len(columns) <= _WIDE:
                for row in rows:
                    for column in columns:
                        ends[row][column] -= 1
                        at = ends[row][column]
                        items[at // _PIECE][at % _PIECE] = item
            if item % _PAUSE == 0:
                yield
        self._starts, self._items = ends, items  # now each end is a start
        self._wide = array("H", wide)

    def _measure(self):
        """Generator, a step at a time: where the policy begins, and how large a cell is."""
        areas = self._policy.areas
        south = west = 1800000000
        north = east = -1800000000
        for area in range(areas.n):
            south, north = min(south, areas.south[area]), max(north, areas.north[area])
            west, east = min(west, areas.west[area]), max(east, areas.east[area])
        for line in range(self._policy.lines.n):
            for corner, lat, lon in self._line(line):
                south, north = min(south, lat), max(north, lat)
                west, east = min(west, lon), max(east, lon)
                if corner % _PAUSE == 0:
                    yield
        self._south, self._up = south, max(1, (north - south) // _SIDE + 1)
        self._west, self._aside = west, max(1, (east - west) // _SIDE + 1)

    def _boxes(self):
        """Generator: (item, rows, columns) of each; the ranges of the cells it touches."""
        policy = self._policy
        areas, lines = policy.areas, policy.lines
        for area in range(areas.n):
            rows = self._range(areas.south[area], areas.north[area], self._south, self._up)
            yield (
                area,
                rows,
                self._range(areas.west[area], areas.east[area], self._west, self._aside),
            )
        for line in range(policy.roads.n):
            lat, reach_mm = lines.south[line], lines.width_m[line] * 1000
            up = geo.unscaled(reach_mm, geo.north_scale(lat)) + 1
            aside = geo.unscaled(reach_mm, geo.east_scale(lat)) + 1
            lat1 = lon1 = None
            for corner, lat2, lon2 in self._line(line):
                if lat1 is not None:
                    south, north = min(lat1, lat2) - up, max(lat1, lat2) + up
                    west, east = min(lon1, lon2) - aside, max(lon1, lon2) + aside
                    rows = self._range(south, north, self._south, self._up)
                    columns = self._range(west, east, self._west, self._aside)
                    yield areas.n + corner - 1 - self.road_corner, rows, columns
                lat1, lon1 = lat2, lon2

    def _line(self, line):
        """Generator: (corner, latitude, longitude) of each."""
        lines, corners = self._policy.lines, self._policy.corners
        south, west, step = lines.south[line], lines.west[line], lines.step[line]
        for corner in range(lines.first[line], lines.first[line] + lines.count[line]):
            north, east = north_of(corners, corner, step), east_of(corners, corner, step)
            yield corner, south + north, west + east

    def _range(self, low, high, start, step):
        return range(_clamped((low - start) // step), _clamped((high - start) // step) + 1)


def _clamped(cell):
    return min(max(cell, 0), _SIDE - 1)
