"""Alarms in the Common Alerting Protocol, as operation rooms take them in.

Source: OASIS Common Alerting Protocol 1.2 (1 July 2010); RFC 4287 (Atom) for the list.

A message is made of each entry in the log of an alarm: `Alert` when it is raised, `Update` while it
goes on, `Cancel` when it is over. Its scope is Restricted: it concerns children.
"""
