"""Outages of the network around a virtual board, by the dice."""

from __future__ import annotations

import random

from sim.network.proxy import Proxy

_HOUR_S = 3600
_WINDOWS_H = ((6.0, 7.5), (7.0, 10.0), (15.2, 17.0), (19.0, 26.0))
"""Of each day, in each of which one begins; hours of the clock. Before five in the morning the
day's records have to be with the city."""
_LONGEST_S = 20 * 60  # a bus that is parked without its broker for an hour starts again


class Outages:
    """Of one day after another; `step` says whether packets pass now."""

    def __init__(self, rng: random.Random, proxy: Proxy):
        self._rng = rng
        self._proxy = proxy
        self._plan: list[tuple[float, float, bool]] = []
        self.count = 0
        self._goes_on = False

    def begin(self, midnight_s: float) -> None:
        """A day: its midnight in the world's seconds."""
        rng = self._rng
        for first_h, last_h in _WINDOWS_H:
            begin_s = midnight_s + rng.uniform(first_h, last_h) * _HOUR_S
            end_s = begin_s + rng.uniform(20, _LONGEST_S)
            self.add(begin_s, end_s, rng.random() < 0.5)

    def add(self, begin_s: float, end_s: float, hangs_up: bool) -> None:
        """One more, in the world's seconds: the broker hangs up, or nothing passes."""
        self._plan.append((begin_s, end_s, hangs_up))

    def step(self, now_s: float, has_route: bool) -> None:
        """has_route: one of the board's radios carries."""
        while self._plan and self._plan[0][1] <= now_s:
            self._plan.pop(0)
        is_out = bool(self._plan) and self._plan[0][0] <= now_s
        hangs_up = is_out and self._plan[0][2]
        if is_out and not self._goes_on:
            self.count += 1
            if hangs_up:
                self._proxy.reset()
        self._goes_on = is_out
        self._proxy.hangs_up = hangs_up
        self._proxy.is_silent = not has_route or (is_out and not hangs_up)
