"""A press of the check button: begun with a released button, 0.4 s to 10 s long."""

from firmware.sensing.press import Press


def pressed(*looks):
    """looks: (reading, ms) -> what update() said, without the None of every other tick."""
    press, now_ms, said = Press(), 0, []
    for reading, ms in looks:
        for _ in range(ms // 100):
            told = press.update(now_ms, reading)
            if told is not None:
                said.append(told)
            now_ms += 100
    return said


def test_a_press_is_judged_at_its_release():
    for ms, said in ((100, []), (300, []), (400, [400]), (10000, [10000]), (10100, [])):
        assert pressed((False, 100), (True, ms), (False, 500)) == said, ms
        assert pressed((False, 100), (True, ms)) == [], "it has not ended"


def test_one_that_began_unseen_or_was_unknown_meanwhile_is_none():
    assert pressed((None, 100), (True, 1000), (False, 500)) == []
    assert pressed((True, 1000), (False, 500)) == []
    assert pressed((False, 100), (True, 500), (None, 100), (True, 500), (False, 500)) == []
    assert pressed((False, 100), (True, 500), (None, 100), (False, 500)) == []


def test_the_next_one_counts_again():
    looks = ((False, 100), (True, 500), (False, 100), (True, 20000), (False, 100), (True, 700))
    assert pressed(*looks, (False, 100)) == [500, 700]
    assert pressed((False, 100), (None, 100), (True, 500), (False, 100)) == [500]
