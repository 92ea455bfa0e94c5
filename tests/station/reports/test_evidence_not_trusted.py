"""The evidence of a day says which numbers came without the bus's seal."""

import asyncio
import io
import json
import zipfile

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from station_told import NOW_MS, event, on_one_database, running, track

from station.clock import FollowedClock
from station.ingest.came import Came
from station.ingest.contract import Bad
from station.reports import evidence
from tools import evidence_day

DAY = "2026-11-22"


@on_one_database
def test_a_number_in_the_quarantine_did_come(settings):
    """Numbers 41 and 43 to 45 did; 42 and 46 never; 47 is of another epoch, 48 broke the rules."""

    def came(message):
        return Came("schoolbus/lc/bus-01/" + message[0], message[1], False, NOW_MS, 0, 0)

    def aside(message, reason="not trusted: no seal"):
        return Bad("schoolbus/lc/bus-01/" + message[0], message[1], reason)

    unsealed = [
        aside(event(41, "sos")), aside(track(43, 3)), aside(event(47, "sos", epoch="0000000b")),
        aside(event(48), "at: wrong"), aside(("event", b"[1]")), aside(("event", b"no JSON")),
        aside(("event", b'{"seq":true}')), Bad("schoolbus/lc/bus-02/event", event(46)[1], "no"),
    ]  # fmt: skip

    async def scenario():
        async with running(settings, FollowedClock(NOW_MS)) as station:
            found = station.records.intake.sort(map(came, (event(40), event(49))))
            await station.records.keep(found.messages, unsealed)
            async with station.db.read() as connection:
                return await evidence.make(connection, Ed25519PrivateKey.generate(), "lc",
                                           "bus-01", DAY, "boss", NOW_MS)  # fmt: skip

    with zipfile.ZipFile(io.BytesIO(asyncio.run(scenario()))) as pack:
        about = json.loads(pack.read("about.json"))
    (journal,) = about["journals"]
    assert journal["not_trusted"] == [[41, 41], [43, 45]]
    assert journal["missing"] == [[42, 42], [46, 48]]
    told = " ".join(evidence_day.not_here(about))
    assert "numbers 43 to 45 came without the bus's seal" in told
