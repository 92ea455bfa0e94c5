"""A fleet's policy: on the map, and on its way to the buses. Start with delivery.py."""
