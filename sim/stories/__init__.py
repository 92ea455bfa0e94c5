"""Stories about one bus: story.py is the language, scenarios.py lists what is told in it.

In: verbs (`bus.drives(...)`). Out: a timeline, and answers (`bus.journalled()`).
"""
