"""CASIC, as the ATGM336H and the L76K speak it. It acknowledges nothing.

Source: CASIC multimode receiver protocol specification, chapter 2: PCAS00 to PCAS12.
"""

from __future__ import annotations

from typing import Any

from sim.chips.gnss_language import BAUD_RATES, Sentences, among
from sim.chips.gnss_nmea import finished

_INTERVALS_MS = (1000, 500, 250, 200, 100)  # PCAS02
_PRODUCT = ("SW=URANUS5,V5.1.0.0", "HW=ATGM336H,0000000000000")  # PCAS06


class Casic(Sentences):
    prefix = b"$PCAS"

    def obey(self, chip: Any, name: str, arguments: list[str], now_ms: int) -> None:
        if name == "PCAS00":
            chip.save()
        elif name == "PCAS01":
            chip.set_baudrate(BAUD_RATES[among(arguments, 6)])
        elif name == "PCAS02":
            if int(arguments[0]) not in _INTERVALS_MS:
                raise ValueError(arguments)
            chip.set_interval(int(arguments[0]), now_ms)
        elif name == "PCAS03":
            self._set_outputs(chip, arguments)
        elif name == "PCAS04":
            chip.settings["systems"] = among(arguments, 8) or 3
        elif name == "PCAS06":
            chip.answer(finished(["GPTXT,01,01,02," + _PRODUCT[among(arguments, 2)]]), now_ms)
        elif name == "PCAS10":
            chip.restart(among(arguments, 4), now_ms)
        elif name == "PCAS11":
            among(arguments, 8)  # portable ... vehicle ... watch: no difference in this model
        elif name == "PCAS12":
            seconds = int(arguments[0])
            if not 0 <= seconds <= 65535:
                raise ValueError(seconds)
            chip.sleep_until(now_ms + 1000 * seconds)
        else:
            raise KeyError(name)

    def _set_outputs(self, chip: Any, arguments: list[str]) -> None:
        wanted = {
            kind: int(every)
            for kind, every in zip(self.outputs, arguments, strict=False)
            if every.strip()
        }
        if any(not 0 <= every <= 9 for every in wanted.values()):
            raise ValueError(arguments)
        chip.settings["every"].update(wanted)
