"""What ports/esp32/main.c does, up to the REPL: the file system, boot.py, main.py.

It is run as the VM's script, which then shows its prompt. Sources: ports/esp32/main.c,
modules/_boot.py, modules/inisetup.py.
"""

import gc
import sys
from array import array

import _ops
import _wire
import vfs

_BOOT_PY = """\
# This file is executed on every boot (including wake-boot from deepsleep)
#import esp
#esp.osdebug(None)
#import webrepl
#webrepl.start()
"""


def mount():
    """littlefs on the partition `vfs` at /, formatted if it is blank."""
    partition = sys.modules["esp32"].Partition.find(1, label="vfs")[0]
    vfs.umount("/")
    try:
        vfs.mount(vfs.VfsLfs2(partition), "/")
        return
    except OSError:
        pass
    block = bytearray(4096)
    partition.readblocks(0, block)
    while any(byte != 0xFF for byte in block):
        print("The filesystem appears to be corrupted.")
        sys.modules["time"].sleep(3)
    print("Performing initial setup")
    vfs.VfsLfs2.mkfs(partition)
    vfs.mount(vfs.VfsLfs2(partition), "/")
    with open("boot.py", "w") as file:
        file.write(_BOOT_PY)


def run(name, namespace):
    """A script if it is there -> False if it asked for a soft reset."""
    try:
        with open(name) as file:
            source = file.read()
    except OSError:
        return True
    try:
        code = compile(source, name, "exec")
        del source
        exec(code, namespace)
    except SystemExit:
        return False
    except BaseException as error:  # noqa: BLE001 - Ctrl-C as well: the REPL follows
        sys.print_exception(error)
    return True


def start(namespace):
    state = array("q", (0, 0, 0, 0))
    for name in ("time", "machine", "esp32", "network", "onewire", "umqtt.simple"):
        __import__(name)
    sys.modules["ussl"] = __import__("ssl")  # umqtt.simple 1.3.4 calls it so, that of a board ssl
    _wire.ask(_ops.BOOTED, 0, 0, None, state)
    machine = sys.modules["machine"]
    machine.cause, machine.woken_by, sys.modules["time"].rtc_offset_us, is_raw = state
    mount()
    sys.path[:] = ("", ".frozen", "/lib")
    gc.collect()
    if not run("boot.py", namespace) or not is_raw and not run("main.py", namespace):
        _wire.ask(_ops.RESET, 1)
    _wire.ask(_ops.BOOTED, 1)
