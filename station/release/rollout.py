"""What a rollout is, and what becomes of it when a bus reports: no I/O, and no clock.

A bus took the release when it changes over or runs it. It came back when it then runs other code,
and it is silent when no word of it came for so long after its promise (a bus that sleeps promises
the next one). More of them than the set share of those that took it stop the rollout.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from station.release.file import SHORT
from station.release.fit import Fit, runs
from station.release.rows import (
    DONE,
    LEFT,
    PAUSED,
    REFUSED,
    RETURNED,
    RUNNING,
    RUNS,
    SILENT,
    STOPPED,
    WITHDRAWN,
    Happened,
    Rollout,
    Row,
    Seen,
)
from station.release.said import MESSAGE, WHY, boot_of, text
from station.release.stages import words

OFFER_MS = 86_400_000
"""So long a bus may change over to what it was offered."""
WATCHED_MS = 3_600_000
"""A bus that falls silent within this time after it took the release did so because of it."""
TRIES = 3
_TRIED_AGAIN = ("expired", "unproven")
"""Refusals that say nothing of the release: it is offered again."""
_OTHER_SET = "other_set"
_DAMAGED = "damaged"
"""Pieces are not signed, so somebody else may have sent one: tried again so many times."""
_LATE_MS = 60_000
_ON_ITS_WAY_MS = 600_000

Line = tuple[str, str | None]
"""What the station did by itself: a word, and a note."""


def look(rollout: Rollout, buses: dict[str, Seen], events: Iterable[Happened], now_ms: int,
         listened: Callable[[int], int]) -> list[Line]:  # fmt: skip
    """Changes the rollout and its rows by what has been heard. listened(begin_ms): for how long
    since then the station could have heard a bus, ms."""
    fits = {bus: rollout.fit_of(row, buses[bus].known.status) if bus in buses else Fit(None, None)
            for bus, row in rollout.rows.items()}  # fmt: skip
    for event in events:
        if event.bus in rollout.rows:
            _happened(rollout, rollout.rows[event.bus], event)
    for bus, row in rollout.rows.items():
        seen = buses.get(bus)
        if seen is not None:
            _notice_another_board(rollout, row, seen)
            _follow(rollout, row, seen.known.status, now_ms)
            if rollout.state != WITHDRAWN:
                _listen(rollout, row, seen, now_ms, listened)
    return _judge(rollout) or _advance(rollout, fits, now_ms)


def pause(one: Rollout) -> list[Line]:
    """The release cannot be used any more: its offers are taken back."""
    if one.state != RUNNING:
        return []
    one.state = PAUSED
    return [("pause", one.release.problem)]


def wanted(rollout: Rollout, row: Row, can: Fit) -> str | None:
    """The id that shall stand at the bus as an offer; None: none shall."""
    return can.set.ident if can.set is not None and is_due(rollout, row) else None


def is_due(rollout: Rollout, row: Row) -> bool:
    """Whether the bus shall have an offer, if it can take one."""
    has_begun = row.stage is not None and row.stage <= rollout.stage and rollout.state == RUNNING
    return has_begun and row.result is None and row.took_ms is None


def told(one: Rollout, row: Row, body: dict[str, Any], status: dict[str, Any], now_ms: int) -> None:
    """A `fetch` of the bus about the release that it is offered."""
    if row.offer is None or body["release"] != row.offer[:SHORT]:
        return
    was_ready = row.may_run_it
    keys = ("state", "why", "message", "have", "need")
    before = row.told or {}
    row.told = {key: body.get(key, before.get(key) if key in ("have", "need") else None)
                for key in keys}  # fmt: skip
    row.told["why"] = text(body.get("why"), WHY)
    row.told["message"] = text(body.get("message"), MESSAGE)
    row.told["not_sets"] = not_sets = list(before.get("not_sets", []))
    row.told_ms, row.heard = now_ms, True
    if row.is_changing:  # it did not: somebody sat down, or records had to be sent first
        row.took_ms = row.result = row.result_ms = None
    if body["state"] == "ready":
        row.boot = boot_of(status)
    if body["state"] == "refused":
        why, message = row.told["why"], row.told["message"]
        offered = [of for of in one.release.sets.values() if of.ident == row.offer]
        row.offer = None
        if why == _OTHER_SET and offered:
            not_sets.append(offered[0].name)
            if [of for of in one.release.sets_for(status.get("board")) if of.name not in not_sets]:
                return  # that one is offered next
        if why == "came_back" and was_ready:
            row.ends(RETURNED, now_ms, row.why, message)
        elif why not in _TRIED_AGAIN:
            _refused(row, why, message, now_ms, TRIES if why == _DAMAGED else 1)


def answered(row: Row, ok: bool, message: str, now_ms: int) -> None:
    """The reply of the bus to its offer."""
    if ok:
        row.heard, row.refusals = True, 0
        return
    said = text(message, MESSAGE)
    row.offer, row.told = None, {**(row.told or {}), "state": "refused", "why": None,
                                 "message": said}  # fmt: skip
    row.told_ms = now_ms
    _refused(row, None, said, now_ms, TRIES)


def _refused(row: Row, why: str | None, message: str | None, now_ms: int, tries: int) -> None:
    row.refusals += 1
    if row.refusals >= tries:
        row.ends(REFUSED, now_ms, why, message)


def _happened(rollout: Rollout, row: Row, event: Happened) -> None:
    """Whatever was before the offer is about another one."""
    data, place = event.data, (event.heard_ms, event.seq)
    if row.event_ms is not None and place <= (row.event_ms, row.event_seq):
        return
    if row.offer_ms is None or event.heard_ms <= row.offer_ms:
        return
    row.event_ms, row.event_seq = place
    if event.at_ms is not None and event.at_ms < row.offer_ms - _LATE_MS:
        return
    version = data.get("version")
    is_ours = rollout.release.version in (version, data.get("from"))
    if not is_ours and (version is not None or not row.may_run_it):
        return
    if data.get("what") == "changing":
        if event.heard_ms >= (row.told_ms or 0):
            row.took_ms = row.took_ms or event.heard_ms
    elif data.get("what") == "returned" and row.result in (None, SILENT, RUNS, REFUSED, LEFT):
        row.took_ms = row.took_ms or event.heard_ms
        row.offer = None
        row.ends(RETURNED, event.heard_ms, text(data.get("why"), WHY))
    elif data.get("what") == "returned" and row.result == RETURNED:
        row.why = row.why or text(data.get("why"), WHY)


def _notice_another_board(one: Rollout, row: Row, seen: Seen) -> None:
    """Its starts are counted anew, and it has not tried the release. The same board may get
    another identity, or another journal, but not both, nor an older start with one."""
    status, boot = seen.known.status or {}, boot_of(seen.known.status)
    if boot is None or not status.get("epoch"):
        return
    serial, epoch = seen.serial or "", status["epoch"]
    before_serial, _, before = (row.board or "").partition("/")
    row.board = f"{serial}/{epoch}"
    if not before or before == epoch:
        return
    if serial == before_serial and (row.boot is None or boot >= row.boot):
        return
    row.begins_again()
    row.again, row.offer, row.heard, row.offer_ms = False, None, False, None


def _follow(one: Rollout, row: Row, status: dict[str, Any] | None, now_ms: int) -> None:
    """What the status says of the code that runs. One from before the newest start says nothing."""
    boot = boot_of(status)
    if runs(one.release, status):
        if row.result == RETURNED and (boot is None or row.boot is None or boot <= row.boot):
            return
        row.boot, row.seen = boot, True
        if row.offer_ms is not None:
            row.took_ms = row.took_ms or now_ms
        row.offer = None
        if not (status or {}).get("trial"):
            if row.result not in (RUNS, SILENT):  # heard again: _listen
                row.ends(RUNS, now_ms)
        elif row.result != SILENT:
            row.result = None
        return
    if not status or boot is None or row.result in (RETURNED, LEFT, REFUSED):
        return
    if row.boot is None and row.is_changing:
        row.boot = boot
    if (
        row.is_changing and row.result is None and now_ms > (row.took_ms or 0) + OFFER_MS
    ):  # it may not change over any more
        row.is_under_way_again(boot)
    if row.boot is None or boot <= row.boot:
        return
    if status.get("start") == "previous" and (row.may_run_it or row.seen):
        row.offer = None
        row.ends(RETURNED, now_ms)
    elif row.seen:
        row.ends(LEFT, now_ms)
    elif row.is_changing:
        row.is_under_way_again(boot)
    else:
        row.boot = boot


def _listen(rollout: Rollout, row: Row, seen: Seen, now_ms: int,
            listened: Callable[[int], int]) -> None:  # fmt: skip
    if row.result == SILENT:
        if (seen.quiet_ms or 0) > (row.result_ms or 0):
            row.result = row.result_ms = None
        return
    if row.took_ms is None or row.result not in (None, RUNS) or seen.quiet_ms is None:
        return
    watched_ms = max(WATCHED_MS, 1000 * rollout.least_s)
    if row.result == RUNS and seen.quiet_ms > row.took_ms + watched_ms:
        return
    if listened(max(seen.quiet_ms, row.took_ms)) > rollout.silent_s * 1000:
        row.ends(SILENT, now_ms)


def _judge(rollout: Rollout) -> list[Line]:
    if rollout.state not in (RUNNING, PAUSED):
        return []
    bad = [row for row in rollout.rows.values() if row.is_bad]
    took = [row for row in rollout.rows.values() if row.is_bad or _took(row)]
    if not bad or 100 * len(bad) <= rollout.stop_share * len(took):
        return []
    rollout.state = STOPPED
    return [("stopped", ", ".join(f"{row.bus} {row.result}" for row in bad))]


def _took(row: Row) -> bool:
    return row.took_ms is not None and not row.pardoned


def _advance(rollout: Rollout, fits: dict[str, Fit], now_ms: int) -> list[Line]:
    if rollout.state != RUNNING or not _is_complete(rollout, fits, now_ms):
        return []
    return [next_stage(rollout, now_ms)]


def _is_complete(rollout: Rollout, fits: dict[str, Fit], now_ms: int) -> bool:
    """All that can take it run it. A stage of named buses, none of which can, is not complete:
    nobody tried the release then."""
    begun = [row for row in rollout.rows.values()
             if row.stage is not None and row.stage <= rollout.stage]  # fmt: skip
    if not any(row.result == RUNS for row in begun):
        return False
    is_last = rollout.stage + 1 == len(rollout.stages)
    if not is_last and now_ms < _watched_until(rollout, begun):
        return False
    if rollout.wait_s is not None and now_ms >= rollout.stage_ms + rollout.wait_s * 1000:
        return True
    able = [row for row in begun if row.result == RUNS or fits[row.bus].set is not None]
    is_named = "buses" in rollout.stages[rollout.stage]
    if is_named and not any(row.stage == rollout.stage for row in able):
        return False
    return all(row.result == RUNS or row.pardoned or _has_left(row, now_ms) for row in able)


def _watched_until(rollout: Rollout, begun: list[Row]) -> int:
    """Code may pass its ten minutes and fail on the road. Counted from when the last bus of the
    stage that runs it began to."""
    since = [row.result_ms or 0 for row in begun
             if row.result == RUNS and row.stage == rollout.stage]  # fmt: skip
    return max(since, default=rollout.stage_ms) + rollout.least_s * 1000


def _has_left(row: Row, now_ms: int) -> bool:
    """Not at once: the event that it came back may be on its way."""
    return row.result == LEFT and now_ms >= (row.result_ms or 0) + _ON_ITS_WAY_MS


def next_stage(rollout: Rollout, now_ms: int) -> Line:
    """-> what has happened: the next stage has begun, or all is done."""
    if rollout.stage + 1 == len(rollout.stages):
        rollout.state, rollout.stage_ms = DONE, now_ms
        return "done", None
    rollout.stage, rollout.stage_ms = rollout.stage + 1, now_ms
    return "stage", words(rollout.stages[rollout.stage])
