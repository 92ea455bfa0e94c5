"""What the bus publishes on `fetch`: where an update stands, and which piece it needs next."""

from firmware.messages import text

_ASKED = ("at", "bytes", "have", "need")


def fetch(release, state, asked=None, why=None, message=None):
    """-> bytes. release: 16 hex digits; asked: (at, bytes, have, need) while it is fetching; why,
    message: str, see docs/mqtt.md."""
    parts = (("v", 1), ("release", release), ("state", state))
    if asked is not None:
        parts += tuple([(_ASKED[index], asked[index]) for index in range(len(_ASKED))])
    if why is not None:
        parts += (("why", why),)
    if message is not None:
        parts += (("message", message),)
    return text(parts).encode()
