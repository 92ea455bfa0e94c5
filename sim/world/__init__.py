"""The truth about a bus and its town: roads, children, driver, days.

In: a seed and habits. Out: a World whose attributes change with time. Start with world.py.
"""
