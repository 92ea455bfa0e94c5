"""Draws docs/town.svg anew, the README's picture: python tools/town_svg.py (about half a minute)

A real run of `python -m sim town`, drawn at the moment when a child has been left behind.
"""

import io
import sys
from pathlib import Path

from rich.console import Console

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from sim.live.dashboard import Picture  # noqa: E402
from sim.live.morning import subscribed, title  # noqa: E402
from sim.live.run import LiveBus, Run  # noqa: E402
from sim.network import brokers  # noqa: E402
from sim.world.day import fleet_morning  # noqa: E402
from sim.world.town_policy import policy_for  # noqa: E402

SPEED = 60
SEED = 7
BUSES = 6
WIDTH, HEIGHT = 108, 34
END_MS = 1_290_000  # 06:21:30


class AtTheMoment:
    """In place of Ctrl-C: ends the run by simulated time."""

    run: Run

    @property
    def asked(self) -> bool:
        return self.run.now_ms >= END_MS


def main() -> None:
    console = Console(file=io.StringIO(), width=WIDTH, height=HEIGHT, record=True)
    picture = Picture(title(12), console)
    with brokers.start() as broker, subscribed(broker.host, broker.port) as subscriber:
        buses = [
            LiveBus(
                f"bus-{number:02d}",
                world,
                (broker.host, broker.port),
                policy=policy_for(number - 1),
            )
            for number, world in enumerate(fleet_morning(BUSES, SEED), 1)
        ]
        end = AtTheMoment()
        end.run = Run(buses, subscriber, SPEED)
        end.run.drive(picture, None, end)
        clock = buses[0].world.local_clock
        console.print(picture.frame(clock, [live.row() for live in buses]))
    target = ROOT / "docs" / "town.svg"
    console.save_svg(str(target), title="make sim")
    print(f"{target} is drawn.")


if __name__ == "__main__":
    main()
