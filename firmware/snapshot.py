"""Snapshot: everything the bus knows at one instant. What is unknown is None.

One Snapshot is made at start and refilled every tick: rules read it, and only
Bus and what Bus calls write it. Positions are 1e-7 degree, speeds mm/s.
"""


class Snapshot:
    """As made, nothing is known: every reading None, every seat unknown."""

    def __init__(self, seat_count):
        self.now_ms = 0  # since boot, never wraps
        self.utc_ms = None  # since 1970
        self.clock = "none"  # how far utc_ms can be trusted: gnss, rtc, none

        self.fix_new = False  # this tick brought a new valid position
        self.lat_e7 = None
        self.lon_e7 = None
        self.speed_mms = None
        self.heading_deg = None  # 0..359, clockwise from north
        self.sats = None
        self.hdop_e2 = None  # HDOP x 100

        self.ignition = None  # True: on
        self.front_door = None  # True: open
        self.emergency_door = None  # True: open
        self.check_button = None  # True: pressed
        self.sos_button = None  # True: pressed

        self.seat_count = seat_count
        self.taken = []  # seat numbers, ascending
        self.unknown = list(range(1, seat_count + 1))
        self.unbelted = []  # taken, and not known to be buckled
        self.seat_changes = 0  # moves whenever one of the three lists does

        self.supply_mv = None
        self.cabin_c10 = None  # 0.1 degree Celsius
        self.signal_dbm = None

        self.sensors = ()  # names of everything that is asked each tick
        self.silent = []  # beside it: True once that sensor is given up as silent

        self.phase = "parked"
        self.trip = 0
        self.ignition_off_ms = None  # how long the ignition has been off; None: on
        self.checked = False  # the driver has walked to the check button since then
        self.sitting = []  # seats taken, or taken when last known
        self.doubtful = list(range(1, seat_count + 1))  # seats unknown, and not looked at

        # modes.py, check.py
        self.mode = "normal"  # or service, drill, evacuation
        self.exercise = False  # what happens now belongs to a drill
        self.early_presses = 0  # of the check button, too soon for a walk; since boot
