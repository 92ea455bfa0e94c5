"""The CPython simulator: the same firmware and drivers, in front of simulated chips.

Importing this package makes CPython look enough like MicroPython for
`firmware/` and `drivers/` to be imported as they are (see sim/shim.py).
"""

from sim import ctrl_c, shim

ctrl_c.install()
shim.install()
