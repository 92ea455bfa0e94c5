"""Integer geometry on the WGS 84 ellipsoid: 1e-7 degree in, millimetres out.

Flat around the middle latitude of the two points: within 0.1 m at 10 km, up to 60
degrees of latitude. The radii of curvature at latitude p, from NGA.STND.0036 (WGS 84):

    north = a (1 - e2) / (1 - e2 sin(p)**2) ** 1.5
    east  = a cos(p) / (1 - e2 sin(p)**2) ** 0.5

Within 90 km no int exceeds 2**30, except in hypot(), which says why.
"""

from array import array

from micropython import const

_STEP_E7 = const(20000000)  # 2 degrees between the entries of the tables
_HALF_TURN_E7 = const(1800000000)
CORNERS = 256  # in a piece
_SMALL = const(23000)  # the squares of two smaller ones are below 2**30 together
_SHORT = const(16384)
_PART = const(32768)
_LONG = const(1 << 24)  # 16 km in mm
_BITS = const(8)
_MASK = const(255)

# fmt: off
# mm per 1e-7 degree times 2**15, for 0, 2, ... 90 degrees (tests/portable/test_geo.py)
_NORTH = array("i", (
    362330, 362334, 362347, 362370, 362400, 362440, 362487, 362543, 362606, 362677, 362756, 362841,
    362933, 363030, 363133, 363241, 363354, 363470, 363590, 363713, 363838, 363965, 364093, 364221,
    364348, 364475, 364601, 364724, 364845, 364962, 365076, 365185, 365289, 365388, 365480, 365566,
    365646, 365718, 365782, 365839, 365887, 365927, 365958, 365981, 365994, 365999,
))
_EAST = array("i", (
    364772, 364551, 363889, 362787, 361245, 359266, 356852, 354006, 350730, 347029, 342908, 338369,
    333420, 328066, 322312, 316166, 309635, 302726, 295448, 287809, 279819, 271485, 262820, 253832,
    244532, 234933, 225044, 214879, 204449, 193767, 182845, 171699, 160340, 148782, 137041, 125130,
    113063, 100857, 88526, 76084, 63549, 50934, 38256, 25530, 12773, 0,
))
# fmt: on


