"""Journal -> MQTT broker.

In: records of the journal, the state on offer. Out: messages with QoS 1; acknowledged records.
Start with uplink.py.
"""
