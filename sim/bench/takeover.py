"""How long a standby takes to lead, for each way in which a leader can end.

Real processes, PostgreSQL and mosquitto; records come all the time, and each has to be in the
database once at the end.
"""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Callable
from typing import Any, NamedTuple

import asyncpg

from sim.live.postgres import Cluster, programs
from sim.live.record_flow import RecordFlow
from sim.live.stations import Process, Stations
from sim.network import brokers
from sim.network.proxy import Proxy

_TRIES = 3
_DRAIN_S = 120
_PAUSE_S = 5
GOAL_S = 15


class Kept(NamedTuple):
    """What the database has."""

    events: int
    alarms: int
    heard: int
    """Lines of the log: an alarm is heard once."""


def ask(database: str, *queries: str) -> list[Any]:
    """One number of each."""

    async def asked() -> list[Any]:
        connection = await asyncpg.connect(database)
        try:
            return [await connection.fetchval(query) for query in queries]
        finally:
            await connection.close()

    return asyncio.run(asked())


def kept(database: str) -> Kept:
    return Kept(*ask(
        database, "SELECT count(*) FROM events", "SELECT count(*) FROM alarms",
        "SELECT count(*) FROM alarm_log WHERE what = 'heard'",
    ))  # fmt: skip


def cut(database: str) -> int:
    """Ends the database connections of the leader -> how many."""
    (holder,) = ask(database, "SELECT holder FROM leader")
    query = ("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
             f"WHERE application_name = 'busguard-{holder}'")  # fmt: skip
    return ask(database, query)[0]


class Pair:
    """A leader and a standby; the roles change with each death."""

    def __init__(self, stations: Stations, leader: dict[str, str] | None = None):
        """leader: settings of the first one alone."""
        self._stations = stations
        self.leader = stations.start("leader", **(leader or {}))
        self.standby = stations.start("standby")

    def takes_over(self, end: Callable[[Process], None]) -> float:
        """-> seconds from its end until the standby leads, with broker and database."""
        end(self.leader)
        seconds = self._stations.until(lambda: self.standby.is_ready("leader"), "a takeover")
        self.leader, self.standby = self.standby, self.leader
        return seconds

    def wakes(self) -> float:
        """The one that was stopped goes on -> seconds until it is a standby."""
        self.standby.send(signal.SIGCONT)
        return self._stations.until(lambda: self.standby.is_ready("standby"), "its end")

    def again(self) -> None:
        """In the place of the one that was killed."""
        self.standby = self._stations.start("standby")


def killed(one: Process) -> None:
    one.send(signal.SIGKILL)


def stopped(one: Process) -> None:
    one.send(signal.SIGSTOP)


def ended(one: Process) -> None:
    one.send(signal.SIGTERM)


def drained(database: str, stations: Stations, events: int) -> Kept:
    """Once the database has them all, and a moment later."""
    stations.until(lambda: kept(database).events >= events, "all records", _DRAIN_S)
    time.sleep(1)
    return kept(database)


def run(say: Callable[[str], None]) -> None:
    where = programs()
    if where is None:
        say("  PostgreSQL is not installed: no takeover was measured.")
        return
    cluster = Cluster(where)
    try:
        with brokers.start() as broker:
            _measure(say, cluster.new(), (broker.host, broker.port))
    finally:
        cluster.stop()


def _measure(say: Callable[[str], None], database: str, broker: tuple[str, int]) -> None:
    with Stations(database, [broker]) as stations:
        pair = Pair(stations)
        with RecordFlow([broker], a_second=50) as flow:
            seconds = []
            for _ in range(_TRIES):
                seconds.append(pair.takes_over(killed))
                pair.again()
            _tell(say, "kill -9", seconds)
            seconds, woke = [], []
            for _ in range(_TRIES):
                seconds.append(pair.takes_over(stopped))
                woke.append(pair.wakes())
            _tell(say, "SIGSTOP", seconds)
            shown = ", ".join(f"{one:.1f}" for one in woke)
            say(f"    the one that was stopped goes on, and is a standby after {shown} s")
            seconds = []
            for _ in range(_TRIES):
                seconds.append(pair.takes_over(ended))
                pair.again()
            _tell(say, "SIGTERM", seconds)
            cuts = []
            for _ in range(_TRIES):
                cuts.append(cut(database))
                time.sleep(_PAUSE_S)
            goes_on = pair.leader.is_ready("leader")
            say(f"  {', '.join(map(str, cuts))} database connections cut: "
                f"{'it goes on leading' if goes_on else 'another one leads'}")  # fmt: skip
            events = flow.finish()
            there = drained(database, stations, events)
    say(f"  {events} records were acknowledged, {there.events} are in the database; "
        f"{there.alarms} alarms, heard {there.heard} times")  # fmt: skip
    with Stations(database, [broker]) as stations, Proxy(*broker) as proxy:
        pair = Pair(stations, {"STATION_BROKER": f"{brokers.HOST}:{proxy.port}"})

        def without_broker(_: Process) -> None:
            proxy.hangs_up = True
            proxy.reset()

        _tell(say, "no broker for the leader alone", [pair.takes_over(without_broker)])


def _tell(say: Callable[[str], None], what: str, seconds: list[float]) -> None:
    shown = ", ".join(f"{one:.1f}" for one in seconds)
    say(f"  {what}: {shown} s (goal <= {GOAL_S})")
