"""Random lives of a bus: clocks that jump, starts, silence, a broker that keeps the last message, a
station that starts again, and someone who sends again what he heard. A bus that speaks is never
shown as dark, a silent one never as heard, and nothing old makes a bus empty."""

import asyncio
import contextlib
import json
import random
from types import SimpleNamespace

import pytest
from station_told import NOW_MS, iso, state, status

from station.alarms.silence import Silence
from station.live.live import Live
from station.live.saved import SavedStates
from station.settings import Settings

SERIAL = "00000000000000a1"
KEY = ("lc", "bus-01")
DARK_S = 120
LIVES, STEPS = 5, 400
AHEAD_MS = 300_000


class Table:
    """What the table of buses holds of this one; for SavedStates."""

    def __init__(self):
        self.row = None

    @contextlib.asynccontextmanager
    async def opened(self):
        yield self

    read = write = opened

    async def execute(self, _query, rows=None):
        if rows:
            self.row = rows[0]
        found = {"id": 1, "fleet": KEY[0], "bus": KEY[1], "label": None, "phone": None,
                 "layout": None, "gone_ms": None, **(self.row or {})}  # fmt: skip
        return SimpleNamespace(all=lambda: [SimpleNamespace(**found)] if self.row else [])

    async def of_all(self, _connection, keys):
        return dict.fromkeys(keys, 1)

    def remember(self, *_about):
        pass


class Alarms:
    def own(self):
        return []

    async def raise_own(self, *_about):
        pass


class World:
    def __init__(self, loop, chance, is_sealed):
        self.loop = loop
        self.chance = chance
        self.serial = SERIAL if is_sealed else None
        self.now_ms = NOW_MS
        self.broker = SimpleNamespace(ok=True, since_ms=0)
        self.table = Table()
        self.kept = {}
        """What the broker keeps: by name."""
        self.said = []
        self.boot, self.up_ms = 7, 0
        self.ahead_ms = 0
        """Of its clock; None: it does not know the time."""
        self.is_alive = True
        self.is_empty = self.was_empty = False
        """Now, and by its newest state."""
        self.next_s = 10
        self.owes_ms = 0
        """By when it has to speak again."""
        self._opened()

    def _opened(self):
        clock = SimpleNamespace(now_ms=lambda: self.now_ms)
        self.live = Live(clock, SimpleNamespace(send=lambda *about: None))
        self.bus = self.live.bus(*KEY)
        settings = Settings(dark_after_s=DARK_S)
        services = SimpleNamespace(broker=self.broker)
        self.silence = Silence(clock, services, self.live, Alarms(), settings)
        self.saved = SavedStates(self.table, self.table, self.live)

    def hear(self, name, body, retained=False):
        take = self.live.state if name == "state" else self.live.status
        if take(*KEY, json.loads(body), retained, self.now_ms, self.serial):
            self.silence.heard(*KEY)

    def say(self, name, body):
        self.said.append((name, body))
        self.kept[name] = body
        self.hear(name, body)

    def says_state(self):
        has_time = self.ahead_ms is not None
        at_ms = self.now_ms + self.ahead_ms if has_time else None
        more = {} if has_time else {"boot": self.boot, "up_ms": self.up_ms}
        empty = {"phase": "parked"} if self.is_empty else {"taken": [3]}
        promise_ms = self.now_ms + self.next_s * 1000
        # A state that cannot be told from one that was sent again ends no earlier promise.
        self.owes_ms = promise_ms if self.can_be_told else max(self.owes_ms, promise_ms)
        self.was_empty = self.is_empty
        self.say("state", state(at_ms, next_s=self.next_s, **empty, **more)[1])

    def says_status(self):
        at = None if self.ahead_ms is None else iso(self.now_ms + self.ahead_ms)
        self.say("status", status(boot=self.boot, at=at)[1])

    def passes(self, ms):
        self.now_ms += ms
        self.up_ms += ms

    # What happens

    def clock_jumps(self):
        far = self.chance.choice([0, 0, 0, 30_000, 168_000, 295_000, 900_000, 10**12, -600_000])
        self.ahead_ms = self.chance.randint(0, far) if far > 0 else far

    def restarts(self):
        self.boot, self.up_ms = self.boot + 1, 2400
        self.ahead_ms = self.chance.choice([None, 0, 168_000])
        self.is_alive = True
        self.says_status()

    def falls_silent(self):
        self.is_alive = False

    def speaks_again(self):
        self.is_alive = True

    def changes(self):
        self.is_empty = not self.is_empty
        self.next_s = self.chance.choice([10, 60, 900])

    def is_sent_again(self):
        """By someone who heard it, whenever that was; the broker keeps it for the bus's own."""
        if self.serial is None or not self.said:
            return
        since = self.chance.choice([len(self.said), 30, 1])
        name, body = self.chance.choice(self.said[-since:])
        if self.chance.random() < 0.3:
            self.kept[name] = body
        self.hear(name, body, retained=self.chance.random() < 0.3)

    def station_starts_again(self):
        self.loop.run_until_complete(self.saved.save())
        self.passes(self.chance.choice([1000, 60_000, 600_000]))
        self._opened()
        self.loop.run_until_complete(self.saved.recall())
        self.broker.since_ms = self.now_ms
        for name, body in self.kept.items():
            self.hear(name, body, retained=True)
        self.owes_ms = max(self.owes_ms, self.now_ms) if self.is_alive else self.owes_ms

    def step(self):
        happens = self.chance.choices(
            [self.clock_jumps, self.restarts, self.falls_silent, self.speaks_again, self.changes,
             self.is_sent_again, self.station_starts_again, lambda: None],
            [6, 3, 3, 4, 8, 20, 3, 20],
        )[0]  # fmt: skip
        happens()
        if self.is_alive:
            self.passes(self.chance.randint(1000, 1000 * self.next_s))
            self.judge()
            self.says_state()
        else:
            self.passes(self.chance.choice([1000, 60_000, 200_000]))
        self.judge()

    def judge(self):
        self.loop.run_until_complete(self.silence.judge())

    # What has to hold

    @property
    def can_be_told(self):
        """Its clock is one that no replay could have: right, or ahead by less than 5 min."""
        if self.serial is None or self.ahead_ms is None:
            return True
        return 0 <= self.ahead_ms <= AHEAD_MS

    def holds(self):
        if self.is_alive and self.can_be_told:
            assert self.bus.dark_ms is None, "it speaks, and is shown as dark"
            assert self.bus.state == json.loads(self.said[-1][1]), "its newest state is not shown"
        last_ms = max(self.owes_ms, self.broker.since_ms) + DARK_S * 1000
        if not self.is_alive and self.owes_ms and self.now_ms >= last_ms:
            assert self.bus.dark_ms is not None, "it is silent, and is shown as heard"
        if self.serial is not None and not self.was_empty:
            assert not self.bus.is_surely_empty, "an old state makes it empty"


@pytest.mark.parametrize("is_sealed", [True, False], ids=["sealed", "unsealed"])
def test_random_lives_of_a_bus(is_sealed):
    seed = random.randrange(1 << 32)
    with contextlib.closing(asyncio.new_event_loop()) as loop:
        for life in range(LIVES):
            world = World(loop, random.Random(f"{seed}/{life}"), is_sealed)
            world.says_status()
            for step in range(STEPS):
                world.step()
                try:
                    world.holds()
                except AssertionError as error:
                    where = f"seed {seed}, life {life}, step {step}"
                    raise AssertionError(f"{error} ({where})") from None
