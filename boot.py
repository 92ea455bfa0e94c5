"""First on the board, before anything that can fail: the horn is off.

The pin is drivers/board.py's; it stands here once more because nothing is
imported yet that could be broken. A test holds the two together.
"""

from machine import Pin

HORN_PIN = 23

Pin(HORN_PIN, Pin.OUT, value=0)
