"""PolicyInForce: the policy in force, its answer for this place, and how a new one replaces it.

A new pack takes effect at the next start, or once the bus is parked and no alarm sounds.
Until then the old one stays in force. A bad pack changes nothing.
"""

from micropython import const

from firmware import messages
from firmware.event import INFO, Event, fault
from firmware.policy.coming import Coming
from firmware.policy.error import PolicyError
from firmware.policy.pack import step
from firmware.policy.places import Places
from firmware.policy.store import PolicyStore
from firmware.timing import Held

_LONG_MS = const(600000)


class PolicyInForce:
    """thresholds: config["rules"], replaced where the policy sets its own. is_new: they have
    changed; the caller sets it back.

    files, gap: see PolicyStore. is_resumed: the board was reset while the bus was in use. The
    stored pack is read in the first turns, so a start with a child on board does not wait.
    is_trusted: if False, the stored pack is not read in this run; a new pack still is.
    """

    def __init__(self, config, files, is_resumed, is_trusted=True, gap=None):
        self._config = config["rules"]
        self._store = PolicyStore(files, config["bus"], gap)
        self._coming = Coming()
        self._is_resumed = is_resumed
        self._store.is_waiting = self._store.is_waiting and is_trusted
        self._is_start = (
            self._store.is_waiting
        )  # the pack that is loading was in force before the start
        self._loading = self._store.loading() if self._is_start else None
        self._notices = []
        self._long = Held(_LONG_MS)
        self._is_reported = False  # that it waits for long
        self.is_new = False
        self._adopt(None)

    @property
    def hash(self):
        """str, 8 hex digits: of the policy in force; None without one."""
        return None if self._policy is None else self._policy.hash

    @property
    def is_pending(self):
        """bool: a new policy, or its thresholds, have not taken effect yet."""
        return self.is_new or self._store.is_waiting

    @property
    def is_reading(self):
        """bool: a pack is checked or loaded, by modules that the heap has only meanwhile."""
        return self._loading is not None or self._store.is_checking()

    @property
    def is_coming(self):
        """bool: a policy is offered, and parts of it are missing."""
        return self._store.coming is not None

    @property
    def keeps_awake(self):
        """bool: parts of a policy come, or it is being checked: the city waits for the answer."""
        return self._coming.keeps_awake or self._store.is_checking()

    def take_offer(self, request):
        """For cmd/policy: see PolicyStore.take_offer()."""
        self._must_be_free()
        return self._store.take_offer(request)

    def take_part(self, request):
        """For cmd/part: see PolicyStore.take_part()."""
        self._must_be_free()
        return self._store.take_part(request)

    def _must_be_free(self):
        if self._loading is not None:
            raise ValueError("A policy is being put into force; send this again later.")

    def update(self, s):
        """Fills in the Snapshot's group `place` -> Events to record."""
        self._places.update(s)
        if not self._notices:
            return ()
        notices, self._notices = self._notices, []
        return notices

    def turn(self, s, is_calm, uplink):
        """One step of a check or of loading -> bool: there is more to do.

        is_calm: no alarm sounds and there is no drill. uplink.reply(payload): called
        with the answer once a check is done.
        """
        done = self._store.turn()
        if done is not None:
            _reply(uplink, done)
        self._coming.update(s.now_ms, self._store.coming, self._store.steps)
        if self._loading is not None:
            self._load()
        is_waiting = self._store.is_waiting and self._loading is None and s.trip.phase == "parked"
        self._wait(s.now_ms, is_waiting and not is_calm)
        if is_waiting and is_calm:
            self._adopt(None)  # both would not fit into memory
            self._places.update(s)
            self._loading = self._store.loading()
        return self.is_reading

    def _wait(self, now_ms, is_waiting):
        is_long = self._long.update(now_ms, is_waiting)
        if is_long and not self._is_reported:
            text = "The new policy waits until an alarm or a drill ends, or until a restart."
            self._notices.append(fault("policy", text))
        self._is_reported = is_long

    def _load(self):
        try:
            policy = step(self._loading)
            if policy is None:
                return
            self._adopt(policy)
            if not self._is_start:
                data = (("version", policy.version), ("hash", policy.hash), ("by", self._store.by))
                self._notices.append(Event("policy_changed", INFO, data=data, subject=None))
        except (PolicyError, OSError, ImportError, MemoryError) as error:
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
    return fault("policy", str(error) or "The policy does not fit into memory.")
