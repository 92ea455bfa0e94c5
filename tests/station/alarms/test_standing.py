from types import SimpleNamespace

from station.alarms.standing import asks_anew, bounded

INVENTED = [f"invented_{n}" for n in range(20)]


def row(active, acked_ms=0):
    return SimpleNamespace(severity="alarm", data={"active": active}, acked_ms=acked_ms)


def test_invented_kinds_leave_room_for_the_true_ones():
    kinds = bounded([*INVENTED, "child_left_behind", "sos", "sos"])
    assert kinds == ["invented_0", "child_left_behind", "sos"]


def test_a_true_kind_asks_anew_whatever_a_forger_named_before():
    before = bounded(INVENTED)
    assert asks_anew(row(before), {"active": ["child_left_behind"]}, 1000)
    assert not asks_anew(row(before), {"active": ["invented_21"]}, 1000)
    assert asks_anew(row(before), {"active": ["invented_21"]}, 2 * 60_000), "an alarm, after a time"
    assert not asks_anew(row(["sos"]), {"active": ["sos"]}, 1000)