def _entry(table, lat_e7):
    """Quadratic interpolation; north and south are alike."""
    lat_e7 = abs(lat_e7)
    i = min(lat_e7 // _STEP_E7, 43)
    t = (lat_e7 - i * _STEP_E7) // 2000  # 0..10000 within the step
    first = table[i + 1] - table[i]
    bend = table[i + 2] - table[i + 1] - first
    return table[i] + (first * t - t * (10000 - t) // 20000 * bend) // 10000


def north_scale(lat_e7):
    """For scaled(): 1e-7 degree of latitude near lat_e7 -> mm."""
    return _entry(_NORTH, lat_e7)


def east_scale(lat_e7):
    """For scaled(): 1e-7 degree of longitude at lat_e7 -> mm."""
    return _entry(_EAST, lat_e7)


def scaled(units, scale):
    """units * scale / 2**15, in steps that stay small."""
    part = scale & 32767
    return units * (scale >> 15) + ((units >> 8) * part + ((units & 255) * part >> 8) >> 7)


def turn_e7(lon1_e7, lon2_e7):
    """The shorter way from one longitude to another, 1e-7 degree, east positive."""
    turn = lon2_e7 - lon1_e7
    if turn > _HALF_TURN_E7:
        return turn - 2 * _HALF_TURN_E7
    if turn < -_HALF_TURN_E7:
        return turn + 2 * _HALF_TURN_E7
    return turn


def root(square, start):
    """int, the square root rounded down; start: an int that is at least that root."""
    while start * start > square:
        start = (start + square // start) // 2
    return start


def hypot(a, b):
    """int, the root of a*a + b*b, to 2 units.

    Over some 20 m the squares are large integers, which allocate, and so does whatever is computed
    from one. So a longer root is found on a rougher scale, and made better by
    a*a + b*b = r*r, that is r = a + b*b / (a + r), with Newton's method.
    """
    a, b = abs(a), abs(b)
    if a < b:
        a, b = b, a
    if a < _SMALL or a >= _LONG:
        return root(a * a + b * b, a + b)
    shift = 1
    while a >> shift >= _SMALL:
        shift += 1
    rough_a, rough_b = a >> shift, b >> shift
    r = root(rough_a * rough_a + rough_b * rough_b, rough_a + rough_b) << shift
    whole = a + r
    more = part_of(b, b, whole)
    off = a + more - r
    step = part_of(abs(off), whole, whole + more)
    return r + step if off > 0 else r - step


def part_of(n, part, whole):
    """n * part / whole, for n < 2**25, whole < 2**26: four bits of the quotient at a time, so that
    nothing exceeds 2**30. To 3 units. A part that is larger than the whole counts as the whole."""
    if part >= whole:
        return n
    digits = 0
    for _ in range(6):
        part <<= 4
        digits = digits << 4 | part // whole
        part %= whole
    found = 0
    for _ in range(6):
        found = n * (digits & 15) + found >> 4
        digits >>= 4
    return found


def offset_mm(lat0_e7, lon0_e7, lat_e7, lon_e7):
    """From the first point to the second -> (north_mm, east_mm)."""
    up = lat_e7 - lat0_e7
    middle = lat0_e7 + up // 2
    east = scaled(turn_e7(lon0_e7, lon_e7), east_scale(middle))
    return scaled(up, north_scale(middle)), east


def distance_mm(lat1_e7, lon1_e7, lat2_e7, lon2_e7):
    """-> int, mm between two points."""
    north, east = offset_mm(lat1_e7, lon1_e7, lat2_e7, lon2_e7)
    return hypot(north, east)


def inside(pieces, first, count, lat_e7, lon_e7, step=1):
    """Is a point within a polygon? -> bool; exactly on the edge it may be either.

    pieces: arrays of CORNERS corners each (the last of fewer), latitude and longitude in turn, in
    units of step * 1e-7 degree, from any origin; lat_e7, lon_e7 from the same one. first, count:
    of the corners. Edges are straight in degrees, as in RFC 7946, 3.1.1. No polygon crosses the
    date line.
    """
    result = False
    piece, at = pieces[(first + count - 1) >> _BITS], 2 * ((first + count - 1) & _MASK)
    lat1, lon1 = piece[at] * step, piece[at + 1] * step
    for corner in range(first, first + count):
        piece, at = pieces[corner >> _BITS], 2 * (corner & _MASK)
        lat2, lon2 = piece[at] * step, piece[at + 1] * step
        if (lat1 > lat_e7) != (lat2 > lat_e7):
            if lon_e7 < lon1 and lon_e7 < lon2:
                result = not result
            elif lon_e7 < lon1 or lon_e7 < lon2:
                turn = (lon_e7 - lon1) * (lat2 - lat1) - (lat_e7 - lat1) * (lon2 - lon1)
                if (turn < 0) == (lat2 > lat1):
                    result = not result
        lat1, lon1 = lat2, lon2
    return result


def nearest(
    pieces, first, count, lat_e7, lon_e7, is_closed=False, begin=0, reach_mm=1 << 40,
    south=0, west=0, step=1,
):  # fmt: skip
    """The nearest point of a line, or with is_closed of a polygon's edge -> (mm, segment).

    pieces, step: as for inside(); south, west: their origin, 1e-7 degree.
    segment: from corner first + segment to the next. (None, None) if it is beyond reach_mm.
    begin: the segment to try first; a good guess saves most of the work.
    """
    per_north = north_scale(lat_e7)
    per_east = east_scale(lat_e7)
    up, aside = lat_e7 - south, lon_e7 - west
    best = reach_mm + 1
    found = None
    reach_n = unscaled(reach_mm, per_north) + 1
    reach_e = unscaled(reach_mm, per_east) + 1
    segments = count if is_closed else count - 1
    for number in range(segments):
        segment = begin + number
        if segment >= segments:
            segment -= segments
        corner = first + segment
        piece, at = pieces[corner >> _BITS], 2 * (corner & _MASK)
        n1, e1 = piece[at] * step - up, piece[at + 1] * step - aside
        corner = corner + 1 if segment + 1 < count else first
        piece, at = pieces[corner >> _BITS], 2 * (corner & _MASK)
        n2, e2 = piece[at] * step - up, piece[at + 1] * step - aside
        if (
            (n1 > reach_n and n2 > reach_n)
            or (n1 < -reach_n and n2 < -reach_n)
            or (e1 > reach_e and e2 > reach_e)
            or (e1 < -reach_e and e2 < -reach_e)
        ):
            continue
        n, e = _foot(
            scaled(n1, per_north), scaled(e1, per_east), scaled(n2, per_north), scaled(e2, per_east)
        )
        mm = hypot(n, e)
        if mm < best:
            best, found = mm, (n, e, segment)
            reach_n = unscaled(mm + 1, per_north) + 1
            reach_e = unscaled(mm + 1, per_east) + 1
    if found is None:
        return None, None
    n, e, segment = found
    lat, lon = lat_e7 + unscaled(n, per_north), lon_e7 + unscaled(e, per_east)
    return distance_mm(lat_e7, lon_e7, lat, lon), segment


def _foot(n1, e1, n2, e2):
    """The point of a segment that is nearest to (0, 0). How far along it lies is found on a rougher
    scale, so that no int exceeds 2**30: it may be off by some 1/10,000 of the way, along it."""
    along_n, along_e = n2 - n1, e2 - e1
    shift = 0
    while max(abs(n1), abs(e1), abs(along_n), abs(along_e)) >> shift >= _SHORT:
        shift += 1
    rough_n, rough_e = along_n >> shift, along_e >> shift
    ahead = -(n1 >> shift) * rough_n - (e1 >> shift) * rough_e
    if ahead <= 0:
        return n1, e1
    square = rough_n * rough_n + rough_e * rough_e
    if ahead >= square:
        return n2, e2
    while square >= _PART:
        ahead, square = ahead >> 1, square >> 1
    part = (ahead << 15) // square
    return n1 + scaled(along_n, part), e1 + scaled(along_e, part)


def unscaled(mm, scale):
    """mm -> 1e-7 degree, the reverse of scaled()."""
    scale = max(1, scale)
    if mm < _SHORT:
        return (mm << 15) // scale  # below 2**30
    whole, rest = mm // scale, mm % scale  # scale is below 2**19
    high = (rest << 10) // scale
    rest = (rest << 10) - high * scale
    return (whole << 15) + (high << 5) + (rest << 5) // scale
