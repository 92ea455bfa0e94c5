"""RouteProgress: how far the bus has come on its route, stop by stop.

A stop is served when the front door opens in its circle. The next stop is missed when the
bus leaves its circle without serving it, or when the last stop is served before it.
"""

from micropython import const

from firmware import geo
from firmware.policy import fences

_ON_MM = const(50000)


class RouteProgress:
    """name: id of the route. names: dict, index of a stop -> its id. done, missed: ids of stops;
    odd: (id of a stop served out of order, id of the stop that was next). Each of these lists
    is replaced when it changes.
    """

    def __init__(self, policy, route, is_resumed):
        """route: its index in the policy. is_resumed: the board was reset on the way, so the
        first stop that is served counts as the next one."""
        runs, visits = policy.runs, policy.visits
        first = runs.first[route]
        self.name = policy.routes[route]
        self._stops = list(visits.stop[first : first + runs.count[route]])
        self.names = {stop: policy.stops[stop] for stop in self._stops}
        self.done = []
        self.missed = []
        self.odd = []
        self._policy = policy
        self._line = policy.roads.n + route
        self._near = 0  # the piece of the line that was nearest
        self._next = 0  # into _stops
        self._was_in = None
        self._is_resumed = is_resumed

    @property
    def next(self):
        """Index of the next stop; None once the last one has been served."""
        return self._stops[self._next] if self._next < len(self._stops) else None

    @property
    def last(self):
        """Index of the last stop, or None: the route has no stops."""
        return self._stops[-1] if self._stops else None

    def at(self, stop):
        """The bus is at this stop now (its index), or at none (None)."""
        left, self._was_in = self._was_in, stop
        if left is not None and left != stop and left == self.next and not self._is_resumed:
            self.missed = self.missed + [self.names[left]]
            self._pass()

    def serve(self, stop):
        """The front door is open at this stop."""
        name = self.names.get(stop)
        if name is None or name in self.done:
            return
        if self._is_resumed:
            self._is_resumed = False
            self._next = self._stops.index(stop)
        expected = self.next
        if expected is not None and stop != expected:
            self.odd = self.odd + [(name, self.names[expected])]
        self.done = self.done + [name]
        if stop == self.last:
            self._finish()
        elif stop == expected:
            self._pass()

    def _finish(self):
        ahead = [self.names[stop] for stop in self._stops[self._next :]]
        missed = [name for name in ahead if name not in self.done and name not in self.missed]
        if missed:
            self.missed = self.missed + missed
        self._next = len(self._stops)

    def _pass(self):
        """Goes on to the next stop that has not been served."""
        self._next += 1
        while self.next is not None and self.names[self.next] in self.done:
            self._next += 1

    def off_mm(self, lat_e7, lon_e7):
        """int, mm from the route's line; None if the route has no line.

        If the pieces that the bus drove last are within 50 m, no other piece is tried.
        """
        lines, corners, line = self._policy.lines, self._policy.corners, self._line
        first, count = lines.first[line], lines.count[line]
        if not count:
            return None
        here = max(0, self._near - 1)
        few = min(4, count - here)
        south, west, step = lines.south[line], lines.west[line], lines.step[line]
        mm, piece = geo.nearest(
            corners, first + here, few, lat_e7, lon_e7, False, 0, _ON_MM, south, west, step
        )
        if mm is None:
            mm, piece = geo.nearest(
                corners, first, count, lat_e7, lon_e7, False, self._near, 1 << 40, south, west, step
            )
            here = 0
        self._near = here + piece
        return mm

    def next_mm(self, lat_e7, lon_e7):
        """int, mm from the centre of the next stop, or None."""
        if self.next is None:
            return None
        return fences.centre_mm(self._policy, self.next, lat_e7, lon_e7)
