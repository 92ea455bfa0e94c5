"""Places: the zones, limit, stop and route where the bus is, updated at each new position.

Without a policy they are unknown. While the position is unknown, what depends on it is None.
"""

from firmware.policy.fences import Fences, contains, is_near
from firmware.policy.hours import local
from firmware.policy.limits import limit_at, road_at
from firmware.policy.pack import KINDS
from firmware.policy.route_progress import RouteProgress


def _forget(place):
    """The position is unknown."""
    place.limit_kmh = place.limit_of = place.zones = None
    place.at_stop = place.stop = place.at_school = None
    place.next_stop_mm = place.off_route_mm = None


class Places:
    """policy: firmware.policy.pack.Policy, or None. is_resumed: the board was reset on the way."""

    def __init__(self, policy, config_rules, is_resumed=False):
        self._policy = policy
        self._edge_mm = config_rules["geofence_edge_m"] * 1000
        self._is_resumed = is_resumed
        self._trip = None
        self._progress = None
        self._stop = None  # index of the stop that the bus is at
        self._boarded_at = None  # the stop at which children got on before the trip began
        if policy is not None:
            self._fences = Fences(policy, self._edge_mm, config_rules["geofence_dwell_s"] * 1000)

    def update(self, s):
        """Fills in s.place from the readings, and from the phase as of the tick before."""
        policy = self._policy
        s.place.policy = None if policy is None else policy.hash
        if policy is None or s.gnss.lat_e7 is None:
            _forget(s.place)
            if policy is None:
                self._show_route(s)
            return
        if s.gnss.fix_new:
            self._place(s)
        self._visit(s)

    def _place(self, s):
        policy, lat_e7, lon_e7 = self._policy, s.gnss.lat_e7, s.gnss.lon_e7
        minute, day = local(s.utc_ms, policy.utc_offset_min)
        stops, inside, pieces = self._found(lat_e7, lon_e7, minute, day)
        self._begin_trip(s, minute, day)
        self._fences.update(s.now_ms, lat_e7, lon_e7, inside)
        s.place.zones = [
            (KINDS[policy.areas.kind[area]], self._zone(area)) for area in self._fences.entered
        ]
        line = road_at(policy, pieces, lat_e7, lon_e7, s.gnss.heading_deg)
        s.place.limit_kmh, s.place.limit_of = limit_at(policy, inside, line)
        self._stop = self._stop_at(stops, lat_e7, lon_e7)
        s.place.stop = None if self._stop is None else policy.stops[self._stop]
        s.place.at_stop = self._stop is not None if policy.stops.n else None
        if self._progress is not None:
            self._progress.at(self._stop)
            s.place.off_route_mm = self._progress.off_mm(lat_e7, lon_e7)
            s.place.next_stop_mm = self._progress.next_mm(lat_e7, lon_e7)

    def _found(self, lat_e7, lon_e7, minute, day):
        """-> (stops, zones that hold now, pieces of road) at a position."""
        policy = self._policy
        stops, inside, pieces = [], [], []
        for item in policy.grid.at(lat_e7, lon_e7):
            if item >= policy.areas.n:
                pieces.append(item - policy.areas.n + policy.grid.road_corner)
            elif contains(policy, item, lat_e7, lon_e7):
                if item < policy.stops.n:
                    stops.append(item)
                elif policy.holds(policy.areas.hours[item], minute, day):
                    inside.append(item)
        return stops, inside, pieces

    def _zone(self, area):
        return self._policy.zones[area - self._policy.stops.n]

    def _stop_at(self, stops, lat_e7, lon_e7):
        """-> index of the next stop if the bus is in its circle, else of the stop that it has not
        left, else of any stop; None."""
        going_to = None if self._progress is None else self._progress.next
        if going_to in stops:
            return going_to
        last = self._stop
        if last is not None and is_near(self._policy, last, lat_e7, lon_e7, self._edge_mm):
            return last
        return stops[0] if stops else None

    def _begin_trip(self, s, minute, day):
        """At a new trip: finds the route of this bus whose hours hold now. At an unknown time
        there is none."""
        if s.trip.phase == "parked":
            self._is_resumed = False
            self._boarded_at = None
            if self._progress is not None:
                self._progress = None
                s.place.off_route_mm = s.place.next_stop_mm = None
                self._show_route(s)
        if s.trip.number == self._trip or s.trip.phase != "driving":
            return
        self._trip = s.trip.number
        self._progress = None
        policy = self._policy
        for route in range(policy.routes.n if minute is not None else 0):
            if policy.runs.mine[route] and policy.holds(policy.runs.hours[route], minute, day):
                self._progress = RouteProgress(policy, route, self._is_resumed)
                if self._boarded_at is not None and self._boarded_at == self._progress.next:
                    self._progress.serve(self._boarded_at)
                break
        self._boarded_at = None
        self._is_resumed = False
        s.place.off_route_mm = s.place.next_stop_mm = None
        self._show_route(s)

    def _visit(self, s):
        """At a stop: the open front door serves it; an unknown door, what trip.py takes for one."""
        stop, progress = self._stop, self._progress
        last = None if progress is None else progress.last
        s.place.at_school = stop in self._policy.schools and (last is None or stop == last)
        if stop is not None and s.vehicle.front_door is not False and s.trip.phase == "boarding":
            if progress is None:
                self._boarded_at = stop
            else:
                progress.serve(stop)
        if progress is not None:
            self._show_route(s)

    def _show_route(self, s):
        progress = self._progress
        if progress is None:
            s.place.route = s.place.next_stop = None
            s.place.stops_done = s.place.stops_missed = s.place.stops_odd = ()
            return
        s.place.route = progress.name
        s.place.next_stop = progress.names.get(progress.next)
        s.place.stops_done = progress.done
        s.place.stops_missed = progress.missed
        s.place.stops_odd = progress.odd
