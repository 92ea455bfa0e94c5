"""Updates: what the bus knows of updates over the air while there is none.

The code of an update (firmware/update) is imported once an offer comes or is kept, a module a turn,
so that no tick waits for it. After a changeover the bus reports how it ended.
"""

from micropython import const

from firmware.event import fault

_OFFER, _CHANGE = "update.json", "change.json"
_OUTCOME = ("kept", "news", "change", "outcome")
_UPDATE = ("refusal", "offer", "manifest", "parts", "writer", "quota", "asking", "fetch_message",
           "slot_manifest", "fill", "changeover", "update")  # fmt: skip
_STRAY_MS = const(10000)  # between two replies to pieces that were not asked for
_LOOK_MS = const(1000)


class Updates:
    """keeps_awake: bool, the bus does not sleep meanwhile."""

    def __init__(self, config, parts, memory):
        """parts: of the board; memory: of the bus."""
        self._config = config
        self._parts = parts
        self._memory = memory
        self._update = None
        self._given = None  # Offer that came in this run
        self._notices = []
        self._now_ms = self._stray_ms = 0
        slots, files = parts.slots, parts.files
        has_files = slots is not None and files is not None
        is_new = has_files and (slots.is_trial or slots.came_back is not None)
        has_changed = is_new or (has_files and files.has(_CHANGE))
        has_offer = files is not None and files.has(_OFFER) and not is_new
        self._outcome = self._wait() if has_changed else None  # generators
        self._work = self._load() if has_offer else None

    @property
    def keeps_awake(self):
        return self._update is not None and self._update.keeps_awake

    def take_offer(self, request):
        """request: dict of cmd/release, which the city has signed -> str, the answer. ValueError,
        with a sentence."""
        files, slots, update = self._parts.files, self._parts.slots, self._update
        if files is None:
            raise ValueError("This board keeps no files.")
        from firmware.update import kept, offer
        from firmware.update.news import news

        is_trial = slots is not None and slots.is_trial  # that offer stays until it is judged
        try:
            if request.get("manifest", 0) is None:
                if update is None and self._work is None:
                    return "No release is offered to this bus."
                if not is_trial:
                    kept.drop(files, _OFFER)
                self._end()
                self._notices.append(news("withdrawn", update and update.version, None))
                return "The bus drops the release that was offered."
            given = offer.Offer(request)
            if not is_trial:
                given.keep(files)
        except OSError as error:
            raise ValueError("The offer cannot be kept (%s)." % error)
        if update is not None and update.goes_on_with(given):
            return "The bus goes on with the release %s." % given.short
        self._end()
        self._given, self._work = given, self._load()
        self._notices.append(news("taken", None, None))
        return "The bus takes the offer of the release %s." % given.short

    def take_piece(self, request):
        """request: dict of cmd/piece -> None: it fits, or enough was said. ValueError, with a
        sentence: it was not asked for."""
        at, data = request.get("at"), request.get("data")
        if self._update is not None and self._update.takes_piece(request["id"], at, data):
            return
        if self._now_ms >= self._stray_ms:
            self._stray_ms = self._now_ms + _STRAY_MS
            raise ValueError("The bus has not asked for this piece.")

    def update(self, s):
        """Snapshot -> Events."""
        if self._update is not None and self._update.notices:
            self._notices += self._update.notices
            self._update.notices = []
        if not self._notices:
            return ()
        notices, self._notices = self._notices, []
        return notices

    def turn(self, now_ms, bus):
        """-> bool: there is more to do at once."""
        self._now_ms = now_ms
        if self._outcome is None and self._work is None and self._update is None:
            return False
        try:
            return self._turn(now_ms, bus)
        except Exception as error:  # noqa: BLE001 - the bus watches the children, updated or not
            self._end()
            self._outcome = None
            self._notices.append(fault("update", repr(error)))
            return False

    def _turn(self, now_ms, bus):
        if self._outcome is not None:
            try:
                return next(self._outcome)
            except StopIteration:
                self._outcome = None
                bus.uplink.renew_status()
        if self._work is not None:
            try:
                return next(self._work)
            except StopIteration:
                self._work = None
        if self._update is None:
            return False
        more = self._update.turn(now_ms, bus)
        if self._update.is_over:
            self._end()
        return more

    def _end(self):
        if self._update is not None:
            self._update.close()
            self._notices += self._update.notices
        self._update = self._work = self._given = None

    def _wait(self):
        """Generator: how the last change has ended."""
        slots = self._parts.slots
        is_new = slots.is_trial
        while slots.is_trial and self._given is None:
            due_ms = self._now_ms + _LOOK_MS
            while self._now_ms < due_ms and self._given is None:
                yield False
        if slots.is_trial:
            return  # an offer in a trial: it is refused, and the next start reports the outcome
        for name in _OUTCOME:
            __import__("firmware.update." + name)
            yield True
        from firmware.update.outcome import outcome

        self._notices += outcome(self._parts, is_new)

    def _load(self):
        """Generator: the code of an update."""
        for name in _OUTCOME + _UPDATE:
            __import__("firmware.update." + name)
            yield True
        from firmware.update import change, offer
        from firmware.update.update import Update

        given = self._given or offer.read(self._parts.files)
        if given is not None:
            changed = change.read(self._parts.files)
            self._update = Update(self._config, self._parts, self._memory, given, changed)
