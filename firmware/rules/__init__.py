"""One hazard a file; the engine asks them all.

In: the Snapshot. Out: at most one Event a rule and tick, and what the driver hears now.
Start with engine.py; catalogue.py lists the rules.
"""
