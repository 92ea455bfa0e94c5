"""The board itself: its pins, its flash, how it starts.

In: bus.json. Out: the parts that firmware/bus.py is made of. Start with board.py;
a board is one table in tables.py.
"""
