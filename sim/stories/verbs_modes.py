"""Verbs of a Story about what the city asks for, and a clock that goes wrong."""

from __future__ import annotations

from typing import Any


class Asked:
    """A part of Story, which has what is declared here."""

    rig: Any
    city: Any
    _timeline: Any
    _asks: Any
    _pass: Any

    def is_asked_for(self, mode: str) -> bool:
        """The city sends cmd/<mode>: service, drill, evacuation, normal -> is it granted?"""
        self._timeline.tell(f"the city asks for: {mode}")
        answer = self._asks(mode, self.city.command(mode, ident=f"ask-{mode}"))
        self._timeline.answer(answer["message"])
        return answer["ok"]

    def is_taken_out_of_service(self, *seats: int, days: int) -> bool:
        """The city asks that these seats are not watched for so many days -> is it granted?"""
        numbers = ", ".join(map(str, seats))
        self._timeline.tell(f"the city asks: seat {numbers} out of service for {days} days")
        request = {"seats": list(seats), "days": days}
        command = self.city.command("out_of_service", request, ident="ask-seats")
        answer = self._asks("out_of_service", command)
        self._timeline.answer(answer["message"])
        return answer["ok"]

    def sets_clock_back(self, hours: float) -> None:
        """What the receiver gets from the satellites, or from a spoofer."""
        self._timeline.tell(f"the satellites' clock goes back {hours:g} h")
        self.rig.vehicle.receiver.utc_ms_at_0 -= round(hours * 3_600_000)
        self._pass(5000)
