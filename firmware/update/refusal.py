"""Refusal: why the bus does not take a release. It ends the offer, and the city hears of it."""


class Refusal(Exception):
    """why: a word of docs/mqtt.md (fetch); message: a sentence for people."""

    def __init__(self, why, message):
        super().__init__(message)
        self.why = why
        self.message = message
