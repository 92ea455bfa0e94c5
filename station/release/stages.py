"""The stages of a rollout: named buses, a share of the fleet, all. Which bus comes in which is
settled when the rollout starts, so that no later look changes it.

A share counts all buses that can take the release, those of the stages before with it. Who comes
first is settled by SHA-256 over "<digest of the release file>/<bus>": the same for everybody who
computes it, and in each release another order, so that not the same children ride first each time.
"""

from __future__ import annotations

import hashlib
import re
from typing import Any

from station.release.file import Release
from station.release.fit import Known, fit

Stage = dict[str, Any]
"""{"buses": [names]} or {"percent": 1 to 100}"""
MOST = 20
_NAMES = re.compile("[A-Za-z0-9_-]{1,32}(,[A-Za-z0-9_-]{1,32})*")


class StageError(ValueError):
    """A whole sentence."""


def parse(text: str) -> Stage:
    """ "bus-01,bus-02", "20%" or "all" -> Stage. StageError."""
    if text == "all":
        return {"percent": 100}
    if re.fullmatch(r"\d{1,3}%", text):
        return {"percent": int(text[:-1])}
    if not _NAMES.fullmatch(text):
        raise StageError(f"{text!r} is no stage: name buses (bus-01,bus-02), a share (20%) or all.")
    return {"buses": text.split(",")}


def words(stage: Stage) -> str:
    return ", ".join(stage["buses"]) if "buses" in stage else f"{stage['percent']} %"


def check(stages: list[Stage], fleet: str, buses: list[Known]) -> None:
    """StageError: the fleet cannot be updated in these stages."""
    if not 1 <= len(stages) <= MOST:
        raise StageError(f"A rollout has 1 to {MOST} stages.")
    there, named, share = {one.bus for one in buses}, set[str](), 0
    for stage in stages:
        if share == 100:
            raise StageError("Nothing can follow the stage of all buses.")
        for bus in stage.get("buses", ()):
            if bus not in there:
                raise StageError(f"The fleet {fleet} has no bus {bus}.")
            if bus in named:
                raise StageError(f"{bus} stands in the stages twice.")
            named.add(bus)
        percent = stage.get("percent", share + 1)
        if not share < percent <= 100:
            raise StageError("The share of each stage has to be larger than the one before, up to "
                             "100 %.")  # fmt: skip
        share = stage.get("percent", share)


def plan(release: Release, digest: str, stages: list[Stage], buses: list[Known],
         downgrade: bool) -> dict[str, int | None]:  # fmt: skip
    """Bus -> its stage, from 0; None: it comes in none."""
    fitting = [one.bus for one in buses if fit(release, one.status, downgrade).why is None]
    order = sorted(fitting, key=lambda bus: hashlib.sha256(f"{digest}/{bus}".encode()).hexdigest())
    found: dict[str, int | None] = {one.bus: None for one in buses}
    found |= {bus: number for number, stage in enumerate(stages) for bus in stage.get("buses", ())}
    for number, stage in enumerate(stages):
        if stage.get("percent") == 100:
            return {bus: number if at is None else at for bus, at in found.items()}
        if "percent" in stage:
            wanted = -(-len(fitting) * stage["percent"] // 100)
            wanted -= sum(_is_before(found[bus], number) for bus in fitting)
            free = [bus for bus in order if found[bus] is None]
            found |= dict.fromkeys(free[: max(wanted, 0)], number)
    return found


def _is_before(stage: int | None, number: int) -> bool:
    return stage is not None and stage < number


def of_newcomers(stages: list[Stage]) -> int | None:
    """The stage of a bus that joins the fleet while the rollout is under way."""
    return len(stages) - 1 if stages[-1].get("percent") == 100 else None
