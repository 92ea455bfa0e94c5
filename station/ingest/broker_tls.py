"""TLS to the broker, and what it may mean that the broker ends a connection without a word."""

from __future__ import annotations

import ssl

from station.settings import Settings


def trusting(settings: Settings) -> ssl.SSLContext:
    """TLS 1.2 or later, only to a broker whose name these certificates vouch for."""
    context = ssl.create_default_context(cafile=settings.broker_ca)
    if settings.broker_cert is not None:
        context.load_cert_chain(settings.broker_cert, settings.broker_key)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def hint(settings: Settings) -> str:
    """Where the broker ends a connection without a word: it cannot say why."""
    if not settings.broker_tls:
        why = "it may speak TLS alone: then the station has to be told mqtts://..."
    elif settings.broker_cert is None:
        why = "it may want the station's certificate (STATION_BROKER_CERT, STATION_BROKER_KEY)"
    else:
        why = "it does not know the station's certificate: this may be the port of the buses"
    return f"it ends the connection without an answer; {why}"
