"""Sends what is new, rests while the other system is away, and forgets what is over."""

import asyncio

from station.feeds.forward.forwarder import EVERY_S, Away, Forwarder


class Scene:
    def __init__(self, at_once=2):
        self.now, self.sent, self.fails, self.again = {}, [], 0, ()
        self.forwarder = Forwarder("It", self._look, self._send, at_once)

    async def _look(self, _):
        return dict(self.now)

    def _send(self, things):
        if self.fails:
            self.fails -= 1
            raise Away("HTTP 500")
        self.sent.append(dict(things))
        return self.again

    def turns(self, times=1):
        async def story():
            return [await self.forwarder.turn() for _ in range(times)]

        return asyncio.run(story())


def test_only_what_is_new_is_sent_in_parts():
    scene = Scene()
    scene.now = {"a": 1, "b": 1, "c": 1}
    assert scene.turns(2) == [EVERY_S, EVERY_S]
    scene.now = {"a": 1, "b": 2, "c": 1}
    scene.turns()
    assert scene.sent == [{"a": 1, "b": 1}, {"c": 1}, {"b": 2}]


def test_the_rests_grow_and_only_the_newest_is_sent_afterwards(caplog):
    scene = Scene()
    scene.fails = 9
    rests = []
    for turn in range(10):
        scene.now = {"a": turn}
        rests += scene.turns()
    assert rests == [10, 20, 40, 80, 160, 320, 600, 600, 600, EVERY_S]
    assert scene.sent == [{"a": 9}]
    assert [one.levelname for one in caplog.records].count("WARNING") == 1


def test_a_failure_leaves_what_was_sent_before_it_in_the_same_turn():
    scene = Scene(at_once=1)
    scene.now = {"a": 1, "b": 1}
    original = scene._send
    scene.forwarder._send = lambda things: original(things) if "a" in dict(things) else _away()
    scene.turns()
    scene.forwarder._send = original
    scene.turns()
    assert scene.sent == [{"a": 1}, {"b": 1}]


def _away():
    raise Away("HTTP 500")


def test_what_is_over_is_forgotten_and_sent_again_if_it_comes_back():
    scene = Scene()
    for now in ({"a": 1}, {}, {"a": 1}):
        scene.now = now
        scene.turns()
    assert scene.sent == [{"a": 1}, {"a": 1}]
    assert set(scene.forwarder._sent) == {"a"}


def test_what_was_refused_for_now_is_sent_again():
    scene = Scene()
    scene.now, scene.again = {"a": 1, "b": 1}, {"b"}
    scene.turns()
    scene.again = ()
    scene.turns(2)
    assert scene.sent == [{"a": 1, "b": 1}, {"b": 1}]


def test_the_rest_has_an_end_however_often_it_failed():
    scene = Scene()
    scene.now, scene.fails, scene.forwarder._failures = {"a": 1}, 1, 5000
    assert scene.turns() == [600]
