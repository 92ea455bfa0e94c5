"""Everything that touches hardware: one chip or port a file; the board and the radios have folders.

In: an I2C, UART or Pin. Out: readings and outputs for firmware/bus.py. Start with board/board.py.
"""
