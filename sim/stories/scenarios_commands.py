"""Scenarios of commands that a bus has to refuse: whoever can publish may send it anything."""

from __future__ import annotations

from sim.stories.story import Story


def replayed_drill(bus: Story) -> None:
    """Yesterday's drill is played to the bus again, over a sleeping child: its horn sounds."""
    drill = bus.city.command("drill", ident="yesterday")
    bus.hears_again("drill", drill)  # the city's own
    bus.is_asked_for("normal")
    bus.waits(seconds=5)
    bus.drives(seats={3, 7})
    bus.parks(seats={7})
    bus.hears_again("drill", drill)
    bus.waits(minutes=3)


def forged_service(bus: Story) -> None:
    """Somebody on the depot's Wi-Fi asks for service with a key of his own, and without any."""
    bus.hears_unsigned("service")
    bus.hears_forged("service")
    bus.hears_forged("drill")
    bus.drives(seats={3, 7})
    bus.parks(seats={7})
    bus.waits(minutes=3)


def command_of_another_bus(bus: Story) -> None:
    """What the city signed for bus-02 is sent to this bus; one for the whole fleet it obeys."""
    bus.hears_other("drill", "bus-02")
    bus.hears_again("drill", bus.city.command("drill", to="laemchabang", ident="all"))
    bus.waits(seconds=5)


def expired_command(bus: Story) -> None:
    """A broker held an officer's command back for ten minutes, and hands it over while driving."""
    bus.hears_late("service", minutes=10)
    bus.hears_late("drill", minutes=0.1)
    bus.waits(seconds=5)


def retained_command(bus: Story) -> None:
    """A drill lies on the broker as a retained message: it would be done at every connection."""
    bus.hears_retained("drill")
    bus.waits(seconds=5)


def flood_of_commands(bus: Story) -> None:
    """Ten forged commands a second, just when the alarm of a sleeping child is due."""
    bus.drives(seats={3, 7})
    bus.parks(seats={7})
    bus.waits(seconds=145)
    bus.is_flooded("drill", seconds=30)
    bus.waits(minutes=1)


SCENARIOS = (
    replayed_drill,
    forged_service,
    command_of_another_bus,
    expired_command,
    retained_command,
    flood_of_commands,
)
