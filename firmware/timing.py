"""Conditions over time. Every now_ms is milliseconds since boot."""

LONG_AGO_MS = 86400000
"""What began at an unknown time before this boot counts as having begun so long before it."""


class Held:
    """True once a condition has been true for `ms` without a break."""

    def __init__(self, ms):
        self._ms = ms
        self._since = None

    def update(self, now_ms, condition):
        if not condition:
            self._since = None
            return False
        if self._since is None:
            self._since = now_ms
        return now_ms - self._since >= self._ms


class Debounced:
    """A reading counts once it has not changed for `ms`; so does None, no reading."""

    def __init__(self, ms):
        self._ms = ms
        self._candidate = None
        self._since = None
        self.value = None

    def update(self, now_ms, reading):
        """-> the settled reading; None before the first one settled."""
        if reading != self._candidate or self._since is None:
            self._candidate = reading
            self._since = now_ms
        if self.value != reading and now_ms - self._since >= self._ms:
            self.value = reading
        return self.value


class Every:
    """True at most once in `ms`; the first time at once."""

    def __init__(self, ms):
        self._ms = ms
        self._next = None

    def due(self, now_ms):
        if self._next is not None and now_ms < self._next:
            return False
        self._next = now_ms + self._ms
        return True
