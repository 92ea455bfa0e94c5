"""One hazard a file. A new rule is one file and one line in RULES.

A rule has `kind`, `__init__(config["rules"])`, `judge(snapshot) -> Event or None`
(at most one a tick, only when something changes) and `warning`, what the driver
is to hear right now (warnings.py). It asks nobody for the time and touches
nothing but its own state.
"""

from firmware.rules.belt_off import BeltOff
from firmware.rules.check_button_missed import CheckButtonMissed
from firmware.rules.check_too_soon import CheckTooSoon
from firmware.rules.child_left_behind import ChildLeftBehind
from firmware.rules.door_open_moving import DoorOpenMoving
from firmware.rules.overspeed import Overspeed
from firmware.rules.sensor_silent import SensorSilent

RULES = (
    ChildLeftBehind,
    CheckButtonMissed,
    CheckTooSoon,
    DoorOpenMoving,
    Overspeed,
    BeltOff,
    SensorSilent,
)
