"""umqtt.simple 1.3.4, which the simulator takes, calls `ssl` so; the one on a board does not."""

from ssl import *  # noqa: F403
