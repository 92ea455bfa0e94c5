"""The newest state of every bus, and the browsers that follow it. Start with live.py."""
