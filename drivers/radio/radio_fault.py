"""What keeps a radio from working, as a sentence."""


class Trouble(Exception):
    """for_people: it will not go away until somebody comes."""

    def __init__(self, text, for_people=False):
        super().__init__(text)
        self.text = text
        self.for_people = for_people
