"""Five or ten fixes a second: braking that no tyre can do is seen over about a second."""

from road import Road


def brakes(road, before_mms, mms2, ms, wild=()):
    """Drives for 4 s, brakes to a stop and stands for 3 s -> [steps]. wild: {fix: added mm/s}."""
    speed, north_mm, steps = before_mms, 0, []
    for count in range(-4000 // ms, (before_mms // mms2 * 1000 + 4000) // ms):
        if count > 0:
            speed = max(0, speed - mms2 * ms // 1000)
        north_mm += speed * ms // 1000
        road.fix(north_mm // 1000, max(0, speed + dict(wild).get(count, 0)), ms)
        if road.plausible.step_mms2 is not None:
            steps.append(road.plausible.step_mms2)
    return steps


def test_a_crash_at_many_fixes_a_second_is_one_step():
    """Each speed may be reached from the one before: 3.3 m/s in 0.2 s, 1.7 m/s in 0.1 s."""
    for before, mms2, most in ((16667, 16667, 16700), (20833, 13889, 13900), (25000, 16667, 16700),
                               (25000, 50000, 32000), (25000, 250000, 32000)):  # fmt: skip
        for ms in (100, 200):
            steps = brakes(Road(), before, mms2, ms)
            assert len(steps) == 1 and -most <= steps[0] < -10000, (before, mms2, ms, steps)


def test_its_hardest_second_counts():
    """It begins softly: 11 m/s2, then 25."""
    road = Road()
    road.fixes(*[(count * 3, 30000) for count in range(40)], after_ms=100)
    speeds = [30000 - 1100 * count for count in range(1, 11)]
    speeds += [19000 - 2500 * count for count in range(1, 8)] + [0] * 30
    steps = []
    for count, speed in enumerate(speeds):
        road.fix(120 + count, speed, 100)
        steps.append(road.plausible.step_mms2)
    (step,) = [step for step in steps if step is not None]
    assert step < -18000, step


def test_one_wild_fix_amid_real_braking_is_no_step():
    for ms in (100, 200):
        for mms2 in (6000, 9000):
            for wild in (-2000, -3500, -10000, -25000, 3000):
                for second in (0.2, 0.8, 1.2, 2, 2.6):
                    which = {int(second * 1000) // ms: wild}
                    steps = brakes(Road(), 25000, mms2, ms, which)
                    assert steps == [], (ms, mms2, wild, second)


def test_slower_for_less_than_a_second_and_a_half_is_no_step():
    """As softly as a crash, and back."""
    for ms in (100, 200):
        road = Road()
        road.fixes(*[(count, 20000) for count in range(4000 // ms)], after_ms=ms)
        lost = [0.25, 0.5, 0.75] + [1.0] * (1200 // ms - 3)
        for count, share in enumerate(lost + [0] * (3000 // ms)):
            road.fix(20 + count, int(20000 - 15000 * share), ms)
            assert road.plausible.step_mms2 is None, (ms, count)


def test_braking_that_shows_behind_a_place_set_aside_is_a_step():
    road = Road()
    north = 0
    for _ in range(30):
        north += 4
        road.fix(north, 20000, 200)
    for speed in (17000, 14000, 11000):
        north += 3
        assert road.fix(north, speed, 200)
    assert not road.fix(north + 70, None, 200)
    steps = []
    for speed in [5000, 2000] + [0] * 15:
        road.fix(north + 32, speed, 200)
        steps.append(road.plausible.step_mms2)
    (step,) = [step for step in steps if step is not None]
    assert step < -10000
