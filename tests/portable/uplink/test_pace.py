"""How many bytes may be in flight: it depends on how soon the broker acknowledges."""

from firmware.uplink.pace import Pace


def test_pace_grows_while_acknowledgements_are_prompt_and_shrinks_when_they_queue():
    pace = Pace(4000, 12000)
    assert pace.allows(3999) and not pace.allows(4000)
    for _ in range(10):
        pace.acknowledged(100, 2000)
    pace.acknowledged(1100, 2000)
    assert pace.allows(11999) and not pace.allows(12000)
    pace.acknowledged(1101, 2000)
    assert not pace.allows(9000) and pace.allows(8999)
    for _ in range(20):
        pace.acknowledged(2000, 2000)
    assert pace.allows(3999) and not pace.allows(4000)


def test_a_long_round_trip_is_no_queue():
    pace = Pace(4000, 12000)
    for _ in range(5):
        pace.acknowledged(3000, 2000)
    assert pace.allows(11999)
