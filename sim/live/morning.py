"""python -m sim town: a school morning in Laem Chabang, live, with a summary at the end."""

from __future__ import annotations

import argparse
import ssl
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any, NamedTuple

from firmware.identity import Identity
from sim import wording
from sim.live.dashboard import Picture, Plain
from sim.live.ledger import Ledger
from sim.live.run import FLEET, LiveBus, Run, Stop
from sim.live.station_process import PERSON, StationProcess
from sim.live.town_release import NEW, OLD, STANDS_MS, TownRelease
from sim.network import brokers
from sim.network.secured import SecuredFleet
from sim.network.subscriber import Subscriber
from sim.world.day import fleet_morning
from sim.world.town_policy import policy_for
from sim.world.world import World

_SECURED = "by TLS:\nonly these buses and the station get in, each with its own certificate"
_PLAIN = "without TLS:\nany client of it can read, forge and command, and no bus has an identity"
_UPDATED = f"""\
The station brings release {NEW} to them: to the first bus in the depot, then
to the others on their way. In one of them its code is bad on purpose: that bus
goes back to the code before, and the station stops the rollout by itself.
"""
_MORNING_S = 2000
"""When the last bus has been parked and checked, more or less."""


@contextmanager
def broker_at(wanted: tuple[str, int] | None) -> Iterator[tuple[str, int, str]]:
    """(host, port, what it is) of the broker named, or of one started for the time being.

    OSError, with a sentence: none answers.
    """
    if wanted is None:
        with brokers.start() as broker:
            yield broker.host, broker.port, f"{broker.kind}, started for this on port {broker.port}"
        return
    host, port = wanted
    if not brokers.answers(host, port):
        raise ConnectionError(f"no MQTT broker answers at {host}:{port}")
    yield host, port, f"the one at {host}:{port}"


class Access(NamedTuple):
    """How the buses, the station and the city's subscriber reach the broker."""

    what: str
    buses: tuple[str, int]
    station: tuple[str, int]
    identities: dict[str, Identity]
    """Of no bus, at a broker of one's own."""
    tls: ssl.SSLContext | None
    settings: dict[str, str] | None
    """Of the station, for a fleet with identities."""


@contextmanager
def access_to(
    wanted: tuple[str, int] | None, buses: Sequence[str], utc_ms: int
) -> Iterator[Access]:
    """The broker named, or one that is started with keys and an identity for each bus. OSError."""
    if wanted is not None:
        with broker_at(wanted) as (host, port, what):
            yield Access(f"{what}, {_PLAIN}", (host, port), (host, port), {}, None, None)
        return
    with SecuredFleet(FLEET, buses, utc_ms) as fleet:
        what = f"{fleet.kind}, started for this on port {fleet.address[1]}, {_SECURED}"
        yield Access(what, fleet.address, fleet.station_address, fleet.identities,
                     fleet.as_station(), fleet.for_station)  # fmt: skip


@contextmanager
def subscribed(host: str, port: int, fleet: str = FLEET,
               tls: ssl.SSLContext | None = None) -> Iterator[Subscriber]:  # fmt: skip
    """The city's subscriber at that broker."""
    subscriber = Subscriber(host, port, fleet, tls)
    subscriber.start()
    try:
        yield subscriber
    finally:
        subscriber.stop()


def run(args: argparse.Namespace) -> int:
    """Exit status: 1 if the city lacks a confirmed record, 2 if no broker answers, 130 if Ctrl-C
    broke the start or the delivery off."""
    with ExitStack() as stack:
        stop = stack.enter_context(Stop())
        names = [f"bus-{number:02d}" for number in range(1, args.buses + 1)]
        release = None
        if args.station and args.release:
            release = stack.enter_context(TownRelease())
        worlds = town(args, release)
        start_ms = worlds[0].start_utc_ms
        try:
            access = stack.enter_context(access_to(args.broker, names, start_ms))
            subscriber = stack.enter_context(subscribed(*access.station, tls=access.tls))
        except OSError as error:
            print(f"python -m sim town: {error}.", file=sys.stderr)
            return 2
        _introduce(args, access.what, release is not None)
        station = None
        if args.station:
            station = open_station(stack, access, start_ms, args.buses, release)
        if station is None:
            release = None
        buses = [
            LiveBus(name, world, access.buses, policy=policy_for(number),
                    identity=access.identities.get(name), release=OLD if release else None)
            for number, (name, world) in enumerate(zip(names, worlds, strict=True))
        ]  # fmt: skip
        tell = station.tell if station else lambda utc_ms: None
        if station is not None and release is not None:
            release.begin(station, buses)
            tell = release.step
        return show(Run(buses, subscriber, args.speed, tell), args, stop, release)


