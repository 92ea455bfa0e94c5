"""Track: few positions are kept, and the path can be redrawn from them."""

import gc
import math
import random
from array import array

from parts import put

from firmware import geo
from firmware.journal.corridor import Corridor
from firmware.journal.track import Track
from firmware.snapshot import Snapshot

_CONFIG = {"error_m": 10, "every_s": 30}
_UTC_MS = 1795306323000


class Seen(Snapshot):
    def __init__(self, second, lat_e7, lon_e7, speed_mms=11000, phase="driving"):
        super().__init__(1)
        self.now_ms = second * 1000
        self.utc_ms = _UTC_MS + second * 1000
        self.gnss.lat_e7 = lat_e7
        self.gnss.lon_e7 = lon_e7
        self.gnss.speed_mms = speed_mms
        self.gnss.heading_deg = second % 360
        self.gnss.fix_new = True
        self.trip.phase = phase


def kept(track, seen):
    found = []
    for s in seen:
        for _ in range(track.keep(s)):
            found.append(track.take())
    return found


def legs(line):
    return [(line[i - 1], line[i]) for i in range(1, len(line))]


def parked(seen):
    """What follows a drive: the bus stands, ignition off."""
    last = seen[-1]
    second = last.now_ms // 1000 + 1
    return [Seen(second, last.gnss.lat_e7, last.gnss.lon_e7, 0, "parked")]


