"""Coming: does a policy on its way keep a parked bus from falling asleep?

The city has signed the offer, but not the parts, so anybody who may publish can send some. They
keep the bus awake for half an hour in all for each pack, however often it is offered.
"""

from micropython import const

_PAUSE_MS = const(75000)  # the city repeats a part after 30 s, and begins again after 60 s
_MOST_MS = const(1800000)


class Coming:
    """keeps_awake: parts come."""

    def __init__(self):
        self._pack = None  # the last one that was offered
        self._steps = 0
        self._left_ms = 0
        self._now_ms = self._until_ms = 0
        self.keeps_awake = False

    def update(self, now_ms, pack, steps):
        """Every turn. pack: sha256 of the pack of which parts are missing, or None; steps: rises
        with each offer and each part that is taken."""
        if self.keeps_awake:
            self._left_ms -= now_ms - self._now_ms
        self._now_ms = now_ms
        if pack is not None and pack != self._pack:
            self._pack, self._left_ms = pack, _MOST_MS
        if steps != self._steps:
            self._steps, self._until_ms = steps, now_ms + _PAUSE_MS
        self.keeps_awake = pack is not None and now_ms < self._until_ms and self._left_ms > 0
