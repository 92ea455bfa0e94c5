"""Home Assistant: the buses are announced to it over the broker that they speak to.

Source: Home Assistant documentation, integration "MQTT": "MQTT discovery", device discovery (one
retained message below `homeassistant/device/` for each bus), and the birth message. The station
sends nothing else: Home Assistant then reads the buses' own topics (docs/mqtt.md).
"""