def straight(seconds, speed_mms=11000):
    """North along a meridian."""
    return [Seen(i, 130827000 + i * speed_mms // 11, 1008833000, speed_mms) for i in range(seconds)]


def drive(seed):
    """Ten minutes of bends, stops, reversing, noise and outages."""
    random.seed(seed)
    north, east, heading, speed = 0.0, 0.0, 0.0, 0.0
    seen = []
    second = 0
    want = 14.0
    bend = 0.0
    for _ in range(600):
        second += 1 if random.random() > 0.02 else random.randrange(1, 25)
        chance = random.random()
        if chance < 0.05:
            want = random.choice((0.0, 0.0, 5.0, 14.0, 25.0, -3.0))
        if chance > 0.9:
            bend = random.choice((0.0, 0.0, 0.1, -0.1, 0.4, -0.4))
        speed += max(-2.0, min(2.0, want - speed))
        heading += bend * min(1.0, abs(speed) / 5)
        north += speed * math.cos(heading)
        east += speed * math.sin(heading)
        noise_n = random.uniform(-2.5, 2.5)
        noise_e = random.uniform(-2.5, 2.5)
        lat = 130827000 + int((north + noise_n) * 90.4)
        lon = 1008833000 + int((east + noise_e) * 92.4)
        measured = None if random.random() < 0.02 else int(abs(speed) * 1000)
        seen.append(Seen(second, lat, lon, measured))
    return seen


def test_every_position_lies_within_the_error_of_the_line():
    for error_m in (5, 10, 50):
        for seed in range(8):
            seen = drive(seed)
            track = Track({"error_m": error_m, "every_s": 30})
            line = kept(track, seen + parked(seen))
            assert len(line) < len(seen) * 3 // 4, (error_m, seed, len(line))
            for s in seen:
                utc_s = s.utc_ms // 1000
                near = min(
                    geo.nearest([array("i", a[1:3] + b[1:3])], 0, 2, s.gnss.lat_e7, s.gnss.lon_e7)[
                        0
                    ]
                    for a, b in legs(line)
                    if a[0] <= utc_s <= b[0]
                )
                assert near <= error_m * 1000, (error_m, seed, s.now_ms, near)


def test_kept_positions_were_seen_in_order_and_carry_their_own_reading():
    seen = drive(99)
    line = kept(Track(_CONFIG), seen + parked(seen))
    all_seen = [
        (s.utc_ms // 1000, s.gnss.lat_e7, s.gnss.lon_e7, s.gnss.speed_mms, s.gnss.heading_deg)
        for s in seen
    ]
    assert [row for row in line if row not in all_seen] == []
    assert line == sorted(line, key=lambda row: row[0])
    assert line[0] == all_seen[0] and line[-1] == all_seen[-1]


def test_a_straight_road_needs_one_position_every_thirty_seconds():
    line = kept(Track(_CONFIG), straight(301))
    assert [row[0] - _UTC_MS // 1000 for row in line] == list(range(0, 300, 30))


def test_never_more_than_every_s_apart_while_moving():
    for every_s in (10, 30, 60):
        line = kept(Track({"error_m": 1000, "every_s": every_s}), straight(400))
        apart = [b[0] - a[0] for a, b in legs(line)]
        assert max(apart) == every_s


def test_a_right_angle_is_kept_at_the_corner():
    corner = 130827000 + 20 * 1000
    seen = straight(20) + [Seen(20 + i, corner, 1008833000 + i * 1015) for i in range(20)]
    line = kept(Track({"error_m": 10, "every_s": 300}), seen + parked(seen))
    assert 3 <= len(line) <= 4
    assert min(abs(row[1] - corner) + abs(row[2] - 1008833000) for row in line) <= 2100


def test_nothing_is_kept_while_parked():
    line = kept(
        Track(_CONFIG),
        [Seen(i, 130827000 + i * 900, 1008833000, phase="parked") for i in range(100)],
    )
    assert line == []


def test_the_last_position_of_a_drive_is_kept_once():
    seen = straight(8)
    track = Track(_CONFIG)
    line = kept(track, seen + parked(seen) + parked(seen))
    assert [row[0] - _UTC_MS // 1000 for row in line] == [0, 7]
    again = Seen(100, 130900000, 1008833000)
    assert kept(track, [again])[0][1] == 130900000


def test_a_stop_is_kept_once_after_ten_seconds_and_again_when_it_goes_on():
    seen = straight(8)
    track = Track(_CONFIG)
    kept(track, seen)
    stop = seen[-1].gnss.lat_e7 + 500
    standing = [Seen(8 + i, stop + i % 3 * 50, 1008833000 - i % 5 * 40, 100) for i in range(200)]
    creep = [Seen(210 + i, stop + i * 4, 1008833000, 440) for i in range(100)]
    assert kept(track, standing[:10]) == []
    (there,) = kept(track, standing[10:] + creep)
    assert abs(there[1] - stop) < 500
    line = kept(track, [Seen(310 + i, stop + 400 + i * 1000, 1008833000) for i in range(5)])
    assert len(line) == 1 and abs(line[0][1] - stop) < 500


def off_dm(point, end):
    """From a point to the line from (0, 0) to end, in decimetres; all are (north, east)."""
    square = end[0] ** 2 + end[1] ** 2
    share = (point[0] * end[0] + point[1] * end[1]) / square if square else 0
    share = max(0, min(1, share))
    return math.sqrt((point[0] - share * end[0]) ** 2 + (point[1] - share * end[1]) ** 2)


def optimum(seen):
    """Positions that an opening window without limits keeps."""
    at = []
    for s in seen:
        north, east = geo.offset_mm(130827000, 1008833000, s.gnss.lat_e7, s.gnss.lon_e7)
        at.append((north / 100, east / 100))

    def fits(start, end):
        to = (at[end][0] - at[start][0], at[end][1] - at[start][1])
        for index in range(start + 1, end):
            point = (at[index][0] - at[start][0], at[index][1] - at[start][1])
            if off_dm(point, to) > 100:
                return False
        return True

    start, count = 0, 1
    while start < len(at) - 1:
        end = start + 1
        while end + 1 < len(at) and fits(start, end + 1):
            end += 1
        start = end
        count += 1
    return count


def test_hardly_more_are_kept_than_have_to_be():
    found = best = 0
    for seed in range(8):
        seen = drive(seed)
        found += len(kept(Track({"error_m": 10, "every_s": 10000}), seen + parked(seen)))
        best += optimum(seen)
    assert best <= found <= best * 108 // 100, (found, best)


def test_what_is_passed_in_any_order_stays_within_the_width():
    """Also after room ran out, when only the corners of the hull are left."""
    random.seed(7)
    admitted = 0
    for width in (20, 98, 400):
        for _ in range(30):
            corridor = Corridor(width)
            passed = []
            for step in range(300):
                way = random.choice((step * 60, random.randrange(1 + step * 60)))
                point = (way + random.randrange(-20, 21), way // 3 + random.randrange(-20, 21))
                length = int(math.sqrt(point[0] ** 2 + point[1] ** 2))
                worst = max([off_dm(other, point) for other in passed] or [0])
                if corridor.admits(point[0], point[1], length):
                    assert worst <= width + 0.001, (width, step, worst)
                    passed.append(point)
                    admitted += 1
                else:
                    assert worst > width - 1 or len(passed) > 40, (width, step, worst)
    assert admitted > 5000


def test_a_line_that_has_too_many_corners_ends():
    corridor = Corridor(100000)
    circle = [(int(9000 * math.cos(i / 100)), int(9000 * math.sin(i / 100))) for i in range(628)]
    admitted = [corridor.admits(n, e, 9000) for n, e in circle]
    assert admitted[:64] == [True] * 64 and not all(admitted)
    corridor.clear()
    assert corridor.admits(9000, 0, 9000)


def test_a_jump_out_of_reach_is_kept_and_so_is_the_way_back():
    track = Track({"error_m": 10, "every_s": 10000})
    far = [Seen(10 + i, 130827000 + 4000 * 904, 1008833000 + i, 0) for i in range(3)]
    back = [Seen(20 + i, 130827000 + i * 9, 1008833000, 0) for i in range(3)]
    seen = straight(8) + far + back
    line = kept(track, seen + parked(seen))
    assert [row[0] - _UTC_MS // 1000 for row in line] == [0, 7, 10, 12, 20, 22]


def test_no_heap_while_nothing_is_kept():
    if not hasattr(gc, "mem_alloc"):
        return  # only MicroPython can tell
    track = Track({"error_m": 50, "every_s": 10000})
    seen = [Seen(i, 130827000 + i * 90 + i % 3 * 90, 1008833000 + i % 7 * 60) for i in range(400)]
    for s in seen[:10]:
        track.keep(s)
    track.take()
    seen = seen[10:]
    gc.collect()
    gc.disable()
    before = gc.mem_alloc()
    for s in seen:
        if track.keep(s):
            raise AssertionError("kept")
    used = gc.mem_alloc() - before
    gc.enable()
    assert used <= 32, used  # the range of the loop


def test_unknown_adds_nothing():
    track = Track(_CONFIG)
    for name in ("lat_e7", "utc_ms"):
        s = Seen(1, 130827000, 1008833000)
        put(s, name, None)
        assert track.keep(s) == 0
    s = Seen(1, 130827000, 1008833000)
    s.gnss.fix_new = False
    assert track.keep(s) == 0
    assert track.keep(Seen(1, 130827000, 1008833000, None)) == 1
    assert track.take()[3] is None


def test_positions_that_are_not_taken_stay_few():
    track = Track({"error_m": 10, "every_s": 1})
    waiting = [track.keep(s) for s in straight(100)]
    assert max(waiting) == 8
