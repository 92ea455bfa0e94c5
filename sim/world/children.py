"""Children on a bus: they sit down, buckle up or not, fidget, move, sleep on, get off."""

from __future__ import annotations

import random
from dataclasses import dataclass

from sim.world.world import Habits, Script, World


@dataclass
class Child:
    name: str
    stop: str
    seat: int | None = None  # None: not on the bus
    buckles: bool = True
    restless: bool = False
    sleeps: bool = False
    is_on_the_floor: bool = False

    def boards(self, world: World, seat: int) -> None:
        """Sit down; from then on the child acts by itself."""
        self._claim(world, seat)
        world.sit(seat, self.name)
        world.run(self._ride(world))

    def alights(self, world: World) -> None:
        if self.seat is not None:
            world.unbuckle(self.seat)
            world.rise(self.seat)
            world.claimed.discard(self.seat)
            self.seat = None

    def slides(self, world: World, seen_by: int | None = None) -> None:
        """To the floor, where no seat contact feels it; it stays on the bus.

        seen_by: the presence input, from 0, that looks there: the child stirs now and then.
        """
        self.alights(world)
        self.is_on_the_floor = True
        if seen_by is not None:
            world.run(self._stirs(world, seen_by))

    def _stirs(self, world: World, number: int) -> Script:
        rng = world.rng
        while True:
            yield rng.randint(10_000, 150_000)
            if not self.is_on_the_floor:
                return
            yield from world.stir(number, rng.randint(300, 4000))

    def climbs(self, world: World, seat: int) -> None:
        """From the floor onto a seat."""
        self.is_on_the_floor = False
        self._claim(world, seat)
        world.sit(seat, self.name)

    def _claim(self, world: World, seat: int) -> None:
        """This is the child's seat from now on, even while it stands."""
        if self.seat is not None:
            world.claimed.discard(self.seat)
        self.seat = seat
        world.claimed.add(seat)

    def _ride(self, world: World) -> Script:
        rng = world.rng
        yield rng.randint(3000, 8000)
        if self.buckles and self.seat is not None:
            world.buckle(self.seat)
        while self.seat is not None:
            yield rng.randint(60_000, 240_000)
            if self.seat is None or self.sleeps:
                return
            if self.restless and rng.random() < 0.5:
                yield from self._move(world)
            else:
                yield from self._fidget(world)

    def _fidget(self, world: World) -> Script:
        """Off the seat contact for a moment, the belt still on."""
        seat = self.seat
        assert seat is not None
        world.rise(seat)
        yield world.rng.randint(150, 1200)
        if self.seat == seat:
            world.sit(seat, self.name)

    def _move(self, world: World) -> Script:
        free = free_seats(world)
        if not free:
            return
        assert self.seat is not None
        world.unbuckle(self.seat)
        world.rise(self.seat)
        self._claim(world, world.rng.choice(free))
        yield 4000
        if self.seat is None:
            return  # got off meanwhile
        world.sit(self.seat, self.name)
        yield 5000
        if self.seat is not None:
            world.buckle(self.seat)


def free_seats(world: World) -> list[int]:
    return [seat for seat in range(1, world.seat_count + 1) if seat not in world.claimed]


def school_class(
    rng: random.Random, stops: tuple[str, ...], seats: int, habits: Habits
) -> list[Child]:
    """The children of one route, in the order in which they board; they fill 60 to 90 % of it.

    habits.sleeping is the probability of each child; with 1.0 exactly one sleeps.
    """
    children = []
    count = max(1, round(seats * rng.uniform(0.6, 0.9)))
    for number in range(count):
        child = Child(f"child {number + 1}", stops[number * len(stops) // count])
        child.buckles = rng.random() >= habits.unbuckled
        child.restless = rng.random() < habits.restless
        child.sleeps = habits.sleeping < 1 and rng.random() < habits.sleeping
        children.append(child)
    if habits.sleeping >= 1:
        rng.choice(children).sleeps = True
    return children
