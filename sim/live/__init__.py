"""The simulator on the wall clock, in front of a real broker: `make sim` and `sim replay`.

In: a town, or the log of a receiver. Out: a picture or lines in the terminal, and a summary. Start
with morning.py.
"""
