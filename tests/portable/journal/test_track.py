"""Track: few positions are kept, and the path can be redrawn from them."""

import math
import random
from array import array

from parts import put

from firmware import geo
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
                    geo.nearest(array("i", a[1:3] + b[1:3]), 0, 2, s.gnss.lat_e7, s.gnss.lon_e7)[0]
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


def test_where_it_stops_is_kept_at_once_and_only_once():
    seen = straight(8)
    track = Track(_CONFIG)
    kept(track, seen)
    stop = seen[-1].gnss.lat_e7 + 500
    standing = [Seen(8 + i, stop + i % 3 * 50, 1008833000 - i % 5 * 40, 100) for i in range(200)]
    line = kept(track, standing)
    assert len(line) == 1 and line[0][1] == stop
    creep = [Seen(210 + i, stop + i * 40, 1008833000, 440) for i in range(100)]
    assert kept(track, creep) == []


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
