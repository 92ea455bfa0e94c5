"""Fences: which zones the bus is in, without flickering at their edges.

A zone counts as entered once the bus has been inside for dwell_ms, and as left once
it has been more than edge_mm outside for dwell_ms, or when its hours are over.
"""

from micropython import const

from firmware import geo

_CIRCLE = const(0)  # as `count` of an area: corner `first` is its centre


def contains(policy, area, lat_e7, lon_e7):
    """Is a position inside the line of an area? -> bool."""
    areas = policy.areas
    if not (
        areas.south[area] <= lat_e7 <= areas.north[area]
        and areas.west[area] <= lon_e7 <= areas.east[area]
    ):
        return False
    if areas.count[area] == _CIRCLE:
        return centre_mm(policy, area, lat_e7, lon_e7) <= areas.radius_m[area] * 1000
    return geo.inside(policy.corners, areas.first[area], areas.count[area], lat_e7, lon_e7)


def centre_mm(policy, area, lat_e7, lon_e7):
    """int, mm from a position to the centre of a circle."""
    at = 2 * policy.areas.first[area]
    return geo.distance_mm(lat_e7, lon_e7, policy.corners[at], policy.corners[at + 1])


def is_near(policy, area, lat_e7, lon_e7, edge_mm):
    """Is a position in an area, or at most edge_mm outside? -> bool."""
    areas = policy.areas
    if contains(policy, area, lat_e7, lon_e7):
        return True
    if areas.count[area] == _CIRCLE:
        reach_mm = areas.radius_m[area] * 1000 + edge_mm
        return centre_mm(policy, area, lat_e7, lon_e7) <= reach_mm
    first, count = areas.first[area], areas.count[area]
    return (
        geo.nearest(policy.corners, first, count, lat_e7, lon_e7, True, 0, edge_mm)[0] is not None
    )


class Fences:
    """entered: indexes of the zones that the bus is in; a new list whenever it changes."""

    def __init__(self, policy, edge_mm, dwell_ms):
        self._policy = policy
        self._edge_mm = edge_mm
        self._dwell_ms = dwell_ms
        self._since_ms = {}  # area -> since when inside, or, once entered, since when outside
        self.entered = []

    def update(self, now_ms, lat_e7, lon_e7, inside):
        """inside: areas that hold now and contain the position."""
        since = self._since_ms
        for area in inside:
            if area in self.entered:
                since.pop(area, None)
            elif area not in since:
                since[area] = now_ms
            if area in since and now_ms - since[area] >= self._dwell_ms:
                del since[area]
                self.entered = self.entered + [area]
        for area in list(since):
            if area not in inside and area not in self.entered:
                del since[area]
        for area in self.entered:
            if area not in inside:
                self._may_leave(now_ms, area, lat_e7, lon_e7)

    def _may_leave(self, now_ms, area, lat_e7, lon_e7):
        since = self._since_ms
        if is_near(self._policy, area, lat_e7, lon_e7, self._edge_mm):
            since.pop(area, None)
        elif area not in since:
            since[area] = now_ms
        if area in since and now_ms - since[area] >= self._dwell_ms:
            del since[area]
            self.entered = [other for other in self.entered if other != area]
