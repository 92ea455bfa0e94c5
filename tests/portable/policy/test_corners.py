"""Corners as 16-bit offsets in pieces: exact in a small area, and nearly so in the widest."""

from packs import loaded

from firmware.geo import CORNERS
from firmware.policy.corners import east_of, north_of, put, room, step_of
from firmware.policy.fences import contains


def test_a_small_area_is_exact_and_a_wide_one_to_half_a_step():
    for extent, step in ((0, 1), (65534, 1), (65535, 2), (200000, 4), (20000000, 306)):
        south, west = -900000000, -1800000000
        assert step_of(south, south + extent, west, west) == step
        assert step_of(south, south, west, west + extent) == step
        pieces = room(1)
        for lat, lon in ((0, extent), (extent, 0), (extent // 3, extent // 7)):
            put(pieces, 0, south + lat, west + lon, south, west, step)
            assert abs(north_of(pieces, 0, step) - lat) <= step // 2
            assert abs(east_of(pieces, 0, step) - lon) <= step // 2


def test_no_piece_is_larger_than_1_kb_and_each_corner_has_its_place():
    n = 2 * CORNERS + 3
    pieces = room(n)
    assert [len(piece) * 2 for piece in pieces] == [1024, 1024, 12]
    for corner in range(n):
        put(pieces, corner, corner, 2 * corner, 0, 0, 1)
    for corner in range(n):
        assert (north_of(pieces, corner, 1), east_of(pieces, corner, 1)) == (corner, 2 * corner)
    assert room(0) == []


def comb(number, north_e7):
    """A zone of 101 corners: teeth upwards, 200 units apart and 1000 high."""
    corners = [(north_e7, 1000000000), (north_e7, 1000000000 + 10000)]
    for tooth in range(49, -1, -1):
        corners.append((north_e7 + 1000, 1000000000 + 200 * tooth + 100))
        corners.append((north_e7 + 500, 1000000000 + 200 * tooth))
    path = ",".join(
        ["[%d.%07d,%d.%07d]" % (divmod(a, 10**7) + divmod(b, 10**7)) for a, b in corners]
    )
    return '{"id":"z%d","kind":"flood","polygon":[%s]}' % (number, path)


def test_zones_whose_corners_lie_in_two_pieces_are_read_as_they_are():
    zones = ",".join([comb(number, 130000000 + 10000 * number) for number in range(6)])
    policy = loaded('{"v":1,"version":1,"zones":[%s]}' % zones)
    assert len(policy.corners) > 2
    for number in range(6):
        south = 130000000 + 10000 * number
        for tooth in range(1, 50):
            at = 1000000000 + 200 * tooth
            assert contains(policy, number, south + 900, at + 100), (number, tooth)
            assert not contains(policy, number, south + 900, at), (number, tooth)
            assert contains(policy, number, south + 400, at), (number, tooth)


def test_a_wide_zone_ends_within_two_steps_of_where_it_should():
    """1 degree: 11 m on the ground are 1000 units, a step is 153."""
    corners = "[13,100],[14,100],[14,101],[13,101]"
    policy = loaded(
        '{"v":1,"version":1,"zones":[{"id":"w","kind":"flood","polygon":[%s]}]}' % corners
    )
    for lat, lon in ((130000400, 1005000000), (139999600, 1005000000), (135000000, 1009999600)):
        assert contains(policy, 0, lat, lon), (lat, lon)
    for lat, lon in ((129999999, 1005000000), (140000400, 1005000000), (135000000, 1010000400)):
        assert not contains(policy, 0, lat, lon), (lat, lon)
