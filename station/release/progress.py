"""What people see of a rollout: how far each bus is, and, before it starts, what it changes."""

from __future__ import annotations

from typing import Any

from station.clock import iso
from station.release import rollout
from station.release.file import FILES, Release, Set
from station.release.fit import Known, fit, runs
from station.release.rows import Rollout, Row
from station.release.stages import Stage, plan
from station.release.store import Kept

NOT_IN_IT, CANNOT, LATER, HELD, WAITS, OFFERED, TRIAL = (
    "not_in_it", "cannot", "later", "held", "waits", "offered", "trial",
)  # fmt: skip
"""Besides the results of rollout.py and the states that a bus tells on fetch. held: the rollout is
paused, stopped or withdrawn. waits: the bus is not connected, or is asked again in a moment."""
_PIECE_STATES = ("fetching", "limit", "checking", "ready")


def of_buses(one: Rollout, known: dict[str, Known]) -> list[dict[str, Any]]:
    """Those that came back or fell silent first."""
    rows = sorted(one.rows.values(), key=lambda row: (not row.is_bad, row.bus))
    return [of_bus(one, row, known.get(row.bus)) for row in rows]


def of_bus(one: Rollout, row: Row, known: Known | None) -> dict[str, Any]:
    status = (known.status if known else None) or {}
    can = one.fit_of(row, status)
    said = row.told or {}
    state = _state(one, row, known, can.why)
    why, message = row.why, row.message
    if state == CANNOT:
        why = can.why
    elif row.result is None and state in (*_PIECE_STATES, WAITS):
        why, message = said.get("why"), said.get("message")
    return {
        "bus": row.bus, "label": known.label if known else None,
        "stage": None if row.stage is None else row.stage + 1, "state": state,
        "why": why, "message": message, "fw": status.get("fw"), "board": status.get("board"),
        "have": said.get("have"), "need": said.get("need"),
        "at": iso(row.result_ms or row.told_ms or row.took_ms or row.offer_ms),
    }  # fmt: skip


def _state(one: Rollout, row: Row, known: Known | None, cannot: str | None) -> str:
    if row.result is not None:
        return row.result
    if row.took_ms is not None:
        return TRIAL
    if row.stage is None:
        return NOT_IN_IT
    if cannot is not None and one.release.problem is None:
        return CANNOT
    if one.state != rollout.RUNNING:
        return HELD
    if row.stage > one.stage:
        return LATER
    told = (row.told or {}).get("state")
    if row.offer is not None and told in _PIECE_STATES:
        return str(told)
    if row.offer is None or known is None or not known.online:
        return WAITS
    return OFFERED


def counts(buses: list[dict[str, Any]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for bus in buses:
        found[bus["state"]] = found.get(bus["state"], 0) + 1
    return found


def change(kept: Kept, every: list[Kept], known: list[Known], stages: list[Stage],
           downgrade: bool) -> dict[str, Any]:  # fmt: skip
    """What a rollout would change. stages: [] before they are chosen."""
    release = kept.release
    settled = plan(release, kept.digest, stages, known, downgrade) if stages else {}
    buses, groups = [], dict[tuple, dict[str, Any]]()
    for one in known:
        can, status = fit(release, one.status, downgrade), one.status or {}
        stage = settled.get(one.bus)
        buses.append({
            "bus": one.bus, "label": one.label, "fw": status.get("fw"), "why": can.why,
            "board": status.get("board"), "stage": None if stage is None else stage + 1,
        })  # fmt: skip
        of = can.set or next(iter(release.sets_for(status.get("board"))), None)
        if of is not None and not runs(release, one.status):
            key = (status.get("fw"), status.get("release"), of.name)
            group = groups.setdefault(key, _from(of, status, every))
            group["buses"] += 1
    return {"buses": buses, "froms": list(groups.values())}


def _from(of: Set, status: dict[str, Any], every: list[Kept]) -> dict[str, Any]:
    old = _running(status.get("release"), every)
    mine = {"fw": status.get("fw"), "set": of.name, "buses": 0, "bytes": over_the_air(of, old)}
    if old is None:
        return {**mine, "new": None, "changed": None, "gone": None}
    both = of.modules.keys() & old.modules.keys()
    return {
        **mine,
        "new": sorted(of.modules.keys() - old.modules.keys()),
        "changed": sorted(name for name in both if of.modules[name][0] != old.modules[name][0]),
        "gone": sorted(old.modules.keys() - of.modules.keys()),
    }


def _running(short: str | None, every: list[Kept]) -> Set | None:
    """What a bus says it runs, if this station has that release."""
    sets = (of for kept in every for of in kept.release.sets.values())
    return next((of for of in sets if of.short == short), None)


def over_the_air(of: Set, old: Set | None) -> int:
    """Bytes that a bus has to fetch: all but the files and the parts that it has already."""
    if old is None:
        return len(of.image)
    whole = sum(size for size, _ in of.files.values())
    head = len(of.image) - whole  # the manifest and the table of parts
    have = set(old.parts)
    pack = sum(part[0] for part in of.parts if part not in have)
    rest = sum(of.files[name][0] for name in FILES[:-1] if of.files[name] != old.files[name])
    return head + rest + pack


def is_downgrade(release: Release, known: list[Known]) -> bool:
    """For at least one bus."""
    return any(fit(release, one.status, False).why == "newer_runs" for one in known)
