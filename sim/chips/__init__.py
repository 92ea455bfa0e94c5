"""Simulated chips, written from their datasheets, one a file.

In: bytes on a wire, and what the World lets them sense. Out: the bytes that the real chip answers.
Start with mcp23017.py.
"""
