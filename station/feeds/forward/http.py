"""One request, with bounds, and every failure as Away without the address: it may hold a token."""

from __future__ import annotations

import time
from typing import Any

import requests
from urllib3.exceptions import HTTPError

from station.feeds.forward.forwarder import Away

_PATIENCE_S = (3, 5)
"""Until it is connected, and between two pieces of the answer."""
_WHOLE_S = 10
"""Of an answer: one that drips would hold up all that is to be sent."""
_MOST_READ = 65_536


def answer(session: requests.Session, method: str, url: str, **more: Any) -> tuple[int, bytes]:
    """-> (status, the first 64 KB). Away."""
    try:
        with session.request(method, url, timeout=_PATIENCE_S, stream=True, allow_redirects=False,
                             **more) as response:  # fmt: skip
            return response.status_code, _read(response)
    except (requests.RequestException, HTTPError, OSError) as error:
        raise Away(type(error).__name__) from None


def _read(response: requests.Response) -> bytes:
    end_s = time.monotonic() + _WHOLE_S
    found = b""
    while len(found) < _MOST_READ:
        if time.monotonic() > end_s:
            raise Away("its answer does not end")
        some = response.raw.read1(_MOST_READ - len(found), decode_content=True)
        if not some:
            break
        found += some
    return found
