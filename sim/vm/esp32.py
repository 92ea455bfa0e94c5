"""`esp32`: partitions of the flash, and numbers that survive.

Source: MicroPython docs, esp32.Partition and esp32.NVS; ports/esp32/esp32_partition.c and
esp32_nvs.c for what they refuse.
"""

import os
import struct

import _ops
import _wire

_ENTRY = 32  # of the partition table, ESP-IDF: Partition Tables
_TABLE = 0x8000
_SECTOR = 4096
# Only the simulator programs and erases; to read, there is no need to ask it.
_flash = open(os.getenv("BUSGUARD_FLASH"), "rb")  # noqa: SIM115 - for as long as the power is on


class Partition:
    TYPE_APP = 0
    TYPE_DATA = 1
    BOOT = 0
    RUNNING = 1

    def __init__(self, which, block_size=_SECTOR):
        """which: a label, BOOT or RUNNING; OSError(ENOENT) if there is none."""
        if isinstance(which, int):
            if which not in (Partition.BOOT, Partition.RUNNING):
                raise ValueError
            found = self.find(Partition.TYPE_APP)
        else:
            found = self.find(label=which) or self.find(Partition.TYPE_DATA, label=which)
        if not found:
            raise OSError(2)
        self._info = found[0]._info

    @staticmethod
    def find(type=0, subtype=0xFF, label=None, block_size=_SECTOR):
        """-> list of Partition. block_size: only whole sectors are simulated."""
        if block_size != _SECTOR:
            raise ValueError("only blocks of 4096 bytes are simulated")
        found = []
        entry = bytearray(_ENTRY)
        for at in range(_TABLE, _TABLE + 0xC00, _ENTRY):
            _flash.seek(at)
            _flash.readinto(entry)
            if entry[0] != 0xAA or entry[1] != 0x50:
                break
            name = bytes(entry[12:28]).rstrip(b"\x00").decode()
            if entry[2] == type and subtype in (0xFF, entry[3]) and label in (None, name):
                offset = int.from_bytes(entry[4:8], "little")
                size = int.from_bytes(entry[8:12], "little")
                one = object.__new__(Partition)
                one._info = (entry[2], entry[3], offset, size, name, False)
                found.append(one)
        return found

    def info(self):
        """-> (type, subtype, addr, size, label, encrypted)"""
        return self._info

    def readblocks(self, block, buf, offset=0):
        _flash.seek(self._where(block, len(buf), offset))
        _flash.readinto(buf)

    def writeblocks(self, block, buf, offset=None):
        """Without an offset it erases the blocks first."""
        at = self._where(block, len(buf), offset or 0)
        if offset is None:
            if len(buf) % _SECTOR:
                raise OSError(-0x104)  # ESP_ERR_INVALID_SIZE, of the erase
            for number in range(len(buf) // _SECTOR):
                self.ioctl(6, block + number)
        view = memoryview(buf)
        for begin in range(0, len(buf), _SECTOR):
            piece = view if len(buf) <= _SECTOR else view[begin : begin + _SECTOR]
            _wire.ask(_ops.FLASH_PROGRAM, 0, at + begin, piece)

    def ioctl(self, op, arg):
        if op in (1, 2, 3):
            return 0
        if op == 4:
            return self._info[3] // _SECTOR
        if op == 5:
            return _SECTOR
        if op == 6:
            _wire.ask(_ops.FLASH_ERASE, 0, self._where(arg, _SECTOR, 0))
            return 0
        return None

    def _where(self, block, size, offset):
        at = block * _SECTOR + offset
        if not 0 <= at <= self._info[3]:
            raise OSError(-0x102)  # ESP_ERR_INVALID_ARG
        if at + size > self._info[3]:
            raise OSError(-0x104)  # ESP_ERR_INVALID_SIZE
        return self._info[2] + at


class NVS:
    """Keys of at most 15 characters; set_i32 and get_i32, and blobs."""

    def __init__(self, namespace):
        if not 0 < len(namespace) <= 15:
            raise OSError(-0x1109)  # ESP_ERR_NVS_KEY_TOO_LONG
        self._namespace = namespace

    def set_i32(self, key, value):
        if not -0x80000000 <= value < 0x80000000:
            raise OverflowError("overflow converting long int to machine word")
        self._ask(_ops.NVS_SET, 1, key, struct.pack("<i", value))

    def get_i32(self, key):
        """OSError(-0x1102), ESP_ERR_NVS_NOT_FOUND, for a key that was never set."""
        kept = bytearray(4)
        self._ask(_ops.NVS_GET, 1, key, b"", kept)
        return struct.unpack("<i", kept)[0]

    def set_blob(self, key, value):
        self._ask(_ops.NVS_SET, 2, key, bytes(value))

    def get_blob(self, key, buffer):
        """-> the blob's length; OSError(-0x110C), ESP_ERR_NVS_INVALID_LENGTH, if it won't fit."""
        return self._ask(_ops.NVS_GET, 2, key, b"", buffer)

    def erase_key(self, key):
        self._ask(_ops.NVS_ERASE, 0, key)

    def commit(self):
        _wire.ask(_ops.NVS_COMMIT)

    def _ask(self, op, kind, key, value=b"", into=None):
        if not 0 < len(key) <= 15:
            raise OSError(-0x1109)
        name = self._namespace + "\x00" + key + "\x00"
        return _wire.ask(op, kind, 0, name.encode() + value, into)


def raw_temperature():
    """Fahrenheit, as the ESP32 has it."""
    return 122
