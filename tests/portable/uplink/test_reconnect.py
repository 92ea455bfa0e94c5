"""When the next attempt begins after a link that failed, and when the radio restarts."""

from lines import BROKER, Dialer, Line, Radio
from uplinks import Bench

from firmware.uplink.link import Link
from firmware.uplink.reconnect import Reconnect


def waits(seed, cap_s=60, n=12):
    """How long after each failed attempt the next one begins, ms."""
    dialer = Dialer(*[OSError("refused")] * 99)
    link = Link(BROKER, "f-b", b"s", b"{}", dialer)
    reconnect = Reconnect(Radio(), link, cap_s, seed)
    found: list[int] = []
    began = 0
    now_ms = 0
    while len(found) < n:
        before = dialer.started
        reconnect.turn(now_ms)
        if dialer.started > before:
            if before:
                found.append(now_ms - began)
            began = now_ms
        now_ms += 10
    return found


def test_waits_double_from_a_second_to_the_cap_each_from_its_upper_half():
    found = waits(7)
    for n, wait in enumerate(found):
        span = min(60000, 1000 << n)
        assert span // 2 <= wait <= span + 30, found


def test_two_buses_do_not_come_back_together_and_one_bus_is_always_the_same():
    assert waits(7) == waits(7)
    assert waits(7) != waits(8)


def wait_after_a_link_that_lasted(ms):
    """Six attempts fail. Then a link opens, gets a PUBACK after `ms`, and breaks -> ms."""
    dialer = Dialer(*([OSError("refused")] * 6 + [Line(), Line()]))
    link = Link(BROKER, "f-b", b"s", b"{}", dialer)
    reconnect = Reconnect(Radio(), link, 60, 1)
    now_ms = 0
    while not link.is_open:
        now_ms += 10
        reconnect.turn(now_ms)
    now_ms += ms
    reconnect.proven(now_ms)
    link.close("broken")
    reconnect.lost(now_ms)
    began = now_ms
    while not link.is_open:
        now_ms += 10
        reconnect.turn(now_ms)
    return now_ms - began


def test_a_link_that_proved_itself_is_soon_tried_again():
    assert 500 <= wait_after_a_link_that_lasted(10000) <= 1020
    assert 4000 <= wait_after_a_link_that_lasted(9990) <= 8020


def test_failed_attempts_switch_the_radio_off_and_on_and_then_restart_it():
    dialer = Dialer(*[OSError("refused")] * 20)
    radio = Radio()
    reconnect = Reconnect(radio, Link(BROKER, "f-b", b"s", b"{}", dialer), 1, 1)
    seen = {}
    for now_ms in range(0, 60000, 10):
        reconnect.turn(now_ms)
        if radio.calls and len(radio.calls) not in seen:
            seen[len(radio.calls)] = dialer.started
        if dialer.started == 20:
            break
    assert radio.calls[:5] == ["down", "up", "restart", "down", "up"]
    assert [seen[n] for n in (2, 3, 5)] == [5, 10, 15]


def test_a_puback_starts_the_count_again():
    dialer = Dialer(*[OSError("refused")] * 13)
    radio = Radio()
    reconnect = Reconnect(radio, Link(BROKER, "f-b", b"s", b"{}", dialer), 1, 1)
    for now_ms in range(0, 60000, 10):
        if dialer.started == 4:
            reconnect.proven(now_ms)
        reconnect.turn(now_ms)
        if dialer.started == 13:
            break
    assert radio.calls == ["down", "up"]


def test_a_radio_restarted_by_us_does_not_shorten_the_waits():
    class Obedient(Radio):
        """Its network is back 700 ms after up()."""

        now_ms = 0
        back_ms = 0

        def up(self):
            self.back_ms = self.now_ms + 700

        def is_up(self):
            return self.now_ms >= self.back_ms

    dialer = Dialer(*[OSError("refused")] * 9)
    radio = Obedient()
    reconnect = Reconnect(radio, Link(BROKER, "f-b", b"s", b"{}", dialer), 60, 1)
    began: list[int] = []
    for now_ms in range(0, 120000, 10):
        radio.now_ms = now_ms
        reconnect.turn(now_ms)
        if dialer.started > len(began):
            began.append(now_ms)
    assert began[5] - began[4] >= 8000 and began[6] - began[5] >= 16000, began


