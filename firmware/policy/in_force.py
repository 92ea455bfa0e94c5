"""PolicyInForce: the policy in force, what it says of this place, and how the next one takes over.

A new pack counts from the next start, or as soon as the bus is parked and no alarm sounds;
in between nothing changes. A bad one changes nothing at all.
"""

from micropython import const

from firmware import messages
from firmware.event import INFO, Event, fault
from firmware.policy.pack import PolicyError, step
from firmware.policy.places import Places
from firmware.policy.store import PolicyStore
from firmware.timing import Held

_LONG_MS = const(600000)


class PolicyInForce:
    """thresholds: config["rules"] with the policy's in their place; `is_new` once they changed.

    files: see PolicyStore; is_resumed: the board was reset while the bus was in use. What is
    stored is read in the first turns: a start with a child on board waits for nothing.
    is_trusted: False leaves it unread until the next start; a new pack counts all the same.
    """

    def __init__(self, config, files, is_resumed, is_trusted=True):
        self._config = config["rules"]
        self._store = PolicyStore(files, config["bus"])
        self._is_resumed = is_resumed
        self._store.is_waiting = self._store.is_waiting and is_trusted
        self._is_start = self._store.is_waiting  # what is read now was in force before
        self._loading = self._store.loading() if self._is_start else None
        self._notices = []
        self._long = Held(_LONG_MS)
        self._is_told = False  # that it waits for long
        self.is_new = False
        self._adopt(None)

    @property
    def hash(self):
        """str or None: of the policy in force."""
        return None if self._policy is None else self._policy.hash

    @property
    def is_pending(self):
        """Something waits until all is calm."""
        return self.is_new or self._store.is_waiting

    def take(self, request):
        """cmd/policy: see PolicyStore.take()."""
        if self._loading is not None:
            raise ValueError("A policy is just being taken into force; send this again in a while.")
        return self._store.take(request)

    def update(self, s):
        """Fills in the Snapshot's places -> list of Events."""
        self._places.update(s)
        if not self._notices:
            return ()
        notices, self._notices = self._notices, []
        return notices

    def turn(self, s, is_calm, uplink):
        """A step of what takes long. uplink.reply(payload): for a check that is done.

        is_calm: no alarm sounds, no drill. -> True if there is more to do.
        """
        done = self._store.turn()
        if done is not None:
            _reply(uplink, done)
        if self._loading is not None:
            self._load()
        is_waiting = self._store.is_waiting and self._loading is None and s.trip.phase == "parked"
        self._wait(s.now_ms, is_waiting and not is_calm)
        if is_waiting and is_calm:
            self._adopt(None)  # both would not fit into memory
            self._places.update(s)
            self._loading = self._store.loading()
        return self._loading is not None or self._store.is_checking()

    def _wait(self, now_ms, is_waiting):
        is_long = self._long.update(now_ms, is_waiting)
        if is_long and not self._is_told:
            told = "The new policy waits for an alarm or a drill to end; a restart brings it too."
            self._notices.append(fault("policy", told))
        self._is_told = is_long

    def _load(self):
        try:
            policy = step(self._loading)
            if policy is None:
                return
            self._adopt(policy)
            if not self._is_start:
                data = (("version", policy.version), ("hash", policy.hash))
                self._notices.append(Event("policy_changed", INFO, data=data, subject=None))
        except (PolicyError, OSError, MemoryError) as error:
            self._notices.append(_fault(error))
        self._loading = None
        self._is_start = self._is_resumed = False
        self.is_new = True

    def _adopt(self, policy):
        self._policy = policy
        self.thresholds = dict(self._config)
        if policy is not None:
            self.thresholds.update(policy.rules)
        self._places = Places(policy, self.thresholds, self._is_resumed)


def _reply(uplink, done):
    uplink.reply(messages.reply(*done))


def _fault(error):
    told = str(error) or "The policy does not fit into memory."
    return fault("policy", told)
