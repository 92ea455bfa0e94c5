"""The station's HTTP API: one file a subject; shapes.py has what it says, guards.py who may ask."""
