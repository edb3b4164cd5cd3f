"""What every request passes before a route sees it (host, origin, CSRF token, body size), and every response's headers.

These are middleware and not dependencies, so that a new route cannot forget them.
"""

from __future__ import annotations

import hmac
import math
import threading
import time
from collections.abc import Awaitable, Callable
from urllib.parse import urlencode, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.errors import TooLarge, error_response
from app.settings import Settings

COOKIE = "throughline"
CSRF_HEADER = "x-throughline-csrf"
SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})
LONGEST_PATH = 2000

# Gradio runs the start-up code of its components through `Function`, hence 'unsafe-eval', and has inline scripts.
PAGE_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; "
    "media-src 'self' blob:; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)
API_POLICY = "default-src 'none'; frame-ancestors 'none'"
HEADERS = {
    "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin",
}


class SecurityHeaders:
    """Adds the headers that keep other sites from reading, framing or running what we serve."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        is_api = scope["path"].startswith("/api/")

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("Content-Security-Policy", API_POLICY if is_api else PAGE_POLICY)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                if is_api:
                    headers.setdefault("Cache-Control", "no-store")
            await send(message)

        await self.app(scope, receive, send_with_headers)


class KnownHost:
    """Refuses requests that were sent to a name that is not ours: one that somebody else's DNS points here, which would
    make their pages ours.

    Args:
        hosts: names and addresses without ports; None for any.
    """

    def __init__(self, app: ASGIApp, hosts: frozenset[str] | None) -> None:
        self.app = app
        self.hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.hosts is None or scope["type"] == "lifespan" or _hostname(Headers(scope=scope)) in self.hosts:
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            response = error_response(400, "wrong_host", "This server is not known by the name in the address.",
                                      "Use the address it printed when it started, which begins with http://127.0.0.1.")
            await response(scope, receive, send)


def _hostname(headers: Headers) -> str | None:
    try:
        return urlsplit(f"//{headers.get('host', '')}").hostname
    except ValueError:
        return None


class BodyLimit:
    """Refuses bodies over the limit of their route, by what they say and by what they send."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self.settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in SAFE_METHODS:
            await self.app(scope, receive, send)
            return
        limit = self._limit(scope)
        declared = Headers(scope=scope).get("content-length", "0")
        if not declared.isdigit() or int(declared) > limit:
            response = error_response(413, "too_large", str(TooLarge(limit).detail), "Send less at a time.")
            await response(scope, receive, send)
            return
        seen = 0

        async def receive_counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > limit:
                raise TooLarge(limit)
            return message

        await self.app(scope, receive_counted, send)

    def _limit(self, scope: Scope) -> int:
        path = scope["path"]
        if scope["method"] == "PATCH" and path.startswith("/api/uploads/"):
            return self.settings.chunk_bytes
        if path.startswith("/api/projects/") and path.endswith("/annotations"):
            return self.settings.annotation_bytes
        return self.settings.json_bytes


class Guard:
    """Refuses requests that another site made a signed-in browser send, and sends visitors to the login page.

    Args:
        is_signed_in: whether a request has a person behind it.
    """

    def __init__(self, app: ASGIApp, is_signed_in: Callable[[Request], Awaitable[bool]]) -> None:
        self.app = app
        self.is_signed_in = is_signed_in

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        handler = await self._refusal(Request(scope)) if scope["type"] == "http" else None
        await (handler or self.app)(scope, receive, send)

    async def _refusal(self, request: Request) -> Response | None:
        path, safe = request.url.path, request.method in SAFE_METHODS
        if len(path) > LONGEST_PATH:
            return error_response(404, "not_found", "There is nothing at this address.", "Check the address.")
        if not safe and not same_origin(request):
            return error_response(403, "cross_origin", "Another site may not do this.", "Use Throughline's own pages.")
        if not safe and path.startswith("/api/") and not _starts_session(request) and not _has_token(request):
            return error_response(403, "csrf", "The CSRF token is missing or old.",
                                  "Reload the page; scripts send X-Throughline-CSRF with the token of GET /api/me.")
        wants_page = safe and path.startswith("/ui") and "text/html" in request.headers.get("accept", "")
        if wants_page and not await self.is_signed_in(request):
            wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
            return RedirectResponse(f"/login?{urlencode({'next': wanted})}", 303)
        return None


def same_origin(request: Request) -> bool:
    """Whether a request comes from our own pages, or from something that is no browser."""
    origin = request.headers.get("origin")
    if origin is not None:
        return urlsplit(origin).netloc == request.headers.get("host")
    return request.headers.get("sec-fetch-site", "same-origin") in ("same-origin", "none")


def _starts_session(request: Request) -> bool:
    return request.method == "POST" and request.url.path == "/api/session"


def _has_token(request: Request) -> bool:
    wanted, given = request.session.get("csrf", ""), request.headers.get(CSRF_HEADER, "")
    return bool(wanted) and hmac.compare_digest(wanted.encode(), given.encode())


class Throttle:
    """Slows down guessing: after `free` failures of a key, each further one doubles the wait, up to five minutes."""

    LONGEST = 300.0

    def __init__(self, free: int = 5, clock: Callable[[], float] = time.monotonic) -> None:
        self._free = free
        self._clock = clock
        self._lock = threading.Lock()
        self._failures: dict[str, tuple[int, float]] = {}

    def wait(self, key: str) -> int:
        """Seconds until the key may try again; 0: now."""
        with self._lock:
            failures, last = self._failures.get(key, (0, 0.0))
        if failures < self._free:
            return 0
        delay = min(self.LONGEST, 2.0 ** min(failures - self._free, 30))
        return max(0, math.ceil(last + delay - self._clock()))

    def failed(self, key: str) -> None:
        """Count a failure; keys without one for a while are forgotten."""
        now = self._clock()
        with self._lock:
            self._failures = {k: v for k, v in self._failures.items() if now - v[1] < 2 * self.LONGEST}
            self._failures[key] = (self._failures.get(key, (0, now))[0] + 1, now)

    def succeeded(self, key: str) -> None:
        """Forget the failures of a key."""
        with self._lock:
            self._failures.pop(key, None)
