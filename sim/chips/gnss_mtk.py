"""MTK, as the Quectel L70 and L80 speak it: every command is acknowledged.

Source: Quectel L80 GPS protocol specification V1.0: PMTK001, 220, 251, 314, 386, 605, 705.
"""

from __future__ import annotations

from typing import Any

from sim.chips.gnss_language import BAUD_RATES, Sentences
from sim.chips.gnss_nmea import finished

_ORDER = ("GLL", "RMC", "VTG", "GGA", "GSA", "GSV")  # of PMTK314, and ZDA as number 17
_ZDA, _FIELDS = 17, 19
_INVALID, _UNSUPPORTED, _DONE = 0, 1, 3


class Mtk(Sentences):
    prefix = b"$PMTK"
    outputs = ("GGA", "GSA", "GSV", "RMC", "VTG")

    def obey(self, chip: Any, name: str, arguments: list[str], now_ms: int) -> None:
        number = name[4:]
        if number == "605":
            chip.answer(finished(["PMTK705,AXN_3.80_3333_16070400,0005,QUECTEL-L80,1.0"]), now_ms)
            return
        try:
            flag = _DONE if self._do(chip, number, arguments, now_ms) else _UNSUPPORTED
        except (ValueError, IndexError):
            flag = _INVALID
        chip.refused += flag != _DONE
        chip.answer(finished([f"PMTK001,{number},{flag}"]), now_ms)

    def _do(self, chip: Any, number: str, arguments: list[str], now_ms: int) -> bool:
        if number == "220":
            if not 100 <= int(arguments[0]) <= 10_000:
                raise ValueError(arguments)
            chip.set_interval(int(arguments[0]), now_ms)
        elif number == "251":
            if int(arguments[0]) not in BAUD_RATES:
                raise ValueError(arguments)
            chip.set_baudrate(int(arguments[0]))
        elif number == "314":
            rates = [int(every) for every in arguments]
            if len(rates) != _FIELDS or any(not 0 <= every <= 5 for every in rates):
                raise ValueError(arguments)
            chip.settings["every"] = {
                "ZDA": rates[_ZDA], **dict(zip(_ORDER, rates, strict=False))
            }  # fmt: skip
        elif number == "386":
            if not 0 <= float(arguments[0]) <= 2:
                raise ValueError(arguments)
        else:
            return False
        return True
