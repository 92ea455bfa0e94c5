"""Scenarios of a bus that gets another release over the air (docs/deploy.md)."""

from __future__ import annotations

from sim.bus import bad_code
from sim.bus.releases import PARTS
from sim.stories.story import Story

_TRIAL_MIN = 11


def update_at_night(bus: Story) -> None:
    """A release comes while the bus drives; it takes over in the evening, parked and checked."""
    bus.runs_release("1.0.0")
    bus.drives(seats={3, 7}, seconds=20)
    bus.is_offered("1.1.0")
    bus.drives(speed_kmh=50, seconds=240)
    bus.parks()
    bus.waits(minutes=2)
    bus.waits(minutes=_TRIAL_MIN)


def bad_update(bus: Story) -> None:
    """A release whose code crashes: the old one is back within a minute, and says why."""
    bus.runs_release("1.0.0")
    bus.is_offered("1.1.0", bad=bad_code.CRASHES)
    bus.drives(seats={3}, seconds=240)
    bus.parks()
    bus.waits(minutes=3)


def blind_update(bus: Story) -> None:
    """A release that senses nothing: after ten minutes the old one watches again."""
    bus.runs_release("1.0.0")
    bus.is_offered("1.1.0", bad=bad_code.SENSES_NOTHING)
    bus.waits(minutes=5)
    bus.waits(minutes=_TRIAL_MIN)


def deaf_update(bus: Story) -> None:
    """A release that reaches no broker: it goes back in a bus that is empty, and reports all."""
    bus.runs_release("1.0.0")
    bus.is_offered("1.1.0", bad=bad_code.NO_BROKER)
    bus.waits(minutes=5)
    bus.waits(minutes=_TRIAL_MIN)


def hung_update(bus: Story) -> None:
    """A release that hangs and feeds the watchdog: a timer that boot.py has set ends it."""
    bus.runs_release("1.0.0")
    bus.is_offered("1.1.0", bad=bad_code.HANGS)
    bus.waits(minutes=5)
    bus.waits(minutes=20)


def update_cut_off(bus: Story) -> None:
    """The power fails in the middle of an update: it goes on where it was."""
    bus.runs_release("1.0.0")
    bus.drives(seats={3}, seconds=10)
    bus.is_offered("1.1.0", changed=PARTS)
    bus.waits(seconds=8)
    bus.cuts_power()
    bus.waits(minutes=1)
    bus.restores_power()
    bus.waits(minutes=4)
    bus.parks()
    bus.waits(minutes=2)
    bus.waits(minutes=_TRIAL_MIN)


def alarm_while_fetching(bus: Story) -> None:
    """SOS in the middle of an update: the alarm is there as fast as ever, and the update waits."""
    bus.runs_release("1.0.0")
    bus.drives(seats={3}, seconds=10)
    bus.is_offered("1.1.0", changed=PARTS)
    bus.waits(seconds=5)
    bus.presses_sos()
    bus.waits(minutes=1)
    bus.presses_sos()
    bus.waits(minutes=4)


SCENARIOS = (
    update_at_night,
    bad_update,
    blind_update,
    deaf_update,
    hung_update,
    update_cut_off,
    alarm_while_fetching,
)
