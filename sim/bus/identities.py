"""Identities for simulated buses: the same bus gets the same keys each time."""

from __future__ import annotations

import hashlib
from typing import Any

from firmware.identity import Identity

_AT_S = 1_793_491_200
"""UTC, when they were made: the first of November 2026."""


def fields(fleet: str, bus: str, **changes: Any) -> dict[str, Any]:
    """identity.json of this bus, without certificates: it can seal, and hears one city key."""
    root = f"{fleet}/{bus}".encode()
    serial = hashlib.sha256(b"serial " + root).hexdigest()[:16]
    return {
        "v": 1, "fleet": fleet, "bus": bus, "serial": serial, "at": _AT_S,
        "client_id": f"{fleet}-{bus}-{serial}", "user": f"{fleet}/{bus}", "password": "",
        "mac_key": hashlib.sha256(b"mac " + root).hexdigest(), "city_keys": ["00" * 32],
        "ca": "", "cert": "", "key": "", **changes,
    }  # fmt: skip


def identity_for(config: dict[str, Any], **changes: Any) -> Identity:
    """The Identity of the bus of these settings."""
    return Identity(fields(config["fleet"], config["bus"], **changes))
