"""The truth about a bus and its town: roads, children, driver, days. Start with world.py."""
