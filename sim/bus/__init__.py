"""One simulated bus: the real firmware and drivers over simulated wires.

In: a World and the settings. Out: a running bus, its faults, the account of its records. Start with
rig.py (virtual time) or vehicle.py (the time of its caller).
"""
