"""Fences: which zones the bus is in, without flickering at their edges.

A zone counts as entered once the bus has been inside for dwell_ms, and as left once
it has been more than edge_mm outside for dwell_ms, or when its hours are over. Three positions
have to agree on it, however short dwell_ms is.
"""

from micropython import const

from firmware import geo

_AGREE = const(3)  # positions
_CIRCLE = const(0)  # as `count` of an area: its centre is in the middle of its bounds


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
    up, aside = lat_e7 - areas.south[area], lon_e7 - areas.west[area]
    first, count = areas.first[area], areas.count[area]
    return geo.inside(policy.corners, first, count, up, aside, areas.step[area])


def centre_mm(policy, area, lat_e7, lon_e7):
    """int, mm from a position to the centre of a circle."""
    south, west = policy.areas.south[area], policy.areas.west[area]
    lat = south + (policy.areas.north[area] - south) // 2
    return geo.distance_mm(lat_e7, lon_e7, lat, west + (policy.areas.east[area] - west) // 2)


def is_near(policy, area, lat_e7, lon_e7, edge_mm):
    """Is a position in an area, or at most edge_mm outside? -> bool."""
    areas = policy.areas
    if contains(policy, area, lat_e7, lon_e7):
        return True
    if areas.count[area] == _CIRCLE:
        reach_mm = areas.radius_m[area] * 1000 + edge_mm
        return centre_mm(policy, area, lat_e7, lon_e7) <= reach_mm
    mm, _ = geo.nearest(
        policy.corners, areas.first[area], areas.count[area], lat_e7, lon_e7, True, 0, edge_mm,
        areas.south[area], areas.west[area], areas.step[area],
    )  # fmt: skip
    return mm is not None


class Fences:
    """entered: indexes of the zones that the bus is in; a new list whenever it changes."""

    def __init__(self, policy, edge_mm, dwell_ms):
        self._policy = policy
        self._edge_mm = edge_mm
        self._dwell_ms = dwell_ms
        self._changing = {}  # area -> [since when the bus is on the other side, positions there]
        self.entered = []

    def update(self, now_ms, lat_e7, lon_e7, inside):
        """A new position. inside: areas that hold now and contain it."""
        changing = self._changing
        for area in inside:
            if area in self.entered:
                changing.pop(area, None)
            elif self._has_changed(now_ms, area):
                self.entered = self.entered + [area]
        for area in list(changing):
            if area not in inside and area not in self.entered:
                del changing[area]
        for area in self.entered:
            if area not in inside:
                self._may_leave(now_ms, area, lat_e7, lon_e7)

    def _may_leave(self, now_ms, area, lat_e7, lon_e7):
        if is_near(self._policy, area, lat_e7, lon_e7, self._edge_mm):
            self._changing.pop(area, None)
        elif self._has_changed(now_ms, area):
            self.entered = [other for other in self.entered if other != area]

    def _has_changed(self, now_ms, area):
        """One more position on the other side of its edge -> bool: long enough."""
        if area not in self._changing:
            self._changing[area] = [now_ms, 0]
        since = self._changing[area]
        since[1] += 1
        if since[1] < _AGREE or now_ms - since[0] < self._dwell_ms:
            return False
        del self._changing[area]
        return True
