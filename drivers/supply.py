"""The vehicle's supply voltage, through a resistor divider on an ADC pin."""

from micropython import const

_SAMPLES = const(4)


class Supply:
    def __init__(self, adc, upper_ohm, lower_ohm):
        """adc: machine.ADC, whose read_uv() is calibrated by the ESP32's eFuse."""
        self._adc = adc
        self._sum_ohm = upper_ohm + lower_ohm
        self._lower_ohm = lower_ohm

    def read_mv(self):
        """-> int, mV at the vehicle's side, mean of four samples."""
        uv = 0
        for _ in range(_SAMPLES):
            uv += self._adc.read_uv()
        return uv // (_SAMPLES * 1000) * self._sum_ohm // self._lower_ohm
