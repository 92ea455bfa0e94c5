"""What the Makefile calls. firmware/ runs here too, with the simulator's shim for MicroPython."""

import sim as sim  # it lends CPython MicroPython's modules
