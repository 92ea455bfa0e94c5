"""The written configuration of a cluster: three nodes are one broker, and let nobody else in."""

import shutil
import ssl
import subprocess
import time

import paho.mqtt.client as mqtt
import pytest

from sim.network.brokers import executable, free_port
from station.__main__ import main

HOST = "127.0.0.1"


def written(tmp_path, *more):
    keys, db = str(tmp_path / "keys"), str(tmp_path / "station.db")
    at = ["--keys", keys, "--db", db]
    assert main(["keys", "--out", keys, "--first", "--db", db]) == 0
    assert main(["enrol", "lc", "bus-01", *at, "--out", str(tmp_path / "given")]) == 0
    routes = ",".join(f"{HOST}:{free_port()}" for _ in range(3))
    folders, ports = [], []
    for number in (1, 2, 3):
        folders.append(tmp_path / f"node-{number}")
        if number > 1:
            shutil.copytree(folders[0], folders[-1])
        ports.append(free_port())
        assert main(["broker", "nats", "--out", str(folders[-1]), *at, "--host", HOST, "--bind",
                     HOST, "--port", str(ports[-1]), "--cluster", routes, "--node",
                     str(number)]) == 0  # fmt: skip
    return folders, ports


def station_of(folder, port, heard=None):
    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
    context = ssl.create_default_context(cafile=str(folder / "authority.crt"))
    context.load_cert_chain(folder / "station.crt", folder / "station.key")
    client.tls_set_context(context)
    if heard is not None:
        client.on_message = lambda _, __, message: heard.append(message.topic)
        client.on_connect = lambda one, *_: one.subscribe("schoolbus/#", 1)
    client.connect_async(HOST, port)
    client.reconnect_delay_set(1, 1)
    client.loop_start()
    return client


def test_three_nodes_are_one_broker_and_the_station_is_let_in_at_each(tmp_path):
    program = executable("nats-server")
    if program is None:
        pytest.skip("nats-server is missing")
    folders, ports = written(tmp_path)
    assert all("route.password" in {one.name for one in folder.iterdir()} for folder in folders)
    assert len({(folder / "route.password").read_text() for folder in folders}) == 1
    nodes = [
        subprocess.Popen([program, "-c", str(folder / "nats.conf")], stderr=subprocess.DEVNULL)
        for folder in folders
    ]
    heard = []
    clients = []
    try:
        clients = [station_of(folders[0], ports[0], heard), station_of(folders[2], ports[2])]
        until = time.monotonic() + 60
        while not heard and time.monotonic() < until:
            clients[1].publish("schoolbus/lc/bus-01/cmd/drill", b"{}", 1)
            time.sleep(0.5)
        assert heard, "what is said at the third node is not heard at the first one"
    finally:
        for client in clients:
            client.disconnect()
            client.loop_stop()
        for node in nodes:
            node.kill()
            node.wait()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["mosquitto", "--cluster", "a:1,b:1"], "--cluster is for nats alone"),
        (["nats", "--cluster", "a,b"], "--cluster has to be host:port"),
        (["nats", "--cluster", "a:1,b:1", "--node", "3"], "--node has to be from 1 to 2"),
    ],
)
def test_what_cannot_be_a_cluster_is_refused_in_a_sentence(tmp_path, capsys, words, told):
    keys, db = str(tmp_path / "keys"), str(tmp_path / "station.db")
    assert main(["keys", "--out", keys, "--first", "--db", db]) == 0
    kind, *more = words
    out = str(tmp_path / "broker")
    done = main(["broker", kind, "--out", out, "--keys", keys, "--db", db, "--host", "h", *more])
    assert done == 2 and told in capsys.readouterr().err
