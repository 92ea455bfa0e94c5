"""Two stations on one PostgreSQL database: one leads, and the other takes over when it ends.

Real processes and a real broker. Records come all the time; each has to be in the database once.
"""

import http.server
import json
import threading
import time
from collections import Counter

import pytest

from sim.bench.takeover import Pair, cut, drained, kept, killed, stopped
from sim.live.record_flow import RecordFlow
from sim.live.stations import Stations
from sim.network import brokers
from sim.network.nats_cluster import NatsCluster

LEASE_S = 4  # a city's is longer; the time until a takeover is printed, and held only loosely


@pytest.fixture
def webhook():
    """-> its address, and how often each text came."""
    came = Counter()

    class Hook(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            came[body["title"] + body["message"]] += 1
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hook)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"json://127.0.0.1:{server.server_port}/", came
    server.shutdown()
    server.server_close()


def test_nothing_is_lost_or_doubled_however_the_leader_ends(cluster, broker, webhook, tmp_path):
    database, where = cluster.new(), (broker.host, broker.port)
    hook, notices = webhook
    routes = [{"name": "duty", "to": hook, "severity": ["alarm"], "on": ["raised"]}]
    (tmp_path / "notices.json").write_text(json.dumps({"routes": routes}))
    told = {"STATION_NOTICES": str(tmp_path / "notices.json")}
    with Stations(database, [where], LEASE_S, told) as stations:
        pair = Pair(stations)
        with RecordFlow([where], a_second=150) as flow:
            time.sleep(1)
            flow.alarm("bus-before")
            print("SIGSTOP: another leads after", pair.takes_over(stopped), "s")
            flow.alarm("bus-while-stopped")
            print("the one that was stopped is a standby", pair.wakes(), "s after it goes on")
            flow.alarm("bus-after")
            print("connections cut:", cut(database))
            flow.alarm("bus-cut")
            time.sleep(2)
            print("kill -9: another leads after", pair.takes_over(killed), "s")
            flow.alarm("bus-last")
            events = flow.finish()
            there = drained(database, stations, events)
        assert there.events == events and events > 500
        assert there.alarms == there.heard == events
        stations.until(lambda: len(notices) == flow.alarms, "a notice of each alarm")
    assert max(notices.values()) <= 2  # one that was on its way at the end comes again


def test_a_node_of_the_broker_that_is_killed_costs_nothing(cluster):
    if brokers.executable("nats-server") is None:
        pytest.skip("nats-server is missing")
    database = cluster.new()
    with NatsCluster() as nats, Stations(database, nats.addresses, LEASE_S) as stations:
        stations.start("leader")
        with RecordFlow(nats.addresses, a_second=100) as flow:
            time.sleep(2)
            begun = time.monotonic()
            nats.kill(0)  # to which the first connections of station and buses go
            before = kept(database).events
            stations.until(lambda: kept(database).events > before + 20, "records again", 60)
            print("records go on", time.monotonic() - begun, "s after a node was killed")
            events = flow.finish()
            there = drained(database, stations, events)
        assert there.events == there.alarms == events
