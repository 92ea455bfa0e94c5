"""Simulated chips, one datasheet a file: the other end of the wire."""
