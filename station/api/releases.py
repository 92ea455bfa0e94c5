"""Firmware over the air: releases, what one would change, and the rollout of each fleet.

Only administrators change anything. How far a rollout is may be seen by everybody who sees the
fleet: an officer on duty has to know that a silent bus is just being updated.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, HTTPException, Path, Query
from pydantic import BaseModel, Field

from station.api.guards import NAME, Admin, TheStation, Viewer, note_access, problems
from station.clock import iso
from station.release import change, progress, store
from station.release.fit import Known
from station.release.problem import ReleaseError
from station.release.rows import Rollout
from station.release.stages import MOST, StageError, parse, words
from station.release.store import Kept
from station.station import Station

router = APIRouter(tags=["releases"])
Fleet = Annotated[str, Path(pattern=NAME)]
Number = Annotated[int, Path(ge=1, le=2**62)]
StageText = Annotated[str, Field(max_length=1000)]
BusName = Annotated[str, Field(pattern=NAME)]


class Notes(BaseModel):
    en: str
    th: str


class ReleaseView(BaseModel):
    """problem: why it cannot be used; then only its version is known."""

    id: int
    version: str
    made_at: str | None
    added_at: str | None
    added_by: str
    commit: str
    micropython: list[str]
    boards: list[str]
    notes: Notes
    problem: str | None


class Releases(BaseModel):
    """problem: why nothing can be offered now. warning: the private key lies where it must not."""

    releases: list[ReleaseView]
    problem: str | None
    warning: str | None


class ChangedBus(BaseModel):
    """stage: from 1; None: in none. why: it cannot take the release."""

    bus: str
    label: str | None
    fw: str | None
    board: str | None
    stage: int | None
    why: str | None


class From(BaseModel):
    """Buses that run this now. bytes: about so many for each, over the air. new, changed, gone:
    modules; None: what they run is no release of this station."""

    fw: str | None
    set: str
    buses: int
    bytes: int
    new: list[str] | None
    changed: list[str] | None
    gone: list[str] | None


class Change(BaseModel):
    buses: list[ChangedBus]
    froms: list[From]
    is_downgrade: bool


class RolloutBus(BaseModel):
    bus: str
    label: str | None
    stage: int | None
    state: str
    why: str | None
    message: str | None
    fw: str | None
    board: str | None
    have: int | None
    need: int | None
    at: str | None


class Step(BaseModel):
    at: str | None
    who: str
    what: str
    note: str | None


class RolloutView(BaseModel):
    """stage: from 1. problem: why nothing can be offered now."""

    fleet: str
    version: str
    state: Literal["running", "paused", "stopped", "withdrawn", "done"]
    stage: int
    stages: list[str]
    stop_share: int
    silent_min: int
    least_min: int
    wait_min: int | None
    downgrade: bool
    made_at: str | None
    made_by: str
    problem: str | None
    buses: list[RolloutBus]
    steps: list[Step]


class Start(BaseModel):
    """stages: "bus-01,bus-02", "20%" or "all", in their order. downgrade: the version of the
    release, typed, if it shall also go to buses that run a newer one."""

    release: int = Field(ge=1, le=2**62)
    stages: list[StageText] = Field(min_length=1, max_length=MOST)
    stop_share: int = Field(change.STOP_SHARE, ge=0, le=100)
    silent_min: int = Field(change.SILENT_MIN, ge=1, le=10_080)
    least_min: int = Field(change.LEAST_MIN, ge=0, le=100_000)
    wait_min: int | None = Field(None, ge=1, le=100_000)
    downgrade: str | None = Field(None, max_length=16)
    again: list[BusName] = Field(default=[], max_length=1000)


class WantedStep(BaseModel):
    """again: buses that came back or refused, and shall be offered it once more."""

    step: Literal["pause", "resume", "next", "withdraw", "again"]
    again: list[BusName] = Field(default=[], max_length=1000)


@router.get("/api/releases", response_model=Releases)
async def releases(station: TheStation, who: Admin) -> Any:
    """The newest first."""
    kept = await station.rollouts.releases.every(station.rollouts.usable_keys())
    return {
        "releases": [_release(one) for one in kept],
        "problem": station.rollouts.problem,
        "warning": station.rollouts.warning,
    }


@router.post("/api/releases", response_model=ReleaseView, responses=problems(409))
async def add(
    body: Annotated[bytes, Body(media_type="application/octet-stream")],
    station: TheStation, who: Admin,
) -> Any:  # fmt: skip
    """The body is the release file. 409: it is not what `make release` made, or not signed by the
    key that this station knows; the sentence names the part."""
    rollouts, now_ms = station.rollouts, station.clock.now_ms()
    try:
        kept = await rollouts.releases.add(body, "The file", rollouts.keys(), who.name, now_ms)
    except ReleaseError as error:
        raise HTTPException(409, str(error)) from None
    await note_access(station, who, "release", note=kept.release.version)
    return _release(kept)


@router.get("/api/releases/{number}/change", response_model=Change, responses=problems(404, 409))
async def would_change(
    number: Number, station: TheStation, who: Admin,
    fleet: Annotated[str, Query(pattern=NAME)],
    stage: Annotated[list[StageText], Query(max_length=MOST)] = [],  # noqa: B006
    downgrade: Annotated[str | None, Query(max_length=16)] = None,
) -> Any:  # fmt: skip
    """What a rollout to this fleet would change, before it is started. downgrade: as for the
    start, the version of the release, typed."""
    kept, every = await _kept(station, number)
    _check_typed(downgrade, kept)
    known = _known(station, fleet)
    try:
        stages = [parse(text) for text in stage]
    except StageError as error:
        raise HTTPException(422, str(error)) from None
    is_downgrade = progress.is_downgrade(kept.release, known)
    found = progress.change(kept, every, known, stages, downgrade is not None)
    return {**found, "is_downgrade": is_downgrade}


@router.get("/api/rollouts", response_model=list[RolloutView])
async def rollouts(station: TheStation, who: Viewer) -> Any:
    """The newest rollout of each fleet, with each of its buses."""
    keys = station.rollouts.usable_keys()
    async with station.db.read() as connection:
        found = await store.newest(connection, station.rollouts.releases, keys)
        views = [
            _view(station, one, await store.lines(connection, one.id))
            for fleet, one in sorted(found.items())
            if who.sight.has(fleet)
        ]
    return who.sight.of(views)


@router.post("/api/rollouts/{fleet}", status_code=204, responses=problems(404, 409))
async def start(fleet: Fleet, body: Start, station: TheStation, who: Admin) -> None:
    """Starts a rollout. 409 says in a sentence why not."""
    kept, _ = await _kept(station, body.release)
    _check_typed(body.downgrade, kept)
    try:
        stages = [parse(text) for text in body.stages]
        await change.start(
            station.db, station.rollouts.releases, station.rollouts.usable_keys(), fleet,
            body.release, stages, _known(station, fleet), who.name, station.clock.now_ms(),
            stop_share=body.stop_share, silent_min=body.silent_min, least_min=body.least_min,
            wait_min=body.wait_min,
            downgrade=body.downgrade is not None, again=tuple(body.again),
        )  # fmt: skip
    except (change.RolloutError, StageError) as error:
        raise HTTPException(409, str(error)) from None
    await note_access(station, who, "rollout_start", fleet=fleet, note=kept.release.version)
    await station.rollouts.look()


@router.post("/api/rollouts/{fleet}/step", status_code=204, responses=problems(409))
async def step(fleet: Fleet, body: WantedStep, station: TheStation, who: Admin) -> None:
    """Pauses it, and so on. It takes effect at once."""
    if body.step in (change.PAUSE, change.WITHDRAW):
        station.rollouts.pieces.offers(fleet, {})  # whatever else fails
    try:
        await change.step(
            station.db, station.rollouts.releases, station.rollouts.usable_keys(), fleet, body.step,
            who.name, station.clock.now_ms(), tuple(body.again),
        )  # fmt: skip
    except change.RolloutError as error:
        raise HTTPException(409, str(error)) from None
    note = ", ".join(body.again) or None
    await note_access(station, who, f"rollout_{body.step}", fleet=fleet, note=note)
    await station.rollouts.look()


def _check_typed(downgrade: str | None, kept: Kept) -> None:
    if downgrade not in (None, kept.release.version):
        raise HTTPException(409, f"For a downgrade the version {kept.release.version} is typed.")


async def _kept(station: Station, number: int) -> tuple[Kept, list[Kept]]:
    every = await station.rollouts.releases.every(station.rollouts.usable_keys())
    kept = next((one for one in every if one.id == number), None)
    if kept is None:
        raise HTTPException(404, f"There is no release {number}.")
    if kept.release.problem is not None:
        raise HTTPException(409, kept.release.problem)
    return kept, every


def _known(station: Station, fleet: str) -> list[Known]:
    buses = sorted((bus for bus in station.live if bus.fleet == fleet), key=lambda bus: bus.bus)
    return [Known(bus.bus, bus.label, bus.status, bus.online is True) for bus in buses]


def _release(kept: Kept) -> dict[str, Any]:
    release = kept.release
    return {
        "id": kept.id, "version": release.version, "made_at": iso(release.made_s * 1000 or None),
        "problem": release.problem,
        "added_at": iso(kept.added_ms), "added_by": kept.added_by, "commit": release.commit,
        "micropython": release.micropython, "notes": release.notes,
        "boards": release.boards,
    }  # fmt: skip


def _view(station: Station, one: Rollout, lines: list[dict[str, Any]]) -> dict[str, Any]:
    known = {bus.bus: bus for bus in _known(station, one.fleet)}
    return {
        "fleet": one.fleet, "version": one.release.version, "state": one.state,
        "stage": one.stage + 1, "stages": [words(stage) for stage in one.stages],
        "stop_share": one.stop_share, "silent_min": one.silent_s // 60,
        "least_min": one.least_s // 60,
        "wait_min": None if one.wait_s is None else one.wait_s // 60, "downgrade": one.downgrade,
        "made_at": iso(one.made_ms), "made_by": one.made_by,
        "problem": station.rollouts.problem_of(one.fleet),
        "buses": progress.of_buses(one, known),
        "steps": [{**line, "at": iso(line["at_ms"])} for line in lines],
    }  # fmt: skip
