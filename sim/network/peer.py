"""A broker in memory that enforces the standard.

When a client breaks a clause of MQTT 3.1.1, the connection ends and the clause stands in
`violations`. The messages that arrived stand in `city`. It has no threads and no
clock: a transport brings bytes and says when (sim/network/network.py).
"""

from __future__ import annotations

from sim.network.mqtt_strict import Publish
from sim.network.peer_link import Connection, Session, Transport, matches
from sim.network.puback import Acks, prompt


class Peer:
    def __init__(self) -> None:
        self.violations: list[str] = []
        self.city: list[tuple[int, str, bytes]] = []
        """(ms, topic, payload) of every message that reached the broker, wills included."""
        self.publishes: list[Publish] = []
        """The same without the wills, as they stood in their packets."""
        self.retained: dict[str, bytes] = {}
        self.sessions: dict[str, Session] = {}
        self.links: dict[str, Connection] = {}
        """Client id -> its connection, from CONNECT to its end."""
        self.connects: list[int] = []
        """ms of each CONNECT that was accepted."""
        self.acks: Acks = prompt
        """See sim/network/puback.py."""
        self.connack: bytes | None = None
        """Sent instead of the true CONNACK; then nothing more is served."""
        self.hangs_up = False
        """Accepts a connection and closes it."""
        self.is_mute = False
        """Accepts a connection and never answers."""
        self.forgotten = 0
        """Messages that a client should have sent again after a break, and did not."""
        self.bytes_in = 0

    def accept(self, transport: Transport) -> Connection:
        """A client's connection arrives; the transport then calls receive() and ended()."""
        connection = Connection(self, transport)
        if self.hangs_up:
            connection.end()
        return connection

    def publish(self, topic: str, payload: bytes, qos: int = 1) -> None:
        """The city sends: to every session that subscribed, now or at its return."""
        for client_id, session in self.sessions.items():
            granted = [q for name, q in session.filters.items() if matches(name, topic)]
            if granted:
                self._deliver(client_id, session, Publish(topic, payload, min(qos, max(granted))))

    def restart(self, keeps_sessions: bool = True) -> None:
        """Restarts without publishing wills. Retained messages stay."""
        for connection in list(self.links.values()):
            connection.die()
        if not keeps_sessions:
            self.sessions.clear()

    def check(self) -> None:
        """AssertionError if a client ever broke a clause."""
        assert not self.violations, "\n".join(self.violations)

    def hear(self, message: Publish, now_ms: int) -> None:
        self.city.append((now_ms, message.topic, message.payload))
        if message.retain:
            if message.payload:
                self.retained[message.topic] = message.payload
            else:
                self.retained.pop(message.topic, None)  # [MQTT-3.3.1-10]

    def _deliver(self, client_id: str, session: Session, message: Publish) -> None:
        link = self.links.get(client_id)
        if message.qos:
            session.last_id = session.last_id % 0xFFFF + 1
            message = Publish(message.topic, message.payload, 1, packet_id=session.last_id)
            session.outgoing[session.last_id] = message
        if link is not None:
            link.send_publish(message)
