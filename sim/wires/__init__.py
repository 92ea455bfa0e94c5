"""I2C, UART, pins, flash and radios in MicroPython's shape, as strict as the real ones.

In: what a driver calls. Out: what a chip at the other end receives. Start with bus_i2c.py.
"""
