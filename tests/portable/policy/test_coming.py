"""A policy on its way keeps a parked bus awake; whoever forges parts empties no battery."""

from firmware.policy.coming import Coming

MINUTE = 60000


class Night:
    def __init__(self):
        self.coming = Coming()
        self.now_ms = 0

    def awake_s(self, seconds, pack, steps):
        """-> for how many of these seconds the bus is kept awake. steps(second) -> int"""
        awake = 0
        for second in range(seconds):
            self.coming.update(self.now_ms, pack, steps(second))
            self.now_ms += 1000
            awake += self.coming.keeps_awake
        return awake


def test_without_an_offer_nothing_keeps_it_awake():
    night = Night()
    assert night.awake_s(10, None, lambda second: 0) == 0
    assert night.awake_s(100, None, lambda second: second) == 0


def test_parts_that_come_keep_it_awake_and_75_s_more():
    night = Night()
    assert night.awake_s(600, "a", lambda second: 1 + second // 60) == 600
    assert night.awake_s(600, "a", lambda second: 11) == 75
    assert night.awake_s(10, "a", lambda second: 12) == 10
    assert night.awake_s(10, None, lambda second: 12) == 0, "all of it is here"


def test_each_pack_has_half_an_hour_however_often_it_is_offered():
    night = Night()
    assert night.awake_s(7200, "a", lambda second: second + 1) == 1800
    assert night.awake_s(10, None, lambda second: 7200) == 0
    assert night.awake_s(7200, "a", lambda second: second + 7201) == 0
    assert night.awake_s(60, "b", lambda second: second + 14401) == 60


def test_the_time_between_does_not_count():
    night = Night()
    for hour in range(24):
        assert night.awake_s(3600, "a", lambda second: hour + 1) == 75  # noqa: B023
    assert night.awake_s(1, "a", lambda second: 25) == 0
