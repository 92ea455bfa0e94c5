"""PolicyStore: receives a policy pack in parts, checks it, keeps it and loads it.

The parts are written to `policy.new`, which stays open meanwhile: at each close littlefs would
begin the next part with a copy of a block. Once the digest is right and all of it was checked, it
is renamed to `policy.json`. The file system does that completely or not at all, so a power
cut at any byte leaves the old pack or the new one, whole.
"""

from binascii import hexlify
from hashlib import sha256

from micropython import const

from firmware.policy.error import PolicyError
from firmware.policy.pack import step

KEPT = "policy.json"
NEW = "policy.new"

READERS = (
    "firmware.config.kinds",
    "firmware.config.rule_settings",
    "firmware.policy.settings",
    "firmware.policy.position_scan",
    "firmware.policy.jsontext",
    "firmware.policy.reader",
    "firmware.policy.loading",
)
"""What reads a pack. It is in the heap only meanwhile: drivers/board/leave.py."""

_MOST_BYTES = const(131072)
_MOST_PARTS = const(1000)
_PART_CHARACTERS = const(800)  # more never reaches the bus: an MQTT packet is 1024 bytes at most


class Forged(ValueError):
    """Parts are not signed: somebody else may have sent one. The offer stays open, and the
    station does not take the sentence for the bus's last word."""


