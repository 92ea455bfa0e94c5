"""What lies between a bus and the city: sockets, brokers, and their faults.

In: the uplink's bytes. Out: messages at a broker, in memory (peer.py) or real (brokers.py). Start
with network.py.
"""
