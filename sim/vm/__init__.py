"""The virtual board from inside: the ESP32 port's C modules, for the MicroPython VM (README.md)."""
