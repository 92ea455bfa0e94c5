"""RadioFault: why a radio does not work, as a sentence."""


class RadioFault(Exception):
    """needs_person: a person has to repair it; it does not pass by itself."""

    def __init__(self, text, needs_person=False):
        super().__init__(text)
        self.text = text
        self.needs_person = needs_person
