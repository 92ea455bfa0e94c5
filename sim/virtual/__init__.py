"""The virtual board from outside: the process that holds its flash, its wires and its world.

In: requests of the MicroPython VM (sim/vm). Out: a board at a serial port. Start with command.py.
partitions.py describes the real board as well: tools/ flashes boards by it.
"""