def town(args: argparse.Namespace, release: TownRelease | None) -> list[World]:
    if release is None:
        return fleet_morning(args.buses, args.seed)
    return fleet_morning(args.buses, args.seed, stands_ms=STANDS_MS, may_go=release.may_go)


def open_station(
    stack: ExitStack, access: Access, utc_ms: int, buses: int, release: TownRelease | None = None
) -> StationProcess | None:
    """What municipal staff see, or a sentence why not: the town goes on without it."""
    print("Starting the station, some seconds ...", end="", flush=True)
    try:
        policy = FLEET, map_policy(buses)
        of = None if release is None else (release.key, release.file)
        process = StationProcess(
            access.station, utc_ms, more=access.settings, policy=policy, release=of
        )
        station = stack.enter_context(process)
    except OSError as error:
        print(f"\nThe town goes on without its station: {error}\n", flush=True)
        return None
    stack.callback(print, "Ending the station ...", flush=True)
    print(
        f" open {station.address} in a browser and sign in\nas {PERSON} with {station.password}\n",
        flush=True,
    )
    return station


def map_policy(buses: int) -> dict[str, Any]:
    """The parts of all buses' policies together."""
    packs = [policy_for(number) for number in range(buses)]
    routes = {route["id"]: route for pack in packs for route in pack["routes"]}
    return {**packs[0], "routes": list(routes.values())}


def faster(speed: float) -> str:
    """12 -> "12 times faster than life"."""
    if speed == 1:
        return "as fast as life"
    return f"{speed:g} times faster than life" if speed > 1 else f"at {speed:g} of life's speed"


def title(speed: float) -> str:
    """The headline of the picture."""
    return f"Laem Chabang, {faster(speed)}. Ctrl-C ends it."


def show(run: Run, args: argparse.Namespace, stop: Stop, release: TownRelease | None = None) -> int:
    """Drive, deliver, and give the account."""
    with Picture(title(args.speed)) if sys.stdout.isatty() else Plain() as screen:
        played(run, screen, args.duration, stop, release)
    if run.slipped:
        print(f"This computer is too slow for {args.speed:g} times life: the morning took longer.")
    if release is not None:
        print(*release.summary(), sep="\n")
    return account(run.ledger, stop)


def played(
    run: Run, screen: Picture | Plain, seconds: float | None, stop: Stop,
    release: TownRelease | None = None,
) -> None:  # fmt: skip
    """Drive and deliver; the first Ctrl-C ends the drive, the next one the delivery."""
    stop.runs = True
    is_done = run.drive(screen, seconds, stop)
    if is_done and release is not None:
        run.settle(screen, stop, lambda: release.is_over)
    stop.asked = False
    run.drain(screen, stop)


def account(ledger: Ledger, stop: Stop) -> int:
    """Print the summary; the exit status that it comes to."""
    print(*ledger.summary(), sep="\n")
    wrong = ledger.wrong()
    if wrong:
        print(f"Wrong: {wrong}")
        return 1
    if ledger.lost and stop.asked:
        print("You ended the delivery: what is missing is still in the buses' journals.")
        return 130
    return 1 if ledger.lost else 0


def _introduce(args: argparse.Namespace, broker: str, has_release: bool) -> None:
    if args.duration:
        lasts = f"ends after {wording.duration(args.duration)}"
    else:
        lasts = f"takes about {wording.roughly(_MORNING_S / args.speed)}"
    buses = "1 school bus" if args.buses == 1 else f"{args.buses} school buses, each"
    print(
        f"""\
A Monday morning from 06:00, {faster(args.speed)}; it {lasts}.
{buses} with the real firmware and drivers in front of simulated
chips. Some children do not buckle up; drivers speed, open doors too early and
forget the check button; and in one bus a child sleeps on.
{_UPDATED if has_release else ""}MQTT broker: {broker}.
What the city hears comes back from it. Ctrl-C ends it: the buses deliver what
they still hold, and a summary follows.
""",
        flush=True,
    )
