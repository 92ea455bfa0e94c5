"""The simulator on the wall clock, before a real broker: `make sim`. Start with morning.py."""
