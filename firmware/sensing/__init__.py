"""Parts of the board -> readings in the Snapshot.

In: the drivers that board/board.py made. Out: debounced readings; a silent part is None.
Start with sensors.py.
"""
