"""The city's policy: stops, zones, routes, limits and thresholds.

In: a pack in parts, by command. Out: what holds at this place and time, in the Snapshot.
Start with in_force.py.
"""