def test_after_a_radio_went_by_itself_and_came_back_the_next_attempt_is_at_once():
    dialer = Dialer(*[OSError("refused")] * 9)
    radio = Radio(is_on=False)
    reconnect = Reconnect(radio, Link(BROKER, "f-b", b"s", b"{}", dialer), 60, 1)
    now_ms = 0

    def run(ms):
        nonlocal now_ms
        for _ in range(ms // 10):
            now_ms += 10
            reconnect.turn(now_ms)

    run(1000)
    radio.is_on = True
    while dialer.started < 4:
        run(10)
    radio.is_on = False
    run(1000)
    radio.is_on = True
    run(500)
    assert dialer.started == 5
    run(1000)
    assert dialer.started == 6  # as after a first failure


def test_a_dialer_that_has_no_thread_is_not_asked_all_the_time():
    class Busy(Dialer):
        def start(self, connect):
            self.started += 1
            raise OSError("earlier attempts still hang")

    dialer = Busy()
    reconnect = Reconnect(Radio(), Link(BROKER, "f-b", b"s", b"{}", dialer), 60, 1)
    for now_ms in range(0, 15000, 10):
        reconnect.turn(now_ms)
    assert 3 <= dialer.started <= 5 and reconnect.attempts_failed == dialer.started


def test_a_radio_that_lost_its_network_takes_the_link_with_it():
    line = Line()
    bench = Bench(line, Line())
    bench.run()
    bench.radio.is_on = False
    bench.run(600)
    assert not bench.uplink.connected and "radio" in bench.uplink.failure and line.is_closed
    bench.run(5000)
    assert bench.uplink.attempts == 1
    bench.radio.is_on = True
    bench.run(600)
    assert bench.uplink.connected


def test_after_a_break_the_next_attempt_waits_half_a_second_or_more():
    first = Line()
    bench = Bench(first, Line())
    bench.run()
    first.ended = True
    bench.run(500)
    assert bench.uplink.attempts == 1
    bench.run(1000)
    assert bench.uplink.attempts == 2


def test_without_a_radio_there_is_no_attempt_and_the_radio_is_asked_once():
    radio = Radio(is_on=False)
    dialer = Dialer(Line())
    link = Link(BROKER, "f-b", b"s", b"{}", dialer)
    reconnect = Reconnect(radio, link, 60, 1)
    for now_ms in range(0, 29000, 100):
        reconnect.turn(now_ms)
    assert radio.calls == ["up"] and dialer.started == 0  # the radio tries again by itself
    radio.is_on = True
    reconnect.turn(29500)
    reconnect.turn(29500)
    assert link.is_open


def test_each_sleep_switches_the_radio_off_after_two_seconds():
    radio = Radio()
    reconnect = Reconnect(radio, Link(BROKER, "f-b", b"s", b"{}", Dialer(Line())), 60, 1)
    for began_ms in (10000, 20000):
        reconnect.sleep(began_ms)
        assert reconnect.is_asleep and not reconnect.is_off
        reconnect.turn(began_ms + 1999)
        assert "down" not in radio.calls and not reconnect.is_off
        reconnect.turn(began_ms + 2000)
        reconnect.turn(began_ms + 3000)
        assert radio.calls == ["down"] and reconnect.is_off
        reconnect.wake(began_ms + 5000)
        assert not reconnect.is_asleep and not reconnect.is_off
        radio.calls.clear()


def test_after_a_sleep_it_connects_at_once_whatever_was_before():
    dialer = Dialer(*[OSError("refused")] * 10)
    radio = Radio()
    reconnect = Reconnect(radio, Link(BROKER, "f-b", b"s", b"{}", dialer), 60, 1)
    now_ms = 0
    while dialer.started < 8:  # more than half a minute to the next one
        reconnect.turn(now_ms)
        now_ms += 10
    reconnect.turn(now_ms)
    reconnect.sleep(now_ms)
    reconnect.wake(now_ms + 1000)
    reconnect.turn(now_ms + 1000)
    assert dialer.started == 9
    for later_ms in range(0, 1010, 10):
        reconnect.turn(now_ms + 1000 + later_ms)
    assert dialer.started == 10, "and after a first failure a second later"


def test_a_radio_without_a_network_is_asked_again_after_a_sleep():
    radio = Radio(is_on=False)
    reconnect = Reconnect(radio, Link(BROKER, "f-b", b"s", b"{}", Dialer(Line())), 60, 1)
    reconnect.turn(0)
    reconnect.sleep(1000)
    reconnect.turn(3000)
    reconnect.wake(4000)
    reconnect.turn(4000)
    assert radio.calls == ["up", "down", "up"]


def test_who_leaves_to_come_back_does_not_wait_and_has_not_failed():
    dialer = Dialer(*[Line() for _ in range(6)])
    link = Link(BROKER, "f-b", b"s", b"{}", dialer)
    reconnect = Reconnect(Radio(), link, 60, 1)
    now_ms = 0
    for turn in range(6):
        began = now_ms
        while not link.is_open:
            now_ms += 10
            reconnect.turn(now_ms)
        assert now_ms - began <= 50, turn
        link.leave("more")
        reconnect.left(now_ms)
    assert reconnect.attempts_failed == 0
