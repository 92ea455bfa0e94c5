"""What the station itself sends on to other systems, by HTTP: a context broker (NGSI-LD), Traccar.

Only the newest state of each bus and alarm waits to be sent. A system that does not answer is asked
at growing distances, and is in the way of nothing else.
"""
