"""Whatever moves: the alarm comes at the latest one time of the profile after the last minute in
which an adult attended. Children, doors and the key move at random; nobody comes for them."""

from trip_bench import CHECKED, Watched
from watch import generator

MINUTE = 60000
ALONE_MS = 180000
KEY_MS = 5 * MINUTE  # a key without the engine counts for so long in all
BOARDING_MS = 15 * MINUTE  # where children sit down at an open door, with what came before
RESTING, CHARGING = 12600, 13800


class Unattended:
    """A bus whose engine has just stopped; the driver may walk, press `here`, and goes."""

    def __init__(self, seed, stays):
        """stays: the child on seat 1 does not rise."""
        self.draw = generator(seed)
        self.stays = stays
        self.key_ms = 0
        ride = self.ride = Watched(**CHECKED)
        ride.goes(1000)
        ride.goes(5000, ignition=True, front_door=True, supply_mv=CHARGING)
        self.seats = [1, 3, 5]
        ride.goes(1000, taken=list(self.seats))
        ride.goes(20000, front_door=False)
        ride.goes(ignition=False, supply_mv=RESTING)
        self.since_ms = ride.s.now_ms
        if self.draw(2):
            ride.goes(20000)
            ride.presses()
        if self.draw(2):
            ride.says_here()

    def moves(self):
        """One thing moves, and up to half a minute passes."""
        ride, draw = self.ride, self.draw
        what = draw(6)
        if what == 2 and self.stays:
            ride.s.vehicle.ignition = not ride.s.vehicle.ignition
        elif what == 0:
            ride.s.vehicle.front_door = not ride.s.vehicle.front_door
        elif what == 1:
            ride.s.vehicle.emergency_door = not ride.s.vehicle.emergency_door
        else:
            self._fidgets()
        self.passes(100 + 100 * draw(300))

    def _fidgets(self):
        """A child rises and sits down again, on this seat or another."""
        at = self.draw(len(self.seats))
        if self.stays and at == 0:
            return
        left = self.seats.pop(at)
        self._goes(taken=sorted(self.seats))
        self.passes(100 + 100 * self.draw(100))
        free = [seat for seat in range(1, 9) if seat not in self.seats]
        self.seats.insert(at, left if self.draw(2) else free[self.draw(len(free))])
        self._goes(taken=sorted(self.seats))

    def passes(self, ms):
        for _ in range(ms // 100):
            self._goes()

    def _goes(self, **readings):
        self.ride.goes(**readings)
        s = self.ride.s
        if s.trip.attended == "here":
            self.since_ms, self.key_ms = s.now_ms, 0
        elif s.trip.attended is not None:
            self.key_ms += 100

    def is_told(self):
        return "raised" in [state for state, _ in self.ride.alarms]

    def goes(self, longest_ms):
        """Until the alarm -> how much later than an adult attended, the key not counted."""
        now_ms = 0
        while not self.is_told() and now_ms < longest_ms:
            self.moves()
            now_ms = self.ride.s.now_ms - self.since_ms - self.key_ms
        return now_ms


def test_a_child_who_stays_is_alarmed_in_time_whatever_moves_around_it():
    for seed in range(12):
        bus = Unattended(seed, True)
        late_ms = bus.goes(ALONE_MS)
        assert bus.key_ms <= KEY_MS, seed
        assert bus.is_told(), (seed, late_ms)


def test_restless_children_are_alarmed_within_a_quarter_of_an_hour():
    for seed in range(12, 24):
        bus = Unattended(seed, False)
        late_ms = bus.goes(BOARDING_MS)
        assert bus.is_told(), (seed, late_ms)
