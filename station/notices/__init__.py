"""Notices: what happens to an alarm is told to people who do not sit before the page.

routes.py says who is told of what and when, message.py what they read. queue.py keeps each notice
until it is delivered or given up, and sender.py delivers it (apprise).
"""
