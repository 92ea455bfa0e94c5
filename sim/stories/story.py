"""Story: one bus, with verbs for what happens to it and questions about what comes of it.

    bus.drives(speed_kmh=40, seats={3, 7})
    bus.parks(seats={7})
    bus.waits(minutes=3)
    assert bus.journalled() == ["child_left_behind"]

It drives a Rig on a straight road: the real firmware and drivers, in virtual time.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sim.bus.city import City
from sim.bus.rig import Rig, config_for
from sim.stories.questions import Questions
from sim.stories.straight_road import StraightRoad
from sim.stories.timeline import Listener, Timeline
from sim.stories.verbs_attend import Attending
from sim.stories.verbs_commands import Attacked
from sim.stories.verbs_lies import Lies
from sim.stories.verbs_mishaps import Mishaps
from sim.stories.verbs_modes import Asked
from sim.stories.verbs_places import OnTheMap
from sim.stories.verbs_presence import Moving
from sim.stories.verbs_update import Updated
from sim.world.world import World

_SIGNAL_DBM = -65
_COLD_START_MS = 40_000
_GLANCE_MS = 1000
_PRESS_MS = 1000
_WALK_MS = 20_000
_MORNING_UTC_MS = 1_795_388_400_000  # 2026-11-22T23:00Z: 06:00 on a Monday in Thailand


class Story(OnTheMap, Mishaps, Attending, Moving, Lies, Asked, Attacked, Updated, Questions):
    """A bus of 40 seats, parked and checked at 06:00, with a fix and connected."""

    def __init__(
        self, listener: Listener | None = None, seed: int = 1, config: dict[str, Any] | None = None
    ):
        """config: instead of the defaults; sim.bus.rig.config_for makes one to change."""
        world = World(_MORNING_UTC_MS - _COLD_START_MS - _WALK_MS)
        config = config or config_for(world)
        self.city = City()
        super().__init__(Rig(world, config, seed=seed, identity=self.city.identity(config)))
        self._road = StraightRoad(self.world)
        self._timeline = Timeline(self.rig)
        self._pass(_COLD_START_MS)
        self._press("check_button_pressed")
        self._pass(_COLD_START_MS + _WALK_MS - self.rig.now_ms)
        self._begins()
        self._timeline.listener = listener

    # driving

    def drives(
        self,
        speed_kmh: float = 40,
        seats: Iterable[int] | None = None,
        belts: Iterable[int] | None = None,
        seconds: float = 60,
    ) -> None:
        """With these seats taken (as they are, if not given) and these belts closed (all of them).

        seconds: at that speed, once it is reached.
        """
        seats = sorted(self.world.seats if seats is None else seats)
        self._timeline.tell(f"drives at {speed_kmh:g} km/h, {_on_board(seats)}")
        self.world.turn_ignition(True)
        self._pass(3000)
        if set(seats) != set(self.world.seats):
            self._stand()
            self._change_seats(seats)
        buckled = set(seats if belts is None else belts)
        for seat in sorted(buckled ^ self.world.buckled):
            self._buckle(seat, seat in buckled)
        self._reach(speed_kmh)
        self._pass(round(seconds * 1000))

    def stops(self, seconds: float = 0) -> None:
        """Comes to a halt; the engine runs on."""
        self._timeline.tell("stops")
        self._stand()
        self._pass(round(seconds * 1000))

    def parks(self, seats: Iterable[int] = (), check: bool = True) -> None:
        """Halts; all children but those on these seats get off; engine off; the driver checks.

        check=False: the driver does not. A press does not make a taken seat empty.
        """
        seats = sorted(seats)
        pressed = "" if check else ", the check button forgotten"
        self._timeline.tell(f"parks, {_on_board(seats)}{pressed}")
        self._stand()
        self._change_seats(seats)
        self.world.turn_ignition(False)
        self._pass(2000)
        if check:
            self._pass(_WALK_MS)
            self._press("check_button_pressed")

    def waits(self, minutes: float = 0, seconds: float = 0) -> None:
        self._timeline.tell(f"waits {minutes:g} min" if minutes else f"waits {seconds:g} s")
        self._pass(round(minutes * 60_000 + seconds * 1000))

    # children

    def boards(self, *seats: int) -> None:
        """Children sit down, belts open, wherever the bus is."""
        self._timeline.tell(f"a child sits down on {_seats(seats)}")
        for seat in seats:
            self.world.sit(seat)
        self._pass(1000)

    def leaves(self, *seats: int) -> None:
        self._timeline.tell(f"{_seats(seats)} left empty")
        for seat in seats:
            self._buckle(seat, False)
            self.world.rise(seat)
        self._pass(1000)

    def buckles(self, *seats: int) -> None:
        self._timeline.tell(f"belts closed: {_seats(seats)}")
        for seat in seats:
            self._buckle(seat, True)
        self._pass(1000)

    def unbuckles(self, *seats: int) -> None:
        self._timeline.tell(f"belts opened: {_seats(seats)}")
        for seat in seats:
            self._buckle(seat, False)
        self._pass(1000)

    # the driver's hands

    def turns_ignition(self, on: bool) -> None:
        self._timeline.tell(f"ignition {'on' if on else 'off'}")
        self.world.turn_ignition(on)
        self._pass(1000)

    def opens_door(self, door: str = "front") -> None:
        self._timeline.tell(f"{door} door opens")
        self._door(door, True)

    def closes_door(self, door: str = "front") -> None:
        self._timeline.tell(f"{door} door closes")
        self._door(door, False)

    def presses_check_button(self) -> None:
        self._timeline.tell("check button pressed")
        self._press("check_button_pressed")

    def presses_sos(self, seconds: float = 3) -> None:
        self._timeline.tell(f"SOS button held {seconds:g} s")
        self._press("sos_button_pressed", round(seconds * 1000))

    # signal and power

    def loses_signal(self) -> None:
        self._timeline.tell("mobile signal lost")
        self.world.signal_dbm = None

    def finds_signal(self) -> None:
        self._timeline.tell("mobile signal back")
        self.world.signal_dbm = _SIGNAL_DBM

    def cuts_power(self) -> None:
        self._timeline.tell("power cut")
        self.rig.power_cut()

    def restores_power(self) -> None:
        self._timeline.tell("power back")
        self.rig.power_on()
        self._pass(1000)

    # faults

    def cuts_wire(self, part: str = "", *, seat: int = 0, belt: int = 0) -> None:
        """A switch's or output's wire by its part (`front_door`, `horn`), a seat's, or a belt's."""
        self._timeline.tell(
            f"wire cut: {_part(part) or (f'seat {seat}' if seat else f'belt {belt}')}"
        )
        faults = self.rig.vehicle.faults
        if part:
            faults.cut_wire(part)
        if seat:
            faults.cut_seat(seat)
        if belt:
            faults.cut_belt(belt)
        self._pass(1000)

    def mends_wire(self, part: str = "", *, seat: int = 0) -> None:
        self._timeline.tell(f"wire mended: {_part(part) or f'seat {seat}'}")
        faults = self.rig.vehicle.faults
        if part:
            faults.mend_switch(part)
        if seat:
            faults.mend_seat(seat)
        self._pass(1000)

    def loses_expander(self, number: int = 0) -> None:
        """The seats' expander `number` (from 0, seven seats each) goes silent."""
        self._timeline.tell(f"expander {number + 1} goes silent")
        self.rig.vehicle.faults.silence_expander(number)

    def finds_expander(self, number: int = 0) -> None:
        self._timeline.tell(f"expander {number + 1} answers again")
        self.rig.vehicle.faults.revive_expander(number)

    def resets_expander(self, number: int = 0) -> None:
        """A dip of its supply: it forgets its pull-ups."""
        self._timeline.tell(f"expander {number + 1} is reset by a dip")
        self.rig.vehicle.board.seat_wiring.chips[number].reset()
        self._pass(1000)

    def loses_gnss(self) -> None:
        """The receiver's cable comes off."""
        self._timeline.tell("GNSS cable off")
        self.rig.vehicle.faults.silence_gnss()

    def finds_gnss(self) -> None:
        self._timeline.tell("GNSS cable back on")
        self.rig.vehicle.faults.silence_gnss(False)

    def enters_tunnel(self) -> None:
        self._timeline.tell("into a tunnel")
        self.world.sky = "blocked"

    def leaves_tunnel(self) -> None:
        self._timeline.tell("out of the tunnel")
        self.world.sky = "open"

    # inside

    def _pass(self, ms: int) -> None:
        end_ms = self.rig.now_ms + ms
        while self.rig.now_ms < end_ms:
            self.rig.run_until(min(end_ms, self.rig.now_ms + _GLANCE_MS))
            self._timeline.glance()

    def _reach(self, speed_kmh: float) -> None:
        self._road.set_speed(speed_kmh)
        while not self._road.is_steady:
            self._pass(100)

    def _stand(self) -> None:
        self._reach(0)
        self._pass(1000)

    def _change_seats(self, seats: Iterable[int]) -> None:
        """Through the front door children get off and on until exactly these seats are taken."""
        wanted, now = set(seats), set(self.world.seats)
        if wanted == now:
            return
        self._door("front", True)
        for seat in sorted(now - wanted):
            self._buckle(seat, False)
            self.world.rise(seat)
            self._pass(1500)
        for seat in sorted(wanted - now):
            self.world.sit(seat)
            self._pass(1500)
        self._door("front", False)

    def _buckle(self, seat: int, closed: bool) -> None:
        if closed:
            self.world.buckle(seat)
        else:
            self.world.unbuckle(seat)

    def _door(self, door: str, is_open: bool) -> None:
        if door == "front":
            self.world.front_door_open = is_open
        else:
            self.world.emergency_door_open = is_open
        self._pass(2000)

    def _press(self, button: str, ms: int = _PRESS_MS) -> None:
        setattr(self.world, button, True)
        self._pass(ms)
        setattr(self.world, button, False)
        self._pass(500)


def _part(name: str) -> str:
    return name.replace("_", " ")


def _on_board(seats: Iterable[int]) -> str:
    return f"{_seats(seats)} taken" if seats else "nobody on board"


def _seats(seats: Iterable[int]) -> str:
    numbers = [str(seat) for seat in seats]
    return f"seat{'s' if len(numbers) > 1 else ''} {', '.join(numbers)}"
