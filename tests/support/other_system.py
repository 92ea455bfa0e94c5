"""An HTTP server on this computer that keeps what it was sent, and answers as the test wants."""

import contextlib
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit


class OtherSystem:
    def __init__(self):
        self.came = []
        """(path, query, headers, body)"""
        self.status, self.body = 204, b""
        self.drips_s = None
        """Between two bytes of an answer without end."""

    @property
    def url(self):
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self):
        kept = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                asked = urlsplit(self.path)
                kept.came.append((asked.path, dict(parse_qsl(asked.query)), self.headers, body))
                status = kept.status(kept.came[-1]) if callable(kept.status) else kept.status
                self.send_response(status)
                self.send_header(
                    "Content-Length", str(len(kept.body) if kept.drips_s is None else 60_000)
                )
                self.end_headers()
                self.wfile.write(kept.body)
                with contextlib.suppress(OSError):
                    while kept.drips_s is not None:
                        self.wfile.write(b" ")
                        time.sleep(kept.drips_s)

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()
