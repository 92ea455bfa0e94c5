"""Told scenarios: story.py is the language, scenarios.py lists what is told in it."""
