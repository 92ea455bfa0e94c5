"""Policy: stops, schools, zones, roads and routes of one bus, as numbers in a few arrays.

loading.py fills them from a pack.
"""

from firmware.policy import corners
from firmware.policy.hours import hold
from firmware.policy.table import Names, Table

KINDS = ("stop", "school", "speed", "flood", "closed")  # of areas; a stop is no zone


class Policy:
    """Empty when made. Areas are the stops, then the zones; lines are the roads, then the routes.

    corners: see corners.py; `first` and `count` of an area or a line count corners, its `south`,
    `west` and `step` are what they count in; an area of 0 corners is a circle in the middle of its
    bounds.
    rules: dict, thresholds that replace those of bus.json. sha256: hex digest of the pack as it
    was sent; hash: str, its first 8 digits.
    """

    def __init__(self):
        self.version = 0
        self.sha256 = ""
        self.hash = None
        self.utc_offset_min = 420
        self.rules = {}
        self.corners = None  # until the last pass
        self.corner_n = 0
        self.hours = []  # (spans, days), see hours.py; a column has an index from 1, or 0: always
        self.stops = Names()
        self.zones = Names()
        self.roads = Names()
        self.routes = Names()
        self.areas = Table(
            first="H", count="H", radius_m="H", kind="B", limit_kmh="B", hours="B",
            south="i", north="i", west="i", east="i", step="H",
        )  # fmt: skip
        self.schools = {}  # index of a stop -> its hours
        self.lines = Table(
            first="H", count="H", width_m="H", limit_kmh="B", south="i", west="i", step="H"
        )
        self.runs = Table(first="H", count="B", hours="B", mine="B")  # one for each of self.routes
        self.visits = Table(stop="B")  # the stops of all runs, one after the other
        self.grid = None

    def allocate(self):
        """Before the second pass."""
        for table in (self.areas, self.lines, self.runs, self.visits):
            table.allocate()
        self._begin_again()

    def allocate_corners(self):
        """Before the last pass, which finds the bounds of each area in its row."""
        self.corners = corners.room(self.corner_n)
        for table in (self.areas, self.lines, self.runs, self.visits):
            table.n = 0
        self._begin_again()

    def _begin_again(self):
        self.corner_n = 0
        self.stops, self.zones, self.roads, self.routes = Names(), Names(), Names(), Names()
        self.schools = {}

    def put(self, some, n, table):
        """Adds the first n corners of an array to the next area or line; before the last pass it
        only counts them."""
        if self.corners is not None:
            row = table.n
            south, west, step = table.south[row], table.west[row], table.step[row]
            for at in range(n):
                lat, lon = some[2 * at], some[2 * at + 1]
                corners.put(self.corners, self.corner_n + at, lat, lon, south, west, step)
        self.corner_n += n

    def holds(self, hours, minute, day):
        """Do the hours of a column hold at a local time? -> bool; see hours.hold()."""
        return hours == 0 or hold(self.hours[hours - 1], minute, day)


def step(generator):
    """One step of check or load -> None, or the Policy once it is done."""
    try:
        next(generator)
        return None
    except StopIteration as end:
        return end.value
