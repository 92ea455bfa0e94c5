"""Whole days in virtual time: nothing lost, nothing doubled, nothing out of order (P1, P2)."""

import random

import pytest

from sim.bus.rig import Rig, config_for
from sim.network.peer import Peer
from sim.world import day
from sim.world.world import MISCHIEF, NEGLECT

_HOUR_MS = 3_600_000


def alarms(rig):
    return [event["kind"] for event in rig.heard() if event["severity"] == "alarm"]


@pytest.mark.parametrize("index", [0, 2, 3])
def test_an_ordinary_morning_raises_no_alarm_and_delivers_everything(index):
    rig = Rig(day.school_morning(index, seed=3))
    rig.run_until(_HOUR_MS * 2 // 3)
    rig.drain()
    rig.check()
    assert rig.missing() == 0
    assert alarms(rig) == []
    assert rig.bus.snapshot.trip.phase == "parked"
    assert len([event for event in rig.heard() if event["kind"] == "trip_ended"]) == 1
    served = [event["data"] for event in rig.heard() if event["kind"] == "stop_served"]
    assert len(served) == 4
    boarded = sum(len(data["boarded"]) for data in served)
    alighted = sum(len(data["alighted"]) for data in served)
    assert boarded >= 22 and abs(boarded - alighted) <= 3  # some fidget while the door closes


def test_half_a_day_without_network_and_with_random_power_cuts_is_delivered_exactly_once():
    """Off the network from five to noon, the power cut at random: at rest, and in the middle of a
    write, torn in every way. Then the signal returns, and the power goes on being cut."""
    rng = random.Random(20261123)
    world = day.school_day(0, seed=5, seats=16, habits=MISCHIEF, air=no_signal)
    config = config_for(world)
    config["seats"]["expanders"] = [32, 33]
    config["journal"]["cursor_s"] = 5
    rig = Rig(world, config, seed=5)
    cuts = 0
    noon_ms = 7 * _HOUR_MS
    while rig.now_ms < noon_ms:
        rig.run_until(min(noon_ms, rig.now_ms + rng.randint(60_000, 17 * 60_000)))
        if rng.random() < 0.5:
            rig.vehicle.flash.cut(after=rng.randrange(6), tear=rng.randrange(6), weak=True)
            rig.run_for(120_000)
        rig.power_cut()
        cuts += 1
        rig.run_for(rng.randint(200, 90_000))
        rig.power_on()
        rig.run_for(5000)
    assert cuts > 30
    assert rig.peer.city == []

    world.signal_dbm = -65
    rig.network.bandwidth_bps = 4800
    for _ in range(12):  # while it delivers, too
        rig.run_for(rng.randint(4000, 14_000))
        rig.power_cut()
        rig.run_for(1000)
        rig.power_on()
    rig.drain()
    rig.check()
    assert rig.missing() == 0
    assert len(rig.account.confirmed) > 120
    assert "records_lost" not in [event["kind"] for event in rig.heard()]


def test_the_same_seed_gives_the_same_bytes_and_another_another_day():
    def morning(seed):
        rig = Rig(day.school_morning(0, seed=seed, habits=NEGLECT), seed=seed)
        rig.run_until(_HOUR_MS // 4)
        return rig.peer.city, bytes(rig.vehicle.flash.data)

    first = morning(1)
    assert first == morning(1)
    assert first != morning(2)


def test_looking_more_often_changes_nothing_that_is_recorded():
    def confirmed(stride_ms):
        rig = Rig(day.school_morning(2, seed=4, habits=MISCHIEF), seed=4)
        while rig.now_ms < 1_200_000:
            rig.run_for(stride_ms)
        return [(r.at_ms, r.payload) for r in rig.account.confirmed.values()]

    assert confirmed(1_200_000) == confirmed(777)


def test_a_fleet_shares_a_broker_and_a_neglected_child_is_heard_of():
    peer = Peer()
    rigs = []
    for index, world in enumerate(day.fleet_morning(3, seed=7)):
        config = config_for(world, bus=f"bus-{index + 1:02d}")
        rigs.append(Rig(world, config, seed=index, peer=peer))
    for minute in range(1, 51):
        for rig in rigs:
            rig.run_until(minute * 60_000)
    for rig in rigs:
        rig.drain()
        rig.check()
        assert rig.missing() == 0
    assert "child_left_behind" in alarms(rigs[7 % 3])
    assert len(peer.sessions) == 3


def no_signal(lat_e7, lon_e7):
    return None
