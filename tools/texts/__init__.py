"""What is written from the declarations of the rules and from the texts beside them.

In: the docstring and the settings of each rule, and words/<kind>.json beside the code that sends
a kind of event. Out: docs/hazards.md, the table of kinds in docs/mqtt.md, docs/schema/kinds.json,
docs/asyncapi.json and the kinds on the station's page. Start with kinds.py.
"""
