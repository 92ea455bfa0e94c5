"""The city's policy: stops, zones, routes, limits and thresholds.

In: a pack in parts, by command. Out: what holds here and now, as s.place in the Snapshot;
thresholds for the rules. Start with in_force.py.
"""
