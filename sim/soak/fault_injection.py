"""FaultInjection: everything that can go wrong around one bus, at random moments of a seed.

A fault is a function of the FaultInjection: it breaks something and returns what mends it again. A
new one is one function and one line in FAULTS.
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
    """The faults of one bus, several at once; each begins and ends at a time of its own."""

    def __init__(self, rng: random.Random, a_day: float):
        """a_day: faults a day, on average."""
        self.rng = rng
        self.rig: Rig
        self.has_signal = True
        self.begun: Counter[str] = Counter()
        self._pause_ms = 86_400_000 / a_day
        self._mends: list[tuple[int, str, Mend]] = []

    def air(self, lat_e7: float, lon_e7: float) -> int | None:
        """For World.air: the town's dead spots, and a radio that fails anywhere."""
        return signal_at(lat_e7, lon_e7) if self.has_signal else None

    def run_until(self, end_ms: int) -> None:
        """Run the rig up to then; `mend_all` has to follow before anything is counted."""
        rig, rng = self.rig, self.rng
        while rig.now_ms < end_ms:
            next_ms = rig.now_ms + int(rng.expovariate(1 / self._pause_ms)) + 1
            until_ms = min([end_ms, next_ms] + [at_ms for at_ms, _, _ in self._mends])
            rig.run_until(max(until_ms, rig.now_ms))
            self._mend_until(rig.now_ms)
            if rig.now_ms >= next_ms:
                self._begin(rng.choice(sorted(FAULTS)))
            rig.peer.check()

    def mend_all(self) -> None:
        self._mend_until(None)

    def _begin(self, name: str) -> None:
        if any(name == running for _, running, _ in self._mends):
            return
        self.begun[name] += 1
        lasts_ms = int(self.rng.triangular(1000, _MOST_MS, 30_000))
        self._mends.append((self.rig.now_ms + lasts_ms, name, FAULTS[name](self)))

    def _mend_until(self, now_ms: int | None) -> None:
        for fault in list(self._mends):
            at_ms, _, mend = fault
            if now_ms is None or at_ms <= now_ms:
                self._mends.remove(fault)
                mend()


def _no_signal(injection: FaultInjection) -> Mend:
    def set_signal(on: bool) -> None:
        injection.has_signal = on
        injection.rig.world.listen()

    set_signal(False)
    return lambda: set_signal(True)


def _reset(injection: FaultInjection) -> Mend:
    injection.rig.network.reset()
    return _nothing


def _forgotten_by_nat(injection: FaultInjection) -> Mend:
    injection.rig.network.forget()
    return _nothing


def _fin_inside_a_packet(injection: FaultInjection) -> Mend:
    injection.rig.network.cut_down_after = injection.rng.randrange(1, 30)
    return lambda: setattr(injection.rig.network, "cut_down_after", None)


def _network(name: str, *values):
    """A fault that sets an attribute of the network, and puts it back."""

    def fault(injection: FaultInjection) -> Mend:
        network = injection.rig.network
        before = getattr(network, name)
        setattr(network, name, injection.rng.choice(values))
        return lambda: setattr(network, name, before)

    return fault


def _broker(name: str):
    """A fault that sets a flag of the broker, for all buses."""

    def fault(injection: FaultInjection) -> Mend:
        peer = injection.rig.peer
        setattr(peer, name, True)
        peer.restart()
        return lambda: setattr(peer, name, False)

    return fault


def _broker_restarts(injection: FaultInjection) -> Mend:
    injection.rig.peer.restart(keeps_sessions=injection.rng.random() < 0.5)
    return _nothing


def _pubacks(injection: FaultInjection) -> Mend:
    peer, rng = injection.rig.peer, injection.rng
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


def _power_cut(injection: FaultInjection) -> Mend:
    rig, rng = injection.rig, injection.rng
    if rng.random() < 0.7:  # in the middle of what the flash does next
        rig.vehicle.flash.cut(after=rng.randrange(6), tear=rng.randrange(_TEARS), weak=True)
        rig.run_for(rng.randrange(100, 60_000))
    rig.power_cut()
    rig.run_for(rng.randrange(200, 60_000))
    rig.power_on()
    return rig.power_on  # in case a cut that was still due has met it


def _short_cuts(injection: FaultInjection) -> Mend:
    for _ in range(4):
        injection.rig.power_cut()
        injection.rig.run_for(injection.rng.randrange(100, 3000))
        injection.rig.power_on()
        injection.rig.run_for(injection.rng.randrange(100, 3000))
    return injection.rig.power_on


def _flash_refuses(injection: FaultInjection) -> Mend:
    """Reads of the journal's flash: some of them, a burst, or all."""
    flash = injection.rig.vehicle.flash
    if injection.rng.random() < 0.3:
        flash.refusals = injection.rng.randrange(1, 100)
    else:
        flash.refuses_one_in = injection.rng.choice([1, 2, 10, 100])
    return flash.answer


def _expander_silent(injection: FaultInjection) -> Mend:
    vehicle = injection.rig.vehicle
    index = injection.rng.randrange(len(vehicle.config["seats"]["expanders"]))
    vehicle.faults.silence_expander(index)
    return lambda: vehicle.faults.revive_expander(index)


def _seat_wire_cut(injection: FaultInjection) -> Mend:
    faults = injection.rig.vehicle.faults
    seat = injection.rng.randrange(1, injection.rig.world.seat_count + 1)
    faults.cut_seat(seat)
    return lambda: faults.mend_seat(seat)


def _gnss_silent(injection: FaultInjection) -> Mend:
    faults = injection.rig.vehicle.faults
    faults.silence_gnss()
    return lambda: faults.silence_gnss(False)


def _sky(injection: FaultInjection) -> Mend:
    world = injection.rig.world
    world.sky = injection.rng.choice(["blocked", "jammed"])
    return lambda: setattr(world, "sky", "open")


def _wrong_clock(injection: FaultInjection) -> Mend:
    receiver = injection.rig.vehicle.receiver
    before = receiver.utc_ms_at_0
    receiver.utc_ms_at_0 += injection.rng.choice([-1, 1]) * injection.rng.randrange(10**3, 10**9)
    return lambda: setattr(receiver, "utc_ms_at_0", before)


def _nothing() -> None:
    pass


FAULTS: dict[str, Callable[[FaultInjection], Mend]] = {
    "no signal": _no_signal,
    "connection reset": _reset,
    "forgotten by the NAT": _forgotten_by_nat,
    "FIN inside a packet": _fin_inside_a_packet,
    "thin link": _network("bandwidth_bps", 2400, 9600, 64_000),
    "slow link": _network("delay_ms", 300, 1000, 3000),
    "jitter": _network("jitter_ms", 200, 2000),
    "port closed": _network("refuses", True),
    "DNS fails or hangs": _network("dns", "fails", "hangs"),
    "broker restarts": _broker_restarts,
    "broker hangs up": _broker("hangs_up"),
    "broker is mute": _broker("is_mute"),
    "PUBACKs late, lost or doubled": _pubacks,
    "power cut": _power_cut,
    "flash refuses": _flash_refuses,
    "power cuts in a row": _short_cuts,
    "expander silent": _expander_silent,
    "seat wire cut": _seat_wire_cut,
    "GNSS silent": _gnss_silent,
    "sky blocked or jammed": _sky,
    "wrong clock": _wrong_clock,
}
