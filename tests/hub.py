"""A server on this machine that speaks what the Hugging Face hub speaks: repositories, sizes, checksums, ranges.

As on the hub a file's address redirects to where its bytes are.
"""

from __future__ import annotations

import hashlib
import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

REVISION = "0123456789abcdef0123456789abcdef01234567"
LARGE = 1000
"""Bytes from which a file is stored as a large one, with a SHA-256."""


class Hub:
    """Serves until it is closed.

    Attributes:
        files: {repository: {file: bytes}}.
        damaged: files whose bytes come other than they are said to be.
        stops_after: files that stop coming after so many bytes of an answer, without an end of the connection.
        asked: the `Range` headers of the downloads, in their order; None where there was none.
        gated: repositories whose files ask for an accepted licence.
    """

    def __init__(self) -> None:
        self.files: dict[str, dict[str, bytes]] = {}
        self.damaged: set[str] = set()
        self.stops_after: dict[str, int] = {}
        self.asked: list[str | None] = []
        self.gated: set[str] = set()
        self.closing = threading.Event()
        hub = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                hub.answer(self)

            def do_HEAD(self) -> None:
                hub.answer(self)

            def log_message(self, *args: Any) -> None:
                """Nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop."""
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        """One request."""
        path = request.path.split("?")[0]
        if match := re.fullmatch(r"/api/models/([^/]+/[^/]+)", path):
            self._about(request, match[1])
        elif match := re.fullmatch(rf"/([^/]+/[^/]+)/resolve/{REVISION}/(.+)", path):
            _send(request, 302, b"", {"Location": f"/cdn/{match[1]}/{match[2]}"})
        elif match := re.fullmatch(r"/cdn/([^/]+/[^/]+)/(.+)", path):
            self._file(request, match[1], match[2])
        else:
            _send(request, 404, b"{}")

    def _about(self, request: BaseHTTPRequestHandler, repository: str) -> None:
        if repository in self.gated:
            _send(request, 403, b"{}", {"X-Error-Code": "GatedRepo"})
        elif repository not in self.files:
            _send(request, 404, b"{}", {"X-Error-Code": "RepoNotFound"})
        else:
            listed = [_sibling(name, content) for name, content in self.files[repository].items()]
            _send(request, 200, json.dumps({"id": repository, "sha": REVISION, "siblings": listed}).encode())

    def _file(self, request: BaseHTTPRequestHandler, repository: str, name: str) -> None:
        content = self.files[repository][name]
        if name in self.damaged:
            content = content[:-1] + bytes([content[-1] ^ 1])
        asked = request.headers.get("Range")
        self.asked.append(asked)
        start = int(asked.removeprefix("bytes=").split("-")[0]) if asked else 0
        body = content[start:]
        headers = {"Content-Range": f"bytes {start}-{len(content) - 1}/{len(content)}"} if asked else {}
        stop = self.stops_after.get(name)
        _send(request, 206 if asked else 200, body[:stop], headers, length=len(body))
        if stop is not None:
            self.closing.wait()


def _sibling(name: str, content: bytes) -> dict[str, Any]:
    git = hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()
    about: dict[str, Any] = {"rfilename": name, "size": len(content), "blobId": git}
    if len(content) >= LARGE:
        about["lfs"] = {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content), "pointerSize": 130}
    return about


def _send(
    request: BaseHTTPRequestHandler, status: int, body: bytes, headers: dict[str, str] | None = None,
    length: int | None = None,
) -> None:
    request.send_response(status)
    for name, value in {**(headers or {}), "Content-Length": str(len(body) if length is None else length)}.items():
        request.send_header(name, value)
    request.end_headers()
    if request.command != "HEAD":
        request.wfile.write(body)
        request.wfile.flush()
