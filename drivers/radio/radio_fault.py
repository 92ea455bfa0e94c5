"""Why a radio does not work, as a sentence; and a radio that the board does not have."""

from micropython import const

_NEVER_MS = const(1 << 60)


class RadioFault(Exception):
    """needs_person: a person has to repair it; it does not pass by itself."""

    def __init__(self, text, needs_person=False):
        super().__init__(text)
        self.text = text
        self.needs_person = needs_person


class MissingRadio:
    """bus.json names it, but the board has none. It never comes up, and says why."""

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
