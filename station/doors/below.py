"""The station below a path of its host, such as https://example.org/busguard/.

A proxy takes the path off before it asks the station, or leaves it: here both become the same. The
pages write their addresses relative to each other (station/web/static/js/base.js).
"""

from __future__ import annotations

from starlette.responses import RedirectResponse


class Below:
    """ASGI middleware: takes the path off."""

    def __init__(self, app, root_path: str):
        self._app = app
        self._root = root_path

    async def __call__(self, scope, receive, send) -> None:
        if scope["type"] == "http":
            path = scope["path"]
            if path == self._root:  # without the slash, a page would look for its files beside it
                return await RedirectResponse(self._root + "/", 308)(scope, receive, send)
            if path.startswith(self._root + "/"):
                raw = scope.get("raw_path") or b""
                scope = {**scope, "path": path.removeprefix(self._root),
                         "raw_path": raw.removeprefix(self._root.encode())}  # fmt: skip
        await self._app(scope, receive, send)
