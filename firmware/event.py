"""Event: one thing that the city has to know."""

INFO = "info"
WARNING = "warning"
ALARM = "alarm"

RAISED = "raised"
UPDATED = "updated"
CLEARED = "cleared"

# The kinds that a drill exercises. Everything else that happens in it is real, and sounds.
DRILLED = ("sos", "emergency_door", "door_open_moving", "door_off_stop", "evacuation", "drill")


class Event:
    """What a rule found. The Recorder adds when, where and the number of the occurrence.

    data, why: tuples of (key, value) pairs, in the order they are to be read;
    `why` holds the inputs and limits that decided. Values: None, bool, int, str,
    values.Fixed, a list of values, or again a tuple of pairs.
    subject: tells occurrences of one kind apart (which door, which sensor); None for an
    event that only happens and is never cleared.
    """

    def __init__(self, kind, severity, state=RAISED, data=(), why=(), subject=""):
        self.kind = kind
        self.severity = severity
        self.state = state
        self.data = data
        self.why = why
        self.subject = subject


def fault(what, text):
    """Something failed and the bus goes on without it. text: a sentence for a technician."""
    return Event("fault", WARNING, data=(("what", what), ("text", text)), subject=None)
