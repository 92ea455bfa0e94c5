"""The HTTP server, with its limits."""

from __future__ import annotations

import logging

import uvicorn
from fastapi import FastAPI

from station.doors.connections import Limits, protocol
from station.doors.log_lines import OneAMinute

LIMITS = Limits()
_LINES = OneAMinute()


def server(app: FastAPI, proxies: list[str], limits: Limits = LIMITS) -> uvicorn.Server:
    config = uvicorn.Config(
        app, http=protocol(limits, proxies), ws="none", log_level="warning", access_log=False,
        timeout_graceful_shutdown=2, server_header=False,
        log_config=None,  # its lines are the station's
        proxy_headers=False,  # which would believe every program on this computer
    )  # fmt: skip
    logging.getLogger("uvicorn.error").addFilter(_LINES)
    return uvicorn.Server(config)
