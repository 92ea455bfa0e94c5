"""I2C, UART, pins, flash and radios in MicroPython's shape, as strict as the real ones."""
