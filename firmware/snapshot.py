"""Snapshot: everything the bus knows at one instant, in five groups. What is unknown is None.

One Snapshot is made at start and refilled every tick. Rules read it; only Bus and the parts that
Bus calls write it. Each group names its writers. Positions are 1e-7 degree, speeds mm/s.
"""

PARKED = "parked"  # phases of the trip (trip/trip.py)
BOARDING = "boarding"
DRIVING = "driving"
CHECKING = "checking"

NORMAL = "normal"  # modes (trip/modes.py)
SERVICE = "service"
DRILL = "drill"
EVACUATION = "evacuation"


class Gnss:
    """Written by sensing/receiver.py; the best position by whereabouts.py."""

    def __init__(self):
        self.fix_new = False  # this tick brought a new valid position
        self.lat_e7 = None
        self.lon_e7 = None
        self.speed_mms = None
        self.heading_deg = None  # 0..359, clockwise from north
        self.sats = None
        self.hdop_e2 = None  # HDOP x 100
        # braking that no tyre can do, below zero; three fixes agree on it; in their tick alone
        self.step_mms2 = None
        # for the city, not for rules: poor, estimated or old
        self.best_lat_e7 = None
        self.best_lon_e7 = None
        self.accuracy_m = None  # radius around it
        self.estimated = False  # by dead reckoning, or nothing is heard any more


class Seats:
    """Seat numbers, ascending. Written by sensing/seats.py, belts.py and headcount.py; in trip/,
    persons.py and check.py."""

    def __init__(self, count):
        self.count = count
        self.taken = []  # by their contact, or by a belt that is closed over a person still
        self.unknown = list(range(1, count + 1))
        self.unbelted = []  # taken, and not known to be buckled
        # belts.py
        self.strapped = []  # taken by their belt alone: their contact reads empty
        self.buckled_empty = []  # not taken, but their belt was closed meanwhile
        self.changes = 0  # moves whenever one of these lists does
        self.flapping = []  # seats whose contact flaps; they are unknown
        self.flapping_belts = []  # seats whose belt contact flaps; they count as open
        self.out_of_service = []  # seats that are not watched (trip/out_of_service.py)
        # headcount.py: seats as they were 5 to 10 s ago; None: too soon after boot
        self.taken_before = None
        self.unknown_before = None
        # persons.py
        self.sitting = []  # seats taken, or taken when last known
        self.loose = []  # seats of persons who rose while every door was shut: still inside
        # check.py: seats unknown, or with a belt closed over nobody, and not looked at
        self.doubtful = list(range(1, count + 1))


class Vehicle:
    """Written by sensing/: switches.py, sensors.py, motion.py, seats.py, self_check.py."""

    def __init__(self):
        self.ignition = None  # True: on
        self.front_door = None  # True: open
        self.emergency_door = None  # True: open
        self.check_button = None  # True: pressed
        self.check_press_ms = None  # press.py: in the tick in which a press ends: it lasted so long
        self.contradicts = None  # wire of the check button's changeover that says "pressed" alone
        self.sos_button = None  # True: pressed
        self.here_button = None  # True: pressed: "an adult is with the children"
        self.driver_seat = None  # True: taken
        self.presence = []  # of each presence input: True: something moves
        self.flapping_wires = []  # switches.py: of doors, buttons, driver_seat; they are unknown
        self.supply_mv = None
        self.backup_mv = None  # measured only while the supply is cut
        self.cabin_c10 = None  # 0.1 degree Celsius
        self.signal_dbm = None
        # motion.py: accelerometer, or speeds of GNSS
        self.accel_mms2 = None  # along the bus, + = faster; the greatest of this tick
        self.lateral_mms2 = None  # across, + = to the right
        self.shock_mg = None  # without gravity
        self.chips = ()  # names of those with settings to lose; made once, at start
        self.chip_resets = []  # since boot, how often each was found without them
        # exercised.py: days since they were last used; None: unknown, or not fitted
        self.sos_idle_days = None
        self.door_idle_days = None
        self.failing = []  # outputs and buttons that fail their test


class Trip:
    """Written by trip/."""

    def __init__(self):
        self.number = 0  # counts the trips; 0: none yet
        self.phase = PARKED
        self.ignition_off_ms = None  # how long the ignition has been off; None: on
        # how long children on board may have been alone (boarding.py); None: they are not
        self.alone_ms = None
        self.engine = None  # engine.py: True: it runs, by all evidence
        self.ignition_fault = None  # engine.py: flapping, stuck_on or dead
        # attended.py: engine, key, driver_seat, here or stay; None: no adult is with the children
        self.attended = None
        self.attended_until_ms = None  # of here and stay; None: no end is known
        self.here_presses = 0  # that count; since boot
        self.driver_seat_fault = False  # it is taken while the driver walks to the check button
        # presence.py: presence inputs, from 1, that saw a person in the checked bus; until a walk
        self.moved = []
        self.presence_quiet = []  # those that did not see the driver walk past
        self.presence_restless = []  # those that never rest
        self.checked = False  # the driver has walked to the check button since then
        # wires.py
        self.faulty = []  # names of wires that say what cannot be
        self.called = False  # the driver cannot finish the check, and has called the city
        self.early_presses = 0  # of the check button, too soon for a walk; since boot
        self.mode = NORMAL
        self.exercise = False  # what happens now belongs to a drill
        # driving_hours.py: minutes with the engine on, without a break and within 24 h
        self.driven_min = 0
        self.driven_day_min = 0


class Place:
    """What the policy says of this place and time; None: unknown, or no policy.

    Written by policy/places.py.
    """

    def __init__(self):
        self.policy = None  # its hash, 8 hex digits
        self.limit_kmh = None  # in force here
        self.limit_of = None  # id of the zone or road that sets it
        self.zones = None  # [(kind, id)] of zones the bus is in: flood, closed, school, speed
        self.at_stop = None  # within the circle of any stop; None too if the policy has none
        self.stop = None  # its id
        self.at_school = None  # at a stop where all children have to get off
        self.route = None  # id of the route of this trip
        self.next_stop = None  # its id
        self.next_stop_mm = None  # as the crow flies
        self.off_route_mm = None  # from the line of the route
        self.stops_done = ()  # ids, as served on this trip
        self.stops_missed = ()
        self.stops_odd = ()  # (id served, id that was next)


class Snapshot:
    """As made, nothing is known: every reading None, every seat unknown."""

    def __init__(self, seat_count):
        self.now_ms = 0  # since boot, never wraps
        self.utc_ms = None  # since 1970
        self.settling = False  # since the start no contact has settled (sensing/settling.py)
        self.clock = "none"  # how far utc_ms can be trusted: gnss, rtc, none
        self.sensors = ()  # names of everything that is asked each tick; made once, at start
        self.silent = []  # names of those that do not answer, in the order of sensors
        self.gnss = Gnss()
        self.seats = Seats(seat_count)
        self.vehicle = Vehicle()
        self.trip = Trip()
        self.place = Place()
