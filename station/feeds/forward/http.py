"""One request, with bounds, and every failure as Away without the address: it may hold a token."""

from __future__ import annotations

from typing import Any

import requests

from station.feeds.forward.forwarder import Away

_PATIENCE_S = (3, 5)
"""Until it is connected, and between two pieces of the answer."""
_MOST_READ = 65_536


def answer(session: requests.Session, method: str, url: str, **more: Any) -> tuple[int, bytes]:
    """-> (status, the first 64 KB). Away."""
    try:
        with session.request(method, url, timeout=_PATIENCE_S, stream=True, allow_redirects=False,
                             **more) as response:  # fmt: skip
            return response.status_code, response.raw.read(_MOST_READ, decode_content=True) or b""
    except (requests.RequestException, OSError) as error:
        raise Away(type(error).__name__) from None
