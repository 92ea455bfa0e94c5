"""The folder of keys, the station's certificate, and those of the buses."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

from cryptography import x509

from station.doctor.finding import Finding, days
from station.doctor.questions import Questions
from station.release.keys import private_key_here
from station.settings import Settings

_SOON_MS, _NOW_MS = 60 * 86_400_000, 7 * 86_400_000
_FILES = ("city.key", "authority.key", "authority.crt")


def ending(part: str, what: str, ends_ms: int, now_ms: int, do: str) -> Finding:
    """do: what is to be done before it ends."""
    left_ms = ends_ms - now_ms
    if left_ms <= 0:
        return Finding(part, "wrong", f"{what} ended {days(-left_ms)} ago: {do}.")
    told = f"{what} is good for {days(left_ms)} more"
    if left_ms < _SOON_MS:
        return Finding(part, "wrong" if left_ms < _NOW_MS else "look", f"{told}: {do}.")
    return Finding(part, "ok", f"{told}.")


def look(settings: Settings, now_ms: int) -> Iterator[Finding]:
    if settings.broker_cert is not None:
        yield from _of_file(
            "station's certificate",
            Path(settings.broker_cert),
            now_ms,
            "write the broker's configuration anew (python -m station broker)",
        )
    if settings.keys is None:
        if settings.city_key is None:
            yield Finding(
                "keys",
                "look",
                "No keys are set (STATION_KEYS): no command can be sent "
                "to a bus, and no bus can be enrolled from the page.",
            )
        return
    folder = Path(settings.keys)
    missing = [name for name in _FILES if not _can_read(folder / name)]
    if missing:
        yield Finding(
            "keys",
            "wrong",
            f"{folder} has no {', '.join(missing)} that the station can "
            "read: correct STATION_KEYS or the files' owner, or bring them back from "
            "the copy in the safe.",
        )
        return
    if folder.stat().st_mode & 0o077:
        yield Finding(
            "keys", "wrong", f"Others on this computer can look into {folder}: chmod 700 {folder}"
        )
    else:
        yield Finding(
            "keys",
            "ok",
            f"{folder} holds the keys, and only their owner can read them. "
            "Is a copy of them in a safe?",
        )
    if warning := private_key_here(settings):
        yield Finding("keys", "wrong", warning)
    yield from _of_file(
        "authority",
        folder / "authority.crt",
        now_ms,
        "ask for help: every board has to get another one",
    )


async def of_buses(ask: Questions, now_ms: int) -> AsyncIterator[Finding]:
    rows = await ask.ask(
        "SELECT fleet, bus, ends_ms FROM identities WHERE revoked_ms IS NULL AND "
        "how = 'certificate' AND ends_ms IS NOT NULL ORDER BY ends_ms"
    )
    soon = [row for row in rows if row[2] < now_ms + _SOON_MS]
    if soon:
        fleet, bus, ends_ms = soon[0]
        yield ending(
            "identities",
            f"The certificate of {len(soon)} of {len(rows)} buses ends soon; that of {fleet}/{bus}",
            ends_ms,
            now_ms,
            "give them others (make enrol BUS=... ROTATE=1, then make deploy)",
        )
    elif rows:
        yield Finding(
            "identities",
            "ok",
            f"{len(rows)} buses have certificates; the first one is "
            f"good for {days(rows[0][2] - now_ms)} more.",
        )


def _of_file(part: str, path: Path, now_ms: int, do: str) -> Iterator[Finding]:
    try:
        found = x509.load_pem_x509_certificate(path.read_bytes())
    except (OSError, ValueError):
        yield Finding(part, "wrong", f"{path} holds no certificate that can be read.")
        return
    ends_ms = int(found.not_valid_after_utc.timestamp()) * 1000
    yield ending(part, f"The certificate {path}", ends_ms, now_ms, do)


def _can_read(path: Path) -> bool:
    try:
        return bool(path.read_bytes())
    except OSError:
        return False
