"""Small numbers that survive resets and power cuts: esp32.NVS."""

_NO_NVS = -0x110F  # ESP_ERR_NVS_PART_NOT_FOUND


class Nvs:
    def __init__(self, open_nvs):
        """open_nvs() -> esp32.NVS; if it fails, nothing can be read and nothing is kept."""
        try:
            self._nvs = open_nvs()
        except OSError:
            self._nvs = None

    def get(self, name):
        """-> int (32 bits, signed), or None if it was never set or cannot be read."""
        if self._nvs is None:
            return None
        try:
            return self._nvs.get_i32(name)
        except OSError:
            return None

    def set(self, name, value):
        """Writes an int (32 bits, signed) at once. Raises OSError if the flash refuses."""
        if self._nvs is None:
            raise OSError(_NO_NVS)
        self._nvs.set_i32(name, value)
        self._nvs.commit()


def ask(memory):
    """The next reset is meant: boot.py does not count it as a crash. memory: Memory of the
    namespace `start`."""
    resets = memory.get("resets") or 0
    if resets >= 0:
        memory.set("resets", -1 - resets)