class PolicyStore:
    """files: drivers/board/files.py, or None: no file system. bus: str, its id.

    is_waiting: `policy.json` is newer than the policy in force. by: str, the user who sent it.
    coming: str, sha256 of the pack of which parts are missing, or None. steps: int, rises with each
    offer and each part that is taken.
    """

    def __init__(self, files, bus, gap=None):
        """gap: Gap in which the end of a pack is written; None: at once. A part is written when it
        is taken: whoever takes it has the time."""
        self._files = files
        self._bus = bus
        self._gap = gap
        self._file = None  # `policy.new`, while parts come in
        self.coming = None
        self.steps = 0
        self._by = self.by = None
        self._parts = 0
        self._have = 0  # parts that have come
        self._bytes = 0
        self._digest = None
        self._work = None  # a generator: a check, or the loading of what was checked
        self._request = None  # id of the request that the check answers
        self._checked = None  # sha256 of what is checked
        self._kept = ""  # sha256 of policy.json
        self.is_waiting = files is not None and files.has(KEPT)

    def take_offer(self, request):
        """request: dict of cmd/policy, which the city has signed -> str, the answer.

        Only parts of the pack that was offered last are taken: its digest stands for all of them.
        Raises ValueError with a sentence for the sender.
        """
        if self._files is None:
            raise ValueError("This board keeps no files.")
        sha256_hex, parts = _offered(request)
        known = self._known(sha256_hex)
        if known is not None:
            return known
        if sha256_hex != self.coming or parts != self._parts:
            self._begin(sha256_hex, parts)
        self._by = request["by"]
        self.steps += 1
        return "The bus takes the policy %s in %d parts." % (sha256_hex[:8], parts)

    def take_part(self, request):
        """request: dict of cmd/part -> str, the answer; None: turn() will return the answer.

        Raises ValueError with a sentence for the sender of the part, and so Forged.
        """
        sha256_hex, parts = _offered(request)
        part, data = _piece(request, parts)
        known = self._known(sha256_hex)
        if known is not None:
            return known
        if sha256_hex != self.coming or parts != self._parts:
            raise ValueError("No policy with these parts is offered: send cmd/policy first.")
        if part <= self._have:
            return "Part %d of %d is already here." % (part, parts)
        if part != self._have + 1:
            raise ValueError("Part %d of this policy has to come next." % (self._have + 1))
        self._append(data.encode())
        if part < parts:
            return "Part %d of %d is here." % (part, parts)
        self._check(request["id"])
        return None

    def turn(self):
        """One step of a check -> None; once the check is done (request id, ok, sentence)."""
        if self._work is None:
            return None
        try:
            text = step(self._work)
            if text is None:
                return None
            ok = True
        except (PolicyError, OSError, ImportError, MemoryError) as error:
            ok, text = False, str(error) or "The policy does not fit into memory."
        self._work = None
        return self._request, ok, text

    def is_checking(self):
        return self._work is not None

    def loading(self):
        """Generator, a step at a time -> the Policy that waits.

        Raises PolicyError, OSError, ImportError or MemoryError if it cannot be used.
        """
        self.is_waiting = False
        yield from _readers()
        from firmware.policy.loading import load

        policy = yield from load(self._open_kept, self._bus)
        self._kept = policy.sha256
        return policy

    def _known(self, sha256_hex):
        """-> str: the bus has this pack already; None: it does not."""
        if sha256_hex == self._kept:
            return "The bus already has the policy %s." % sha256_hex[:8]
        if self._work is None:
            return None
        if sha256_hex == self._checked:
            return "This policy is being checked."
        raise ValueError("Another policy is being checked; send this one again later.")

    def _begin(self, sha256_hex, parts):
        self._give_up()
        self.coming, self._parts = sha256_hex, parts
        self._have = self._bytes = 0
        self._digest = sha256()

    def _append(self, data):
        if self._bytes + len(data) > _MOST_BYTES:
            self._begin(self.coming, self._parts)
            text = "The policy is longer than %d bytes; begin again with part 1."
            raise Forged(text % _MOST_BYTES)
        try:
            if self._file is None:
                self._file = self._files.open(NEW, "wb")
            self._file.write(data)
        except OSError as error:
            self._give_up()
            raise ValueError("The policy cannot be written (%s); send it again." % error)
        self._digest.update(data)
        self._bytes += len(data)
        self._have += 1
        self.steps += 1

    def _check(self, request_id):
        found, wanted = hexlify(self._digest.digest()).decode(), self.coming
        if found != wanted:
            self._begin(wanted, self._parts)
            raise Forged(
                "These parts are not the policy that was offered; begin again with part 1."
            )
        self.coming = None
        self._request = request_id
        self._checked = wanted
        self._work = self._finish()

    def _give_up(self):
        """No part more is taken."""
        self.coming = None
        try:
            self._close()
        except OSError:
            pass  # nobody reads it

    def _close(self):
        file, self._file = self._file, None
        if file is not None:
            file.close()

    def _finish(self):
        """Generator: what has come is checked, and then kept -> sentence."""
        yield from self._gap_comes()
        self._close()
        yield
        yield from _readers()
        from firmware.policy.loading import check

        policy = yield from check(self._open_new, self._bus)
        yield from self._gap_comes()
        return self._keep(policy)

    def _gap_comes(self):
        while self._gap is not None and not self._gap.take():
            yield

    def _keep(self, policy):
        """The checked pack replaces the old one -> sentence. Raises PolicyError."""
        if policy.sha256 != self._checked:
            raise PolicyError("policy: the stored text is not the one sent; send it again")
        self._files.rename(NEW, KEPT)
        self._kept, self.by = policy.sha256, self._by
        self.is_waiting = True
        text = "The policy %s, version %d, takes effect once the bus is parked."
        return text % (policy.hash, policy.version)

    def _open_kept(self):
        return self._files.open(KEPT, "rb")

    def _open_new(self):
        return self._files.open(NEW, "rb")


def _readers():
    """Generator: imports a module a step, so that no tick waits for all of them."""
    for name in READERS:
        __import__(name)
        yield


def _offered(request):
    """-> (sha256, parts), each of its type and in its range, or ValueError."""
    sha256_hex, parts = request.get("sha256"), request.get("parts")
    if type(parts) is not int or not 1 <= parts <= _MOST_PARTS:
        raise ValueError('"parts" has to be a whole number from 1 to %d.' % _MOST_PARTS)
    if not isinstance(sha256_hex, str) or len(sha256_hex) != 64:
        raise ValueError('"sha256" has to be the 64 hex digits of the whole pack.')
    return sha256_hex, parts


def _piece(request, parts):
    """-> (part, data), likewise."""
    part, data = request.get("part"), request.get("data")
    if type(part) is not int or not 1 <= part <= parts:
        raise ValueError('"part" has to be a whole number from 1 to "parts".')
    if not isinstance(data, str) or not 1 <= len(data) <= _PART_CHARACTERS:
        raise ValueError('"data" has to be a text of 1 to %d characters.' % _PART_CHARACTERS)
    return part, data
