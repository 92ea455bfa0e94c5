"""bus.json -> checked settings.

In: the file a technician wrote. Out: a dict with every key, and a ConfigError for each fault.
Start with load.py.
"""
