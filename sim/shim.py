"""What MicroPython has and CPython lacks, and no more: names that firmware/ and drivers/ import.

`install()` makes these importable:

- `micropython` with const, viper and native (here they change nothing), and the
  pointer types ptr8, ptr16, ptr32 of viper as built-ins (here: the buffer itself);
- `ustruct`, `ubinascii`: the modules without the u;
- `usocket`, `ussl`: sockets that are MicroPython streams (sim/network/usocket.py);
- `umqtt.simple`, where tools/get_umqtt.py has put it.
"""

import binascii
import builtins
import struct
import sys
from pathlib import Path
from types import ModuleType

LIBRARY = Path(sys.prefix) / "micropython-lib"
"""Where tools/get_umqtt.py puts umqtt.simple; MICROPYPATH of the VM points to it as well."""


def _same(thing):
    return thing


def install() -> None:
    """Put everything in place. Doing it again changes nothing."""
    if "micropython" in sys.modules:
        return
    micropython = ModuleType("micropython")
    for name in ("const", "viper", "native"):
        setattr(micropython, name, _same)
    for name in ("ptr8", "ptr16", "ptr32"):
        setattr(builtins, name, _same)

    from sim.network import usocket

    sys.modules["micropython"] = micropython
    sys.modules["ustruct"] = struct
    sys.modules["ubinascii"] = binascii
    sys.modules["usocket"] = usocket
    sys.modules["ussl"] = ussl = ModuleType("ussl")
    ussl.wrap_socket = usocket.wrap_socket  # type: ignore[attr-defined]
    sys.path.append(str(LIBRARY))
