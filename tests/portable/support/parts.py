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


def snapshot(seats=8, **readings):
    """A Snapshot in which every seat is empty, with these readings."""
    from firmware.snapshot import Snapshot

    s = Snapshot(seats)
    s.unknown = []
    s.doubtful = []
    s.seat_changes = 1
    for name, value in readings.items():
        assert hasattr(s, name), name
        setattr(s, name, value)
    return s
