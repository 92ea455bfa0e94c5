"""The first moments after a start: nothing is judged, for two seconds at most."""

from firmware.sensing.settling import Settling


def test_it_is_over_once_all_is_known():
    settling = Settling()
    assert settling.update(700, False)
    assert settling.update(800, False)
    assert not settling.update(900, True)


def test_it_is_over_after_two_seconds_whatever_is_unknown():
    settling = Settling()
    assert settling.update(700, False)
    assert settling.update(2600, False)
    assert not settling.update(2700, False)
