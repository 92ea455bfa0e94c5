"""The speed limit where the bus is: the lowest of the road's and the zones'."""

from array import array

from firmware import geo
from firmware.policy.corners import east_of, north_of

_SIN = array("b", (0, 26, 50, 71, 87, 97, 100))  # x 100, every 15 degrees


def _unit(heading_deg):
    """-> (north, east), about 100 long, accurate to 7.5 degrees."""
    step = (heading_deg + 7) // 15 % 24
    quarter, rest = divmod(step, 6)
    up, aside = _SIN[6 - rest], _SIN[rest]
    for _ in range(quarter):
        up, aside = -aside, up
    return up, aside


def _fits(pieces, corner, step, heading_deg, lat_e7):
    """Does a piece of road run along the heading, either way, within about 45 degrees?

    An unknown heading fits every road.
    """
    if heading_deg is None:
        return True
    north = north_of(pieces, corner + 1, step) - north_of(pieces, corner, step)
    east = east_of(pieces, corner + 1, step) - east_of(pieces, corner, step)
    north = geo.scaled(north, geo.north_scale(lat_e7)) // 1000
    east = geo.scaled(east, geo.east_scale(lat_e7)) // 1000
    up, aside = _unit(heading_deg)
    return abs(north * aside - east * up) <= abs(north * up + east * aside)


def road_at(policy, pieces, lat_e7, lon_e7, heading_deg):
    """-> index of the line, or None: the nearest road whose corridor contains the position and
    that runs along the heading. pieces: corners at which pieces of road begin.
    """
    lines = policy.lines
    found = best_mm = None
    for corner in pieces:
        line = _line_of(policy, corner)
        reach_mm = lines.width_m[line] * 1000
        if best_mm is not None and best_mm < reach_mm:
            reach_mm = best_mm
        step = lines.step[line]
        mm, _ = geo.nearest(
            policy.corners, corner, 2, lat_e7, lon_e7, False, 0, reach_mm,
            lines.south[line], lines.west[line], step,
        )  # fmt: skip
        if mm is not None and _fits(policy.corners, corner, step, heading_deg, lat_e7):
            found, best_mm = line, mm
    return found


def _line_of(policy, corner):
    """-> index of the road that this corner belongs to."""
    first = policy.lines.first
    low, high = 0, policy.roads.n
    while high - low > 1:
        middle = (low + high) // 2
        if first[middle] <= corner:
            low = middle
        else:
            high = middle
    return low


def limit_at(policy, inside, line):
    """-> (km/h, id of the zone or road that sets it), or (None, None).

    inside: areas that hold now and contain the position. line: index of a road, or None.
    """
    limit = name = None
    if line is not None:
        limit = policy.lines.limit_kmh[line]
        name = policy.roads, line
    for area in inside:
        zone_kmh = policy.areas.limit_kmh[area]
        if zone_kmh and (limit is None or zone_kmh < limit):
            limit = zone_kmh
            name = policy.zones, area - policy.stops.n
    return limit, None if name is None else name[0][name[1]]
