"""Long runs with random faults that check the promises of the design.

In: a seed. Out: figures, or the promise that was broken and the command that shows it again. Start
with days.py.
"""
