"""One bus as the station knows it now.

`heard_ms` is when its state came; for a state that the broker had kept (retained) it is the
state's own `at`, because the station does not know when that one came. The bus's promise
(`next_s`) counts from there.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from typing import Any, NamedTuple

Key = tuple[str, str]
"""(fleet, bus)"""


class Listed(NamedTuple):
    """An alarm in the list of its bus. weight: the severity, or what makes it weigh less
    (station/alarms/rows.py)."""

    weight: str
    kind: str


class Limit(NamedTuple):
    """A time after which a silent bus is dark."""

    by: str
    """last_will, promise or no_state"""
    dark_ms: int
    """Since when the bus is dark then."""
    since_ms: int
    """From when on the station waited."""
    wait_s: int

    @property
    def over_ms(self) -> int:
        return self.since_ms + self.wait_s * 1000


@dataclass
class LiveBus:
    fleet: str
    bus: str
    label: str | None = None
    phone: str | None = None
    layout: dict | None = None
    state: dict[str, Any] | None = None
    status: dict[str, Any] | None = None
    heard_ms: int | None = None
    came_ms: int | None = None
    """When its state came; None: the broker or the database had kept it, so this is not known."""
    odd_clock: bool = False
    """Its state's own time cannot be right."""
    newer_from_ms: int = 0
    """A sealed state with a time up to this is none that is newer (station/live/order.py)."""
    ahead: array[int] = field(default_factory=lambda: array("q"))
    """Times of sealed states that were heard before these times had come."""
    newest_start: tuple[int, int] | None = None
    """Of its newest sealed state without a time: which start of the board, and the ms since."""
    promised_ms: int | None = None
    """By when a state had to be here, before the sealed one came that may have been sent again by
    another (its clock is odd, or it has no time and no start): that one promises nothing."""
    is_doubted: bool = False
    """Its state may be out of date: it may have been sent again by another, or a sealed message
    came since that was not taken."""
    online: bool | None = None
    offline_ms: int | None = None
    spoke_ms: int | None = None
    """When any message of it last came, records included."""
    dark_ms: int | None = None
    """Since when it is dark (station/alarms/silence.py)."""
    dark_by: Limit | None = None
    """What decided that; None: an earlier run of this station did."""
    unlisted: bool = False
    """It has an alarm that the database could not take yet."""
    gone_ms: int | None = None
    """When it was taken off the list. The first new message puts it back; a retained one does
    not."""
    is_enrolled: bool | None = None
    """It has a valid identity, or its newest state or status had its seal; False: the bus need not
    seal. None: not known."""
    status_serial: str | None = None
    """Of the identity that sealed its status."""
    has_restarted: bool = False
    """No state has come since its board started anew: its clock may be behind the states before."""
    heard_again: bool = False
    """It has spoken since this station started."""
    alarms: dict[int, Listed] = field(default_factory=dict)
    """By id: alarms that are active or not acknowledged (station/alarms/alarms.py)."""
    gaps: int = 0

    @property
    def key(self) -> Key:
        return self.fleet, self.bus

    @property
    def knows_policies(self) -> bool:
        """It has sent its status, and its firmware is new enough to take a policy."""
        return "policy" in (self.status or {})

    @property
    def policy(self) -> str | None:
        """Hash of the policy that it follows."""
        return (self.status or {}).get("policy")

    @property
    def last_word_ms(self) -> int:
        """When the last message of any kind came."""
        return max(self.heard_ms or 0, self.spoke_ms or 0)

    @property
    def is_surely_empty(self) -> bool:
        """Parked, checked, and no seat taken, unknown or out of service. False if the station knows
        no state, or not when that was, or doubts it."""
        if self.state is None or self.odd_clock or self.is_doubted:
            return False
        seats = self.state["seats"]
        is_known = not seats["unknown"] and not seats.get("out_of_service")
        return self.state["phase"] == "parked" and not seats["taken"] and is_known

    @property
    def promise_ms(self) -> int | None:
        """By when its next state has to be here. A bus that never sent a state owes one at once."""
        if self.state is None or self.heard_ms is None:
            return self.spoke_ms
        if self.promised_ms is not None:
            return self.promised_ms
        return self.heard_ms + self.state["next_s"] * 1000
