"""What the command line says of a release and of its rollout."""

from __future__ import annotations

from typing import Any

from station.clock import iso
from station.release.fit import WHY, Known
from station.release.progress import change, of_buses
from station.release.rows import SILENT, STOPPED, Rollout
from station.release.stages import Stage, words
from station.release.store import Kept

_STATES = {
    "runs": "runs it", "returned": "CAME BACK to the code before", "silent": "SILENT since",
    "refused": "refused it", "left": "was given other code by cable", "trial": "on trial",
    "not_in_it": "in no stage", "cannot": "cannot take it", "later": "in a later stage",
    "held": "held", "waits": "waits for the bus", "offered": "offered",
    "limit": "waits for tomorrow", "fetching": "fetching", "checking": "checks it",
    "ready": "ready, waits for its moment",
}  # fmt: skip
_WHYS = {
    "crashed": "it crashed", "not_sensing": "a sensor was missing", "hung": "it hung",
    "no_broker": "it did not reach the broker",
}  # fmt: skip


def print_change(kept: Kept, every: list[Kept], known: list[Known], stages: list[Stage],
                  downgrade: bool) -> None:  # fmt: skip
    release = kept.release
    boards = ", ".join(release.boards)
    made = f"made {time_of(release.made_s * 1000)} from {release.commit}"
    print(f"Release {release.version}, {made}, for {boards}; MicroPython "
          f"{', '.join(release.micropython)}.")  # fmt: skip
    for language in ("en", "th"):
        print(f"  {release.notes[language]}")
    found = change(kept, every, known, stages, downgrade)
    for one in found["froms"]:
        print(f"\n{one['fw']} -> {release.version} ({one['set']}): {_buses(one['buses'])}, about "
              f"{-(-one['bytes'] // 1000)} KB over the air for each")  # fmt: skip
        if one["new"] is None:
            print("  What they run is no release of this station, so all of it counts as new.")
        for what in ("new", "changed", "gone"):
            if one[what]:
                print(f"  {what}: {', '.join(one[what])}")
    for number, stage in enumerate(stages, 1):
        mine = [bus["bus"] for bus in found["buses"] if bus["stage"] == number and not bus["why"]]
        count = _buses(len(mine))
        print(f"\nstage {number} ({words(stage)}): {count}: {', '.join(mine) or 'none'}")
    cannot = [bus for bus in found["buses"] if bus["why"]]
    if cannot:
        print("\nThese buses cannot take it:")
        print_table([], [[f"  {bus['bus']}", WHY[bus["why"]]] for bus in cannot])


def print_progress(fleet: str, one: Rollout, known: list[Known],
                   lines: list[dict[str, Any]]) -> None:  # fmt: skip
    by_name = {bus.bus: bus for bus in known}
    print(f"{one.release.version} to {fleet}: {one.state}, stage {one.stage + 1} of "
          f"{len(one.stages)} ({words(one.stages[one.stage])})")  # fmt: skip
    buses = of_buses(one, by_name)
    print_table(["BUS", "STAGE", "RUNS", "STATE", "BYTES", "WHY"], [
        [bus["bus"], str(bus["stage"] or "-"), bus["fw"] or "-", _STATES[bus["state"]],
         _came(bus), _why(bus)]
        for bus in buses
    ])  # fmt: skip
    if one.state == STOPPED:
        note = next((line["note"] for line in lines if line["what"] == "stopped"), None)
        is_silent = any(bus["state"] == SILENT for bus in buses)
        print(f"\nIT HAS STOPPED BY ITSELF: {note}."
              + (" Call the drivers of silent buses first." if is_silent else ""))  # fmt: skip
    print()
    print_table([], [[time_of(line["at_ms"]), line["who"], line["what"], line["note"] or ""]
                for line in lines[:10]])  # fmt: skip


def _came(bus: dict[str, Any]) -> str:
    """Where it runs or ran, all had come, and what the bus told last of it is out of date."""
    done = bus["state"] in ("runs", "trial", "returned", "left")
    return "-" if done or not bus["need"] else f"{bus['have']} of {bus['need']}"


def _buses(count: int) -> str:
    return "1 bus" if count == 1 else f"{count} buses"


def _why(bus: dict[str, Any]) -> str:
    word = bus["why"] or ""
    message = "".join(char if char.isprintable() else " " for char in bus["message"] or "")
    return message or WHY.get(word) or _WHYS.get(word) or word


def time_of(ms: int) -> str:
    return (iso(ms) or "")[:16].replace("T", " ") + "Z"


def print_table(heads: list[str], rows: list[list[str]]) -> None:
    """Columns below each other; the last one is as long as it is."""
    lines = [heads, *rows] if heads else rows
    if not rows:
        print("Nothing here.")
        return
    widths = [max(len(line[at]) for line in lines) for at in range(len(lines[0]) - 1)]
    for line in lines:
        cells = [text.ljust(width) for text, width in zip(line, [*widths, 0], strict=True)]
        print("  ".join(cells).rstrip())
