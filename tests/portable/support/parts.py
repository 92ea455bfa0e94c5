"""Hand-set parts for tests that need no simulator."""


class Chip:
    """14 inputs; `dead` makes it silent as an I2C device is: OSError."""

    inputs = 14
    resets = 0

    def __init__(self, word=0):
        self.word = word
        self.dead = False

    def read(self):
        if self.dead:
            raise OSError(19)
        return self.word


class Nvs(dict):
    """Counts what wears the flash."""

    refuses = False
    writes = 0

    def set(self, name, value):
        if self.refuses:
            raise OSError(-0x1105)  # ESP_ERR_NVS_NOT_ENOUGH_SPACE
        self.writes += 1
        self[name] = value


class Output:
    def __init__(self):
        self.on = None
        self.times_set = 0

    def set(self, on):
        self.on = on
        self.times_set += 1

    def read_back(self):
        return None


GROUPS = ("gnss", "seats", "vehicle", "trip", "place")
_NAMES = {"seat_count": "count", "seat_changes": "changes", "trip": "number"}


def _holder(s, name):
    """-> the part of a Snapshot that holds a reading, and the reading's name there."""
    if name in s.__dict__ and name not in GROUPS:
        return s, name
    name = _NAMES.get(name, name)
    for group in GROUPS:
        part = getattr(s, group)
        if name in part.__dict__:
            return part, name
    raise AssertionError("no reading is called " + name)


def put(s, name, value):
    """Sets a reading of a Snapshot, in whichever group it stands."""
    part, name = _holder(s, name)
    setattr(part, name, value)


def get(s, name):
    part, name = _holder(s, name)
    return getattr(part, name)


def readings(s):
    """-> {name: value} of everything that a Snapshot holds."""
    found = {name: value for name, value in s.__dict__.items() if name not in GROUPS}
    names = {name: alias for alias, name in _NAMES.items()}
    for group in GROUPS:
        for name, value in getattr(s, group).__dict__.items():
            found[names.get(name, name)] = value
    return found


def snapshot(seats=8, **given):
    """A Snapshot in which every seat is empty, with these readings."""
    from firmware.snapshot import Snapshot

    s = Snapshot(seats)
    s.seats.unknown = []
    s.seats.doubtful = []
    s.seats.changes = 1
    s.vehicle.chips = ("expander 1", "switches")
    for name, value in given.items():
        put(s, name, value)
    return s
