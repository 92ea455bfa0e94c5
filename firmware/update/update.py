"""Update: one release on its way into the idle slot, from the offer to the changeover.

The manifest comes and is checked; what the running slot has is copied, the rest is asked for; all
of it is read back; and the new code takes over in a quiet moment. Whatever a power cut or a fault
ends, it begins anew, and finds on flash what is right already.
"""

from micropython import const

from firmware.journal.journal import ALARM, WARNING
from firmware.update import kept
from firmware.update.asking import Asking
from firmware.update.changeover import LATE, change_over
from firmware.update.fetch_message import fetch
from firmware.update.fill import GONE, LARGE, Fill
from firmware.update.news import news
from firmware.update.offer import KEPT
from firmware.update.quota import Quota
from firmware.update.refusal import Refusal

FETCHING, CHECKING = "fetching", "checking"
_AGAIN_MS = const(60000)
_PAUSE_MS = const(1000)
_FAILURES = const(5)
_LOOK_MS = const(10000)
_NO_ROOM = const(28)  # ENOSPC


class Update:
    """offer: Offer. version: str, of the release, None until its manifest is there. is_over: it was
    refused, and the city knows. keeps_awake: the bus does not sleep. now_ms, bus: of the turn."""

    def __init__(self, config, parts, memory, given, change):
        """given: Offer; change: Change that was kept, or None; memory: of the bus."""
        self.offer = given
        self.parts = parts
        self.change = change
        self.low_mv = config["rules"]["supply_low_mv"]
        self.asking = Asking(self, Quota(config["update"]["cellular_kb_day"], memory))
        self._memory = memory
        self.version = self.bus = None
        self.now_ms = self.utc_s = 0
        self.is_over = self.keeps_awake = False
        self.notices = []
        self._state = self._why = self._message = None  # what is said on `fetch`
        self._is_untold = False
        self._steps = None
        self._is_refused = False
        self._begin_ms = self._look_ms = 0
        self._failures = 0

    @property
    def runs(self):
        """str: the version of the code that runs."""
        return self.bus.startup.fw

    @property
    def is_connected(self):
        return self.bus.uplink.connected

    @property
    def is_cellular(self):
        return self.parts.radio.name == "cellular"

    @property
    def is_clear(self):
        """bool: no alarm stands, and the city has every alarm and warning."""
        journal, recorder = self.bus.journal, self.bus.recorder
        return not recorder.has_alarm and journal.backlog(ALARM) == journal.backlog(WARNING) == 0

    @property
    def is_kept(self):
        """bool: what a reset must not forget is on flash."""
        return self._memory.is_kept and not self.bus.recorder.failed and not self.notices

    def _stays_awake(self):
        """bool: pieces come, or what came is checked, and the supply is good."""
        if self._is_refused or not self.is_connected:
            return False
        supply_mv = self.bus.snapshot.vehicle.supply_mv
        if supply_mv is None or supply_mv < self.low_mv:
            return False
        return self._state == CHECKING or (self._state == FETCHING and self.asking.has_hope)

    def turn(self, now_ms, bus):
        """-> bool: there is more to do at once."""
        self.now_ms, self.bus = now_ms, bus
        more = self._turn(now_ms, bus)
        self.keeps_awake = self._stays_awake()
        return more

    def _turn(self, now_ms, bus):
        if now_ms >= self._look_ms:
            self._look_ms = now_ms + _LOOK_MS
            self.asking.quota.runs(now_ms)
            if self.is_late() and not self._is_refused:
                self._refuse("expired", LATE)
        self._say()
        if self._is_refused:
            self.is_over = not self._is_untold
            return False
        if now_ms < self._begin_ms:
            return False
        return self._step()

    def is_late(self):
        """bool: the offer is over."""
        self.utc_s = self.bus.earliest.utc_ms(self.now_ms) // 1000
        return self.utc_s > self.offer.until_s

    def goes_on_with(self, given):
        """given: Offer -> bool: it is of the same release, and only lasts longer."""
        mine = self.offer
        if self._is_refused or given.digest != mine.digest or given.size != mine.size:
            return False
        self.offer = given
        return True

    def takes_piece(self, release, at, data):
        """-> bool: it is the one that was asked for. data: base64, or anything else."""
        return release == self.offer.short and self.asking.take(at, data)

    def tell(self, state, why=None, message=None):
        """Says on `fetch` what has changed, as soon as the uplink takes it."""
        if state != self._state or why != self._why:
            self._state, self._why, self._message = state, why, message
            self._is_untold = True

    def note(self, what):
        """A step that the city keeps."""
        self.notices.append(news(what, self.version, self.runs))

    def asks(self, at, size, have, need):
        """Asks for a piece -> bool: the uplink has taken it."""
        uplink = self.bus.uplink
        if not uplink.takes("fetch"):
            return False
        self._state, self._why, self._is_untold = FETCHING, None, False
        uplink.offer("fetch", fetch(self.offer.short, FETCHING, (at, size, have, need)))
        return True

    def is_calm(self):
        """Generator: waits until flash may be read and written."""
        yield True
        while True:
            if not self.is_clear:
                yield from self.pause()
            elif not self.bus.gap.take():
                yield False
            else:
                return

    def pause(self):
        """Generator: a second. Who waits for hours looks once a second: a look makes garbage."""
        due_ms = self.now_ms + _PAUSE_MS
        while self.now_ms < due_ms:
            yield False

    def close(self):
        """It ends here, or begins anew: what is open has to be closed before."""
        if self._steps is not None:
            self._steps.close()
            self._steps = None
        try:
            if self.asking.writer is not None:
                self.asking.writer.close()
        except OSError:
            pass  # what was not kept is found missing

    def _say(self):
        uplink = self.bus.uplink
        if self._is_untold and uplink.takes("fetch"):
            self._is_untold = False
            given = self._state, None, self._why, self._message
            uplink.offer("fetch", fetch(self.offer.short, *given))

    def _step(self):
        if self._steps is None:
            self._steps = self._run()
        try:
            return next(self._steps) is not False  # a slice of the signature says nothing
        except StopIteration:
            self.is_over = True
        except Refusal as refusal:
            self._refuse(refusal.why, refusal.message)
        except (OSError, MemoryError) as error:
            self._fail(error)
        return False

    def _run(self):
        fill = Fill(self)
        yield from fill.run()
        yield from change_over(self)

    def _fail(self, error):
        """It begins anew, and finds what it has."""
        self.close()
        self._begin_ms = self.now_ms + _AGAIN_MS
        self._failures += 1
        if isinstance(error, OSError) and error.args and error.args[0] == _NO_ROOM:
            self._refuse("no_room", "The file system of the board is full.")
            self._make_room()
        elif self._failures >= _FAILURES:
            text = str(error) or "no memory"
            self._refuse("damaged", "The board cannot keep the update (%s)." % text)

    def _refuse(self, why, message):
        self.close()
        self._is_refused = True
        self.notices.append(news("refused", self.version, self.runs, why))
        self.tell("refused", why, message)
        slots = self.parts.slots
        if slots is not None and slots.is_trial:
            return  # what is kept is the offer of the code on trial
        try:
            kept.drop(self.parts.files, KEPT)
        except OSError:
            pass  # the next start refuses it again

    def _make_room(self):
        """Settings, keys and the policy need room too. A slot without its pack counts as empty."""
        try:
            for name in GONE + LARGE:
                self.parts.slots.remove(name)
        except OSError:
            pass  # the next offer tries again
