"""Small numbers that survive resets and power cuts: esp32.NVS."""


class Nvs:
    def __init__(self, nvs):
        """nvs: esp32.NVS(namespace)."""
        self._nvs = nvs

    def get(self, name):
        """-> int (32 bits, signed), or None if it was never set."""
        try:
            return self._nvs.get_i32(name)
        except OSError:
            return None

    def set(self, name, value):
        """Written through at once. Raises OSError if the flash refuses."""
        self._nvs.set_i32(name, value)
        self._nvs.commit()
