"""Every rule, in the order in which it is asked. docs/extending.md shows how to add one.

A rule has `kind`, `settings` (below), `__init__(config["rules"])`, `judge(snapshot) -> Event or
None` (at most one a tick, only when something changes) and `warning`, what the driver is to
hear now (warnings.py). It takes the time from the Snapshot and changes only its own state.
`always_on` says that no setting and no policy may switch it off. Its docstring declares the rest
(tools/texts/kinds.py).

A setting is (name, default, least, most), or (name, word, word, ...) with the default first, or
the name alone of one that another rule declares. config["rules"] has the value of each.
"""

from firmware.rules.arrival_notice import ArrivalNotice
from firmware.rules.attended import Attended
from firmware.rules.belt_off import BeltOff
from firmware.rules.check_button_missed import CheckButtonMissed
from firmware.rules.check_too_soon import CheckTooSoon
from firmware.rules.child_left_behind import ChildLeftBehind
from firmware.rules.child_standing import ChildStanding
from firmware.rules.crash import Crash
from firmware.rules.door_off_stop import DoorOffStop
from firmware.rules.door_open_moving import DoorOpenMoving
from firmware.rules.driver_hours import DriverHours
from firmware.rules.emergency_door import EmergencyDoor
from firmware.rules.expander_reset import ExpanderReset
from firmware.rules.gnss_jammed import GnssJammed
from firmware.rules.gnss_jump import GnssJump
from firmware.rules.gnss_lost import GnssLost
from firmware.rules.harsh_driving import HarshDriving
from firmware.rules.heat import Heat
from firmware.rules.idling import Idling
from firmware.rules.input_faulty import InputFaulty
from firmware.rules.monthly_test_overdue import MonthlyTestOverdue
from firmware.rules.off_route import OffRoute
from firmware.rules.overspeed import Overspeed
from firmware.rules.parked_boarding import ParkedBoarding
from firmware.rules.parked_movement import ParkedMovement
from firmware.rules.parked_rocking import ParkedRocking
from firmware.rules.presence_faulty import PresenceFaulty
from firmware.rules.seat_contradicted import SeatContradicted
from firmware.rules.seats_mismatch import SeatsMismatch
from firmware.rules.self_test_failed import SelfTestFailed
from firmware.rules.sensor_faulty import SensorFaulty
from firmware.rules.sensor_flapping import SensorFlapping
from firmware.rules.sensor_silent import SensorSilent
from firmware.rules.sensor_stuck import SensorStuck
from firmware.rules.sos import Sos
from firmware.rules.stop_missed import StopMissed
from firmware.rules.stop_out_of_order import StopOutOfOrder
from firmware.rules.supply import Supply
from firmware.rules.zone_entered import ZoneEntered

RULES = (
    ChildLeftBehind,
    ParkedMovement,
    ParkedBoarding,
    Attended,
    Heat,
    CheckButtonMissed,
    CheckTooSoon,
    Sos,
    Crash,
    EmergencyDoor,
    DoorOpenMoving,
    ChildStanding,
    Overspeed,
    BeltOff,
    HarshDriving,
    DriverHours,
    Idling,
    Supply,
    SensorSilent,
    SeatsMismatch,
    ZoneEntered,
    DoorOffStop,
    OffRoute,
    StopMissed,
    StopOutOfOrder,
    ArrivalNotice,
    SeatContradicted,
    SensorFaulty,
    SensorStuck,
    SensorFlapping,
    InputFaulty,
    PresenceFaulty,
    ParkedRocking,
    ExpanderReset,
    GnssLost,
    GnssJammed,
    GnssJump,
    SelfTestFailed,
    MonthlyTestOverdue,
)
