"""Journal -> MQTT broker.

In: records of the journal, the newest state, commands. Out: messages with QoS 1, replies, and
acknowledgements for the journal. Start with uplink.py.
"""
