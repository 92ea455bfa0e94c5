"""Which of two messages of a bus is the newer one, and which may have been sent again by another.

A sealed message can be sent again by whoever heard it, so a sealed state counts only if it cannot
have been sent before the newest one. Its time says so: it is after the time of that one, or, where
the clock was ahead and has been set right since, after the moment at which that one came. A state
that was sent while the clock was ahead passes this test, too, until its time has come; so the
station remembers the times of such states, up to an hour ahead, and takes none twice.
"""

from __future__ import annotations

from station.clock import is_odd, parse_iso
from station.live.live_bus import LiveBus

_HOUR_MS = 3_600_000
_AHEAD = 4096
"""More than a bus can send, ten a second, while its clock is five minutes ahead; one that is more
than that ahead proves nothing as it comes."""


def has_odd_clock(state: dict, heard_ms: int, retained: bool) -> bool:
    """Whether its time is not that of a state which comes now."""
    at_ms = parse_iso(state["at"]) if state["at"] else None
    return at_ms is not None and (
        is_odd(at_ms, heard_ms) or (not retained and at_ms < heard_ms - _HOUR_MS)
    )


def is_older(bus: LiveBus, at_ms: int | None) -> bool:
    if bus.state is None or bus.odd_clock or not bus.state["at"] or at_ms is None:
        return False
    return at_ms < parse_iso(bus.state["at"])


def has_order(state: dict) -> bool:
    """Whether it says when it is from: by its time, or by the board's start and the time since."""
    return bool(state["at"]) or _since_start(state) is not None


def _since_start(state: dict) -> tuple[int, int] | None:
    if state["at"] or "boot" not in state or "up_ms" not in state:
        return None
    return state["boot"], state["up_ms"]


def is_replayed(bus: LiveBus, body: dict, serial: str, odd: bool, retained: bool) -> bool:
    """Of a sealed state. A clock that knows the time knows it until the next start, and a wrong one
    goes forward, too."""
    if not body["at"]:
        return _is_replayed_without_time(bus, body, serial)
    if bus.state is None:
        return False
    at_ms = parse_iso(body["at"])
    if odd:
        is_later = not bus.state["at"] or at_ms > parse_iso(bus.state["at"])
        return not is_later and not bus.has_restarted
    if at_ms <= bus.newer_from_ms or at_ms in bus.ahead or at_ms < _started_ms(bus):
        return True
    return retained and is_older(bus, at_ms)


def _is_replayed_without_time(bus: LiveBus, body: dict, serial: str) -> bool:
    new = _since_start(body)
    told = (bus.status or {}).get("boot") if serial == bus.status_serial else None
    if new is not None and told is not None and new[0] < told:
        return True
    if bus.state is None or bus.has_restarted:
        return False
    known = bus.newest_start
    if not bus.state["at"]:
        return known is not None and (new is None or new <= known)
    is_newer_start = new is not None and told is not None and new[0] > told
    is_of_odd = bus.odd_clock and new is not None and known is not None and new > known
    return not is_newer_start and not is_of_odd


def note(bus: LiveBus, body: dict, now_ms: int, odd: bool, is_taken: bool) -> None:
    """Of a sealed state that came: which ones are newer from now on."""
    at_ms = parse_iso(body["at"]) if body["at"] else None
    if is_taken:
        bus.newest_start = _since_start(body) or bus.newest_start
        if at_ms is not None and not odd:
            bus.newer_from_ms = max(bus.newer_from_ms, min(at_ms, now_ms))
    over_ms = max(bus.newer_from_ms, now_ms - _HOUR_MS)
    while bus.ahead and (bus.ahead[0] <= over_ms or len(bus.ahead) >= _AHEAD):
        bus.ahead.pop(0)
    if at_ms is not None and now_ms < at_ms <= now_ms + _HOUR_MS and at_ms not in bus.ahead:
        bus.ahead.append(at_ms)


def saved(bus: LiveBus) -> dict:
    """What is_replayed() has to know after a restart of the station, too."""
    return {"from": bus.newer_from_ms, "start": bus.newest_start, "ahead": list(bus.ahead)}


def recall(bus: LiveBus, known: dict | None) -> None:
    """known: as saved; None: by a station that did not do it yet."""
    if known is not None:
        bus.newer_from_ms = known["from"]
        bus.newest_start = tuple(known["start"]) if known["start"] else None
        bus.ahead.extend(known["ahead"])
    elif bus.state is not None and bus.heard_ms is not None:
        bus.newest_start = _since_start(bus.state)
        if bus.state["at"]:
            bus.newer_from_ms = bus.heard_ms if bus.odd_clock else parse_iso(bus.state["at"])


def _started_ms(bus: LiveBus) -> int:
    """The latest time at which the board can have started, by its state without a time; 0: not
    known. What it says with a time later is not from before."""
    start = bus.state and _since_start(bus.state)
    return bus.heard_ms - start[1] if start and bus.heard_ms is not None else 0


def has_restarted(bus: LiveBus, body: dict, serial: str | None) -> bool:
    """Whether a status shows that the board started since the one before it, or is another one.
    The first one that the station sees shows nothing: it may be an old one."""
    boot, before = body.get("boot"), (bus.status or {}).get("boot")
    if not body["online"] or boot is None or before is None:
        return False
    return boot > before or (bus.status_serial is not None and serial != bus.status_serial)


def is_outdated(bus: LiveBus, body: dict, now_ms: int) -> bool:
    """Whether a sealed status or will is from before the newest one, by the same identity: of an
    earlier start of the board, or of an earlier time."""
    known = bus.status or {}
    boot, before = body.get("boot"), known.get("boot")
    if boot is None or before is None or boot > before:
        return False
    if not body["online"]:
        return boot < before
    at, at_before = body["at"], known.get("at")
    if not at or not at_before:
        return boot < before
    if is_odd(parse_iso(at_before), now_ms):
        return False  # its clock was wrong, and may have been set right
    return at < at_before or (at == at_before and bus.online is False)
