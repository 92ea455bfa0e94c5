"""Fill: the idle slot gets every file of the release, and each is read back from flash."""

from hashlib import sha256

from micropython import const

from firmware.replace import replace_file
from firmware.update import manifest, parts
from firmware.update.asking import PIECE
from firmware.update.refusal import Refusal
from firmware.update.slot_manifest import MANIFEST, slot_manifest
from firmware.update.writer import Writer

SIGNED = "signed"
_TRIES = const(20)
_AT_ONCE = const(5)  # of them; before each of the others the bus rests
_REST_MS = const(600000)
_SLICE = const(1024)
_PACK = manifest.FILES[-1]
GONE = (MANIFEST, "proven")  # first: from then on the slot counts as empty
LARGE = (_PACK, "old.pack")
_OLD = (SIGNED, parts.NAME, "old.pack", MANIFEST + ".new") + manifest.FILES
_DAMAGED = "%s is not what the manifest of the release says."


class Fill:
    def __init__(self, update):
        self._update = update
        self._asking = update.asking
        self._slots = update.parts.slots
        self._writer = self._asking.writer = Writer(self._slots)
        self._buf = memoryview(bytearray(_SLICE))
        self._manifest = None

    def run(self):
        """Generator; Refusal, OSError or MemoryError if it cannot be done."""
        update, offer, slots = self._update, self._update.offer, self._slots
        keys = self._look()
        yield from update.is_calm()
        slots.ensure()
        was_whole = slots.size(MANIFEST) >= 0
        for name in GONE:
            slots.remove(name)
        digest = yield from self._hash(slots.size(SIGNED) == offer.size, SIGNED)
        if digest != offer.digest:
            was_whole = False
            for name in _OLD:
                yield from update.is_calm()
                slots.remove(name)
        self._asking.have, self._asking.need = 0, offer.size
        yield from self._obtain(SIGNED, 0, 0, offer.size, offer.digest)
        yield from self._read_manifest(keys)
        self._remove_too_long()
        self._asking.need += self._manifest.parts[0]
        yield from self._obtain(parts.NAME, offer.size, 0, *self._manifest.parts)
        yield from self._plan(None)
        for _ in range(2):
            self._asking.have = offer.size + self._manifest.parts[0]
            yield from self._plan(self._obtain)
            update.tell("checking")
            wrong = yield from self._check()
            if wrong is None:
                break
        else:
            raise Refusal("damaged", _DAMAGED % wrong)
        yield from self._read_manifest(keys)  # as the flash gives it back
        yield from update.is_calm()
        self._finish()
        if not was_whole:
            update.note("ready")

    def _look(self):
        """What is known without the manifest -> keys for releases."""
        update, slots = self._update, self._slots
        if slots is None or not slots.idle:
            text = "The code on this board stands in no slot; deploy once with a cable."
            raise Refusal("no_slot", text)
        keys = manifest.keys(update.parts.files)
        short, change = update.offer.short, update.change
        if short == slots.release:
            raise Refusal("same", "This bus runs this release already.")
        if slots.is_trial or not slots.is_proven:
            raise Refusal("unproven", "The code that runs has not proven itself yet.")
        is_known = change is not None and change.why is not None and change.release == short
        if is_known and not update.offer.again:
            text = "The bus came back from this release before (%s)."
            raise Refusal("came_back", text % change.why)
        return keys

    def _read_manifest(self, keys):
        """Generator."""
        self._writer.close()
        file = self._slots.open(SIGNED, "rb")
        try:
            text = file.read(self._update.offer.size)
        finally:
            file.close()
        yield from manifest.must_be_signed(text, keys)
        yield from self._update.is_calm()
        found = manifest.Manifest(text)
        update, board = self._update, self._update.parts
        found.must_fit(board.board_name, board.mpy, update.runs, update.offer.downgrade)
        self._manifest = found
        self._update.version = found.version

    def _remove_too_long(self):
        """What is longer than it has to be is not this release's."""
        sizes = [(name, size) for name, size, _ in self._manifest.files]
        for name, size in sizes + [(parts.NAME, self._manifest.parts[0])]:
            if self._slots.size(name) > size:
                self._slots.remove(name)

    def _plan(self, obtain):
        """Generator: every part of every file. obtain: self._obtain; None: it is only counted
        what has to come over the air."""
        self._writer.close()
        image_at = self._update.offer.size + self._manifest.parts[0]
        for name, size, digest in self._manifest.files:
            if name == _PACK:
                yield from self._plan_pack(image_at, size, obtain)
            else:
                held = yield from self._held(name, size, digest)
                yield from self._part(obtain, name, image_at, 0, size, digest, held)
            image_at += size

    def _plan_pack(self, image_at, size, obtain):
        running = parts.Parts(self._open_running_parts)
        at = 0
        for number in range(self._manifest.parts[0] // manifest.ROW):
            yield from self._update.is_calm()
            file = self._slots.open(parts.NAME, "rb")
            try:
                row = parts.row(file, number)
            finally:
                file.close()
            length, digest = parts.meaning(row)
            if at + length > size:
                raise Refusal("damaged", _DAMAGED % parts.NAME)
            held = running.find(row)
            yield from self._part(obtain, _PACK, image_at + at, at, length, digest, held)
            at += length
        if at != size:
            raise Refusal("damaged", _DAMAGED % parts.NAME)

    def _part(self, obtain, name, image_at, at, length, digest, held):
        if obtain is not None:
            yield from obtain(name, image_at, at, length, digest, held)
        elif held is None:
            self._asking.need += length

    def _obtain(self, name, image_at, at, length, digest, held=None):
        """Generator: the bytes of one part of a file are there, and are what they have to be.

        image_at, at: where it begins in the image, and in the file; digest: of its SHA-256 the
        first bytes, or all; held: where the running slot's file of that name has it.
        """
        have = had = min(max(self._slots.size(name) - at, 0), length)
        found = yield from self._read(self._slots.open, name, at, have)
        self._asking.have += 0 if held is not None else have
        for tries in range(_TRIES):
            if tries >= _AT_ONCE and held is None:
                yield from self._asking.rests(_REST_MS)
            while have < length:
                n = min(PIECE if held is None else _SLICE, length - have)
                if held is None:
                    data = yield from self._asking.piece(image_at + have, n)
                else:
                    data = self._copied(name, held + have, n)
                yield from self._update.is_calm()
                self._writer.write(name, at + have, data)
                found.update(data)
                have += n
            if found.digest()[: len(digest)] == digest:
                return
            if held is None:
                self._asking.have -= length
            elif not had:
                self._asking.need += length
                held = None
            have, had, found = 0, 0, sha256()
        raise Refusal("damaged", _DAMAGED % name)

    def _copied(self, name, at, n):
        """-> memoryview of bytes of the running slot; the digest shows whether they are right."""
        file = self._slots.open_running(name)
        try:
            file.seek(at)
            file.readinto(self._buf[:n])
        finally:
            file.close()
        return self._buf[:n]

    def _held(self, name, size, digest):
        """Generator -> 0: the running slot has the same file; None: it has not."""
        try:
            found = yield from self._read(self._open_running, name, 0, size + 1)
        except OSError:
            return None
        return 0 if found.digest() == digest else None

    def _check(self):
        """Generator -> name of the first file that the flash gives back otherwise, or None."""
        for name, size, digest in self._manifest.files:
            found = yield from self._hash(self._slots.size(name) == size, name)
            if found != digest:
                return name
        return None

    def _hash(self, is_there, name):
        """Generator -> SHA-256 of a file of the idle slot; None: it is not as long as it has to
        be."""
        if not is_there:
            return None
        found = yield from self._read(self._slots.open, name, 0, self._slots.size(name))
        return found.digest()

    def _read(self, open_file, name, at, length):
        """Generator -> sha256 of so many bytes of a file, or of those that there are."""
        found = sha256()
        if not length:
            return found
        self._writer.close()
        file = open_file(name, "rb")
        try:
            file.seek(at)
            while length > 0:
                yield from self._update.is_calm()
                n = file.readinto(self._buf[: min(_SLICE, length)])
                if not n:
                    break
                found.update(self._buf[:n])
                length -= n
        finally:
            file.close()
        return found

    def _open_running(self, name, mode):
        return self._slots.open_running(name)

    def _open_running_parts(self):
        return self._slots.open_running(parts.NAME)

    def _finish(self):
        """From now on the slot is whole. Its name comes last, and at once."""
        made = slot_manifest(self._manifest.files)
        replace_file(self._slots, MANIFEST + ".new", MANIFEST, made)
