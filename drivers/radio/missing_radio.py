"""MissingRadio: bus.json names it, but the board has none. It never comes up, and says why."""

from micropython import const

_NEVER_MS = const(1 << 60)


class MissingRadio:
    due_ms = _NEVER_MS

    def __init__(self, name, fault):
        self.name = name
        self.failure = self.fault = fault

    def up(self):
        pass

    def down(self):
        pass

    def restart(self):
        pass

    def turn(self, now_ms):
        pass

    def is_off(self):
        return True

    def is_up(self):
        return False

    def signal_dbm(self):
        return None
