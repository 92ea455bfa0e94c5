"""Event: one thing that the city must hear."""

INFO = "info"
WARNING = "warning"
ALARM = "alarm"

RAISED = "raised"
UPDATED = "updated"
CLEARED = "cleared"


class Event:
    """What a rule found. Bus adds when, where and the occurrence number.

    data, why: tuples of (key, value) pairs, in the order they are to be read;
    `why` holds the inputs and limits that decided. Values: None, bool, int, str,
    values.Fixed, a list of values, or again a tuple of pairs.
    subject: tells apart occurrences of one kind (which door, which sensor); None for
    what only happens, and is never cleared.
    """

    def __init__(self, kind, severity, state=RAISED, data=(), why=(), subject=""):
        self.kind = kind
        self.severity = severity
        self.state = state
        self.data = data
        self.why = why
        self.subject = subject
        self.occ = 0  # the seq of the record that raised it
        self.exercise = False  # it began in a drill; Recorder says so


def fault(what, text):
    """The bus goes on without something: what failed, and a sentence for a technician."""
    return Event("fault", WARNING, data=(("what", what), ("text", text)), subject=None)
