"""The same on the real littlefs of the VM, over the flash's model: the power fails at operations of
the flash itself, a few of them here (`make soak` takes every one)."""

import sys

import small_release
from flash_files import running_a
from nor import Flash, PowerCut
from update_bench import Bench, whole

from drivers.board.files import Files
from drivers.board.slots import Slots
from firmware.memory import Memory

ON_LITTLEFS = sys.implementation.name == "micropython" and sys.platform != "webassembly"
BLOCKS = 48
CUTS = 12


class Nor(Flash):
    """littlefs may program again what a torn operation left half programmed, and reads it back."""

    def writeblocks(self, block, buf, offset=0):
        at = self._where(block, offset, len(buf))
        self._erased[at : at + len(buf)] = b"\x01" * len(buf)
        Flash.writeblocks(self, block, buf, offset)


class Content:
    """The files on littlefs, as update_bench.py and whole() ask for them."""

    def __init__(self, files):
        self._files = files

    def get(self, name, default=None):
        if not self._files.has(name):
            return default
        file = self._files.open(name, "rb")
        try:
            return file.read()
        finally:
            file.close()

    __getitem__ = get

    def __contains__(self, name):
        return self._files.has(name)

    def __setitem__(self, name, data):
        file = self._files.open(name, "wb")
        file.write(data)
        file.close()


class OnLittlefs(Bench):
    def boot(self):
        self.content = Content(mounted(self.flash))
        Bench.boot(self)
        self.start.files = None
        self.parts.files = self.content._files
        self.parts.slots = Slots(self.parts.files, Memory(self.start))
        self.updates.__init__(self.config, self.parts, self.memory)


def mounted(flash):
    import vfs

    try:
        vfs.umount("/update")
    except OSError:
        pass
    vfs.mount(vfs.VfsLfs2(flash), "/update")
    return Files("/update/")


def board(image=None):
    """-> a bench on littlefs, with an offer; image: bytes of the flash."""
    import vfs

    flash = Nor(BLOCKS)
    if image is None:
        vfs.VfsLfs2.mkfs(flash)
        files = mounted(flash)
        files.ensure("a")
        content = Content(files)
        for name, data in running_a(parts=small_release.table(0)).items():
            content[name] = data
        content["a/program.pack"] = small_release.pack(0)
        content["release.pub"] = small_release.KEY.encode()
    else:
        flash.data[:] = image
    OnLittlefs.flash = flash
    return OnLittlefs(content={}, has_key=False, seals=False), flash


def test_a_release_comes_and_takes_over():
    if not ON_LITTLEFS:
        return
    bench, _ = board()
    bench.offered()
    assert bench.runs(), bench.last()
    assert whole(bench.content) and bench.content["slot"] == b"b"


def test_a_power_cut_at_an_operation_of_the_flash():
    if not ON_LITTLEFS:
        return
    bench, flash = board()
    bench.offered()
    image, before = bytes(flash.data), flash.operations
    assert bench.runs()
    n = flash.operations - before
    print("an update has", n, "operations of the flash")
    assert n > 60
    for cut in range(CUTS):
        at, how = n * cut // CUTS + cut % 5, cut % 6
        bench, flash = board(image)
        flash.cut(at, how)
        try:
            bench.runs()
        except PowerCut:
            pass
        bench, flash = board(bytes(flash.data))
        assert bench.parts.slots.running in ("a", "b"), (at, how)
        if bench.parts.slots.running == "a" and not bench.runs():
            bench.offered()
            assert bench.runs(), (at, how, bench.last())
        assert whole(bench.content), (at, how)
