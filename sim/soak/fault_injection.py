"""FaultInjection: everything that goes wrong around one bus, by the dice.

A trouble is a function of the FaultInjection: it breaks something and returns what mends it
again. A new one is one function and one line in TROUBLES.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable

from sim.bus.rig import Rig
from sim.network import puback
from sim.world.day import signal_at

Mend = Callable[[], None]

_MOST_MS = 20 * 60_000
_TEARS = 6


class FaultInjection:
    """Troubles of one bus, several at once; each begins and ends at a time of its own."""

    def __init__(self, rng: random.Random, a_day: float):
        """a_day: troubles a day, on average."""
        self.rng = rng
        self.rig: Rig
        self.has_signal = True
        self.begun: Counter[str] = Counter()
        self._pause_ms = 86_400_000 / a_day
        self._mends: list[tuple[int, str, Mend]] = []

    def air(self, lat_e7: float, lon_e7: float) -> int | None:
        """World's `air`: the town's dead spots, and a radio that fails anywhere."""
        return signal_at(lat_e7, lon_e7) if self.has_signal else None

    def pass_over(self, end_ms: int) -> None:
        """Run the rig up to then; `calm` has to follow before anything is counted."""
        rig, rng = self.rig, self.rng
        while rig.now_ms < end_ms:
            next_ms = rig.now_ms + int(rng.expovariate(1 / self._pause_ms)) + 1
            until_ms = min([end_ms, next_ms] + [at_ms for at_ms, _, _ in self._mends])
            rig.run_until(max(until_ms, rig.now_ms))
            self._mend_until(rig.now_ms)
            if rig.now_ms >= next_ms:
                self._begin(rng.choice(sorted(TROUBLES)))
            rig.peer.check()

    def calm(self) -> None:
        """Everything is mended."""
        self._mend_until(None)

    def _begin(self, name: str) -> None:
        if any(name == running for _, running, _ in self._mends):
            return
        self.begun[name] += 1
        lasts_ms = int(self.rng.triangular(1000, _MOST_MS, 30_000))
        self._mends.append((self.rig.now_ms + lasts_ms, name, TROUBLES[name](self)))

    def _mend_until(self, now_ms: int | None) -> None:
        for trouble in list(self._mends):
            if now_ms is None or trouble[0] <= now_ms:
                self._mends.remove(trouble)
                trouble[2]()


def _no_signal(storm: FaultInjection) -> Mend:
    def set_signal(on: bool) -> None:
        storm.has_signal = on
        storm.rig.world.listen()

    set_signal(False)
    return lambda: set_signal(True)


def _reset(storm: FaultInjection) -> Mend:
    storm.rig.network.reset()
    return _nothing


def _forgotten_by_nat(storm: FaultInjection) -> Mend:
    storm.rig.network.forget()
    return _nothing


def _fin_inside_a_packet(storm: FaultInjection) -> Mend:
    storm.rig.network.cut_down_after = storm.rng.randrange(1, 30)
    return lambda: setattr(storm.rig.network, "cut_down_after", None)


def _network(name: str, *values):
    """A trouble that sets an attribute of the network, and puts it back."""

    def trouble(storm: FaultInjection) -> Mend:
        network = storm.rig.network
        before = getattr(network, name)
        setattr(network, name, storm.rng.choice(values))
        return lambda: setattr(network, name, before)

    return trouble


def _broker(name: str):
    """A trouble that sets a flag of the broker, for all buses."""

    def trouble(storm: FaultInjection) -> Mend:
        peer = storm.rig.peer
        setattr(peer, name, True)
        peer.restart()
        return lambda: setattr(peer, name, False)

    return trouble


def _broker_restarts(storm: FaultInjection) -> Mend:
    storm.rig.peer.restart(keeps_sessions=storm.rng.random() < 0.5)
    return _nothing


def _pubacks(storm: FaultInjection) -> Mend:
    peer, rng = storm.rig.peer, storm.rng
    peer.acks = rng.choice(
        [
            puback.delayed(rng.randrange(100, 5000)),
            puback.lost(rng.randrange(2, 6)),
            puback.doubled,
            puback.shuffled(3000, rng.randrange(1000)),
            puback.with_strangers,
        ]
    )
    return lambda: setattr(peer, "acks", puback.prompt)


def _power_cut(storm: FaultInjection) -> Mend:
    rig, rng = storm.rig, storm.rng
    if rng.random() < 0.7:  # in the middle of what the flash does next
        rig.vehicle.flash.cut(after=rng.randrange(6), tear=rng.randrange(_TEARS), weak=True)
        rig.run_for(rng.randrange(100, 60_000))
    rig.power_cut()
    rig.run_for(rng.randrange(200, 60_000))
    rig.power_on()
    return rig.power_on  # should a cut that was still to come have met it


def _short_cuts(storm: FaultInjection) -> Mend:
    for _ in range(4):
        storm.rig.power_cut()
        storm.rig.run_for(storm.rng.randrange(100, 3000))
        storm.rig.power_on()
        storm.rig.run_for(storm.rng.randrange(100, 3000))
    return storm.rig.power_on


def _expander_silent(storm: FaultInjection) -> Mend:
    vehicle = storm.rig.vehicle
    index = storm.rng.randrange(len(vehicle.config["seats"]["expanders"]))
    vehicle.faults.silence_expander(index)
    return lambda: vehicle.faults.revive_expander(index)


def _seat_wire_cut(storm: FaultInjection) -> Mend:
    faults = storm.rig.vehicle.faults
    seat = storm.rng.randrange(1, storm.rig.world.seat_count + 1)
    faults.cut_seat(seat)
    return lambda: faults.mend_seat(seat)


def _gnss_silent(storm: FaultInjection) -> Mend:
    faults = storm.rig.vehicle.faults
    faults.silence_gnss()
    return lambda: faults.silence_gnss(False)


def _sky(storm: FaultInjection) -> Mend:
    world = storm.rig.world
    world.sky = storm.rng.choice(["blocked", "jammed"])
    return lambda: setattr(world, "sky", "open")


def _wrong_clock(storm: FaultInjection) -> Mend:
    receiver = storm.rig.vehicle.receiver
    before = receiver.utc_ms_at_0
    receiver.utc_ms_at_0 += storm.rng.choice([-1, 1]) * storm.rng.randrange(10**3, 10**9)
    return lambda: setattr(receiver, "utc_ms_at_0", before)


def _nothing() -> None:
    pass


TROUBLES: dict[str, Callable[[FaultInjection], Mend]] = {
    "no signal": _no_signal,
    "connection reset": _reset,
    "forgotten by the NAT": _forgotten_by_nat,
    "FIN inside a packet": _fin_inside_a_packet,
    "thin link": _network("bandwidth_bps", 2400, 9600, 64_000),
    "slow link": _network("delay_ms", 300, 1000, 3000),
    "jitter": _network("jitter_ms", 200, 2000),
    "port closed": _network("refuses", True),
    "DNS": _network("dns", "fails", "hangs"),
    "broker restarts": _broker_restarts,
    "broker hangs up": _broker("hangs_up"),
    "broker is mute": _broker("is_mute"),
    "PUBACKs": _pubacks,
    "power cut": _power_cut,
    "power cuts in a row": _short_cuts,
    "expander silent": _expander_silent,
    "seat wire cut": _seat_wire_cut,
    "GNSS silent": _gnss_silent,
    "sky": _sky,
    "wrong clock": _wrong_clock,
}
