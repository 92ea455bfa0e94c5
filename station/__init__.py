"""The city's station. Importing it makes Ctrl-C end in one word (station/ctrl_c.py)."""

from station import ctrl_c

ctrl_c.install()
