"""esp32.NVS in memory: small numbers that survive resets and power cuts.

Keys have at most 15 characters and values are signed 32 bits, as the ESP-IDF
non-volatile storage has it (ESP-IDF docs, NVS: keys and values). The rig keeps
one NVS per bus through its power cuts. `writes` counts what wears the flash.
"""

from __future__ import annotations

ESP_ERR_NVS_NOT_FOUND = -0x1102


class NVS:
    """Shaped like esp32.NVS, with what was not committed lost at `power_cut`."""

    def __init__(self) -> None:
        self._kept: dict[str, int] = {}
        self._pending: dict[str, int] = {}
        self.writes = 0

    @staticmethod
    def _checked(key: str) -> str:
        if not 1 <= len(key) <= 15:
            raise OSError(-0x1109, "ESP_ERR_NVS_KEY_TOO_LONG")
        return key

    def set_i32(self, key: str, value: int) -> None:
        if not -(1 << 31) <= value < 1 << 31:
            raise OverflowError(f"not a signed 32-bit value: {value}")
        self._pending[self._checked(key)] = value

    def get_i32(self, key: str) -> int:
        """OSError(ESP_ERR_NVS_NOT_FOUND) for a key that was never set."""
        self._checked(key)
        if key in self._pending:
            return self._pending[key]
        if key not in self._kept:
            raise OSError(ESP_ERR_NVS_NOT_FOUND, "ESP_ERR_NVS_NOT_FOUND")
        return self._kept[key]

    def erase_key(self, key: str) -> None:
        self.get_i32(key)
        self._pending.pop(key, None)
        self._kept.pop(key, None)

    def commit(self) -> None:
        self.writes += len(self._pending)
        self._kept.update(self._pending)
        self._pending.clear()

    def power_cut(self) -> None:
        self._pending.clear()
