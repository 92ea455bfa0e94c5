"""The moment for new code: only in a bus in which nothing goes on, and which the city hears."""

from micropython import const

from firmware.snapshot import BOARDING, DRIVING, NORMAL, PARKED
from firmware.update import kept
from firmware.update.change import SENSED, Change
from firmware.update.refusal import Refusal
from firmware.warnings import SILENT

LATE = "The time for this update is over; it can be offered anew."
_DELIVER_MS = const(10000)  # the city should have everything; then it goes without


def change_over(update):
    """Generator: waits for the moment, and restarts the board with the new code. The offer is kept
    until firmware/update/outcome.py knows how that has ended. Refusal: it was too late for it."""
    is_due = False
    while not is_due:
        why = waits_for(update.bus, update.low_mv)
        update.tell("ready", why)
        if why is None:
            update.note("changing")
            is_due = yield from _is_told(update)
        else:
            yield from update.pause()
    if update.is_late():
        raise Refusal("expired", LATE)
    bus, parts, release = update.bus, update.parts, update.offer.short
    s = bus.snapshot
    Change(release, update.version, update.runs).keep(parts.files)
    kept.replace(parts.files, SENSED, {"silent": list(s.silent), "unknown": list(s.seats.unknown)})
    parts.slots.take_over()
    parts.reset()


def _is_told(update):
    """Generator -> bool: the journal has the event, and the city if it can; False: the moment has
    passed meanwhile."""
    due_ms = update.now_ms + _DELIVER_MS
    while waits_for(update.bus, update.low_mv) is None:
        if update.is_kept and (update.bus.uplink.is_drained or update.now_ms >= due_ms):
            return True
        yield False  # ten seconds at most, unless the flash refuses
    return False


def waits_for(bus, low_mv):
    """Bus -> a word of docs/mqtt.md (fetch, ready); None: now. What is unknown is waited for."""
    s = bus.snapshot
    seats, trip = s.seats, s.trip
    if trip.phase == DRIVING:
        return "driving"
    if trip.phase == BOARDING:
        return "boarding"
    if trip.phase != PARKED or not trip.checked or s.vehicle.ignition is not False:
        return "unchecked"
    if seats.taken or seats.unknown or seats.sitting or seats.loose or seats.doubtful:
        return "persons"
    if trip.mode != NORMAL or trip.exercise:
        return "mode"
    if bus.warnings.level != SILENT or not bus.recorder.is_calm or s.settling:
        return "standing"
    if s.vehicle.supply_mv is None or s.vehicle.supply_mv < low_mv:
        return "supply"
    if bus.policy.is_pending:
        return "policy"
    if not bus.uplink.connected:
        return "offline"
    return None
