"""Fixtures for all tests.

What only some tests use is imported where it is used: every run of one test pays for the rest.
"""

import signal
from pathlib import Path

import pytest
from schemas import KINDS, Breach, validate

import sim  # noqa: F401  (CPython looks like MicroPython from here on)
from firmware.rules.engine import RuleEngine
from firmware.update import manifest
from sim.network.peer import Peer

LEVELS = ("nothing", "lamp", "chime", "prompt", "inside", "horn")  # firmware/warnings.py
LONG = ("sim/virtual/", "tools/", "sim/soak/", "firmware/", "station/web/")  # of tests/


if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A run in a shell's background inherits this, and so would the programs that tests interrupt.
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items):
    """Files that take long begin first, so that none runs alone on one processor at the end."""
    here = Path(__file__).parent
    items.sort(key=lambda item: not item.path.relative_to(here).as_posix().startswith(LONG))


@pytest.fixture(autouse=True)
def signatures():
    """A portable test may believe a release unverified (update_bench.py): the next one does not."""
    real = manifest.verify
    yield
    manifest.verify = real


@pytest.fixture(autouse=True)
def contract(monkeypatch):
    """Every message that reaches a broker in memory is held to docs/schema, and what the driver
    hears to docs/schema/kinds.json, whenever a rule reports something."""
    breaches = []
    hear, judge = Peer.hear, RuleEngine.judge

    def checked(peer, message, now_ms):
        if message.topic.startswith("schoolbus/"):
            try:
                validate(message.topic, message.payload)
            except Breach as breach:  # told at the end: the firmware would take it for a bad link
                breaches.append(breach)
        hear(peer, message, now_ms)

    def judged(engine, s, notices):
        before = len(notices)
        judge(engine, s, notices)
        for rule in engine.rules if len(notices) > before else ():
            level = LEVELS[rule.warning]
            if rule.warning and level not in KINDS.get(rule.kind, {"driver": LEVELS})["driver"]:
                breaches.append(f"{rule.kind} does not declare {level} in its `Driver:`")

    monkeypatch.setattr(Peer, "hear", checked)
    monkeypatch.setattr(RuleEngine, "judge", judged)
    yield
    assert not breaches, "\n".join(str(breach) for breach in breaches[:5])


@pytest.fixture
def bus():
    """A bus to tell a story of: parked and checked, with a fix, connected (sim/stories/story.py).

    At the end its client is held to the MQTT standard, and what the city has to what the
    journal confirmed.
    """
    from sim.stories.story import Story

    story = Story()
    yield story
    story.rig.check()
