"""The broker's configuration, from the register: who may connect, and to which topics.

`python -m station broker mosquitto|nats` writes it, and again when the register changes.
"""
