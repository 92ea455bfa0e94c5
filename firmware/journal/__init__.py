"""Events and positions -> records on raw flash that survive any power cut.

In: Event and Snapshot. Out: numbered records for the uplink, and what had to be dropped.
Start with recorder.py, then journal.py.
"""
