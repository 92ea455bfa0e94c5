"""Long runs with faults of all kinds, held to the promises of the design. Start with days.py."""
