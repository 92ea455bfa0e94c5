"""What municipal staff use: a message comes, is checked, is stored, changes alarms, is shown.

In: the MQTT contract (docs/mqtt.md), nothing of the firmware. Out: the page, notices, reports.
Start with station.py, then pipeline.py. Importing it makes Ctrl-C end in one word (ctrl_c.py).
"""

from station import ctrl_c

ctrl_c.install()
