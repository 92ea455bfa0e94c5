"""Events and positions -> records on raw flash that survive any power cut.

In: Events and positions of the Snapshot. Out: numbered records for the uplink, and the losses.
Start with recorder.py, then journal.py.
"""
