"""RuleEngine: new thresholds, rules that break, what stands meanwhile."""

from parts import snapshot
from recording import recording

from firmware.event import CLEARED, RAISED, Event
from firmware.rules import engine
from firmware.rules.engine import RuleEngine
from firmware.warnings import CHIME, SILENT


class Fast:
    """Raised above the limit; `breaks`: the next words cannot be found."""

    kind = "fast"
    breaks = False
    made = 0
    cannot_be_made = False

    def __init__(self, thresholds):
        if Fast.cannot_be_made:
            raise MemoryError
        Fast.made += 1
        self.warning = SILENT
        self.limit = thresholds["limit"]

    def judge(self, s):
        fast = s.gnss.speed_mms > self.limit
        if fast == (self.warning == CHIME):
            return None
        self.warning = CHIME if fast else SILENT
        if Fast.breaks:
            raise MemoryError("words")
        return Event(self.kind, "warning", RAISED if fast else CLEARED)


class Slow:
    """Never warns; breaks when it is told to."""

    kind = "slow"
    breaks = False

    def __init__(self, thresholds):
        self.warning = SILENT
        self.is_told = False

    def judge(self, s):
        if Slow.breaks:
            raise MemoryError
        if self.is_told or s.gnss.speed_mms != 7:
            return None
        self.is_told = True
        return Event(self.kind, "alarm")


class Bench:
    def __init__(self):
        Fast.breaks = Fast.cannot_be_made = Slow.breaks = False
        self.s = snapshot()
        _, self.recorder = recording()
        self.engine = with_rules(lambda: RuleEngine(self.recorder, thresholds()))

    def changes(self, **changes):
        with_rules(lambda: self.engine.on_thresholds(thresholds(**changes)))

    def ticks(self, speed_mms, n=1):
        """-> (kind, state) of what was told in n ticks."""
        self.s.gnss.speed_mms = speed_mms
        told = []
        for _ in range(n):
            notices = []
            with_rules(lambda notices=notices: self.engine.judge(self.s, notices))
            for event in notices:
                self.recorder.event(event, self.s)
                told.append((event.kind, event.state))
                if event.state == CLEARED:
                    self.ended = event
        return told

    def kinds(self):
        return [rule.kind for rule in self.engine.rules]


def thresholds(limit=50, disabled=()):
    return {"limit": limit, "disabled": disabled}


def with_rules(do):
    rules = engine.RULES
    engine.RULES = (Fast, Slow)
    try:
        return do()
    finally:
        engine.RULES = rules


def test_other_limits_count_from_the_next_tick():
    one = Bench()
    assert one.ticks(60) == [("fast", "raised")]
    assert one.ticks(40) == [("fast", "cleared")]
    one.changes(limit=30)
    assert one.ticks(40) == [("fast", "raised")]


def test_what_stands_ends_by_the_limits_by_which_it_began():
    one = Bench()
    one.ticks(60)
    one.changes(limit=70)
    made = Fast.made
    assert one.ticks(60, 10) == []
    assert Fast.made == made, "nothing is made in vain"
    assert one.ticks(40) == [("fast", "cleared")]
    assert one.ticks(60, 3) == []
    assert one.ticks(80) == [("fast", "raised")]


def test_a_rule_goes_when_nothing_of_it_stands_and_comes_back_in_its_order():
    one = Bench()
    one.ticks(60)
    assert one.kinds() == ["fast", "slow"]
    one.changes(disabled=["fast"])
    assert one.ticks(60, 3) == [] and one.kinds() == ["fast", "slow"]
    assert one.ticks(40, 2) == [("fast", "cleared")]
    assert one.kinds() == ["slow"]
    assert one.ticks(60) == []
    one.changes()
    assert one.ticks(60) == [("fast", "raised")]
    assert one.kinds() == ["fast", "slow"]


def test_a_beginning_without_words_is_told_a_tick_later():
    one = Bench()
    Fast.breaks = True
    assert [kind for kind, _ in one.ticks(60, 4)] == ["fault"], "once"
    Fast.breaks = False
    assert one.ticks(60) == [("fast", "raised")]
    assert one.ticks(40, 2) == [("fast", "cleared")]
    Fast.breaks = True
    assert [kind for kind, _ in one.ticks(60, 4)] == ["fault"], "and when it breaks again"


def test_an_end_without_words_is_an_end():
    one = Bench()
    one.ticks(60)
    Fast.breaks = True
    assert [told for told in one.ticks(40) if told[0] == "fast"] == [("fast", "cleared")]
    assert one.recorder.active() == []
    assert dict(one.ended.why) == {"broke": True}
    Fast.breaks = False
    assert one.ticks(60) == [("fast", "raised")]


def test_what_never_warns_stands_on_though_its_rule_breaks():
    one = Bench()
    assert one.ticks(7) == [("slow", "raised")]
    Slow.breaks = True
    assert [kind for kind, _ in one.ticks(7, 4)] == ["fault"]
    Slow.breaks = False
    assert one.ticks(7, 4) == [] and one.recorder.active() == ["slow"]


def test_a_rule_that_cannot_be_made_is_told_once_and_tried_again():
    one = Bench()
    one.ticks(0)
    Fast.cannot_be_made = True
    one.changes(limit=70)
    assert one.ticks(40, 5) == [("fault", "raised")]
    assert one.ticks(60, 5) == [("fast", "raised")], "the old one goes on"
    Fast.cannot_be_made = False
    assert one.ticks(40, 2) == [("fast", "cleared")]
    assert one.ticks(60) == []
    assert one.ticks(80) == [("fast", "raised")]
