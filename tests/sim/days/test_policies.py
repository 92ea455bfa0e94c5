"""A policy goes to a bus part by part, and anew whenever the bus connects."""

import json

from sim.bus.city import City
from sim.days.policies import Policies
from sim.network.subscriber import Heard


class Client:
    def __init__(self):
        self.said = []

    def publish(self, topic, payload, qos):
        self.said.append((topic.rsplit("/", 1)[1], json.loads(payload)))


def heard(name, **message):
    return Heard("bus-01", name, "", b"", message)


def policies():
    client = Client()
    one = Policies(client, City(), "laemchabang", "bus-01")
    one.send({"name": "x" * 1300}, 0)
    return one, client.said


def answers(one, said, ok=True):
    one.heard(heard("reply", id=said[-1][1]["id"], ok=ok), 1)


def test_a_part_follows_the_answer_to_the_one_before():
    one, said = policies()
    for _ in range(4):
        answers(one, said)
    assert [name for name, _ in said] == ["policy", "part", "part", "part"]
    assert "".join(body["data"] for _, body in said[1:]) == json.dumps({"name": "x" * 1300})
    assert one.taken == 1 and not one.is_sending


def test_it_begins_anew_when_the_bus_refuses_connects_or_says_nothing():
    one, said = policies()
    answers(one, said)
    answers(one, said, ok=False)
    assert said[-1][0] == "policy"
    answers(one, said)
    one.heard(heard("status", online=False), 2)
    assert said[-1][0] == "part"
    one.heard(heard("status", online=True), 2)
    assert said[-1][0] == "policy"
    answers(one, said)
    one.step(300)
    assert said[-1][0] == "part"
    one.step(700)
    assert said[-1][0] == "policy"


def test_another_reply_is_not_its_own():
    one, said = policies()
    one.heard(heard("reply", id="ping", ok=True), 1)
    assert len(said) == 1 and one.is_sending
