"""Errors on their way out: one JSON shape for all of them (docs/http.md)."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from backend.errors import (
    BadInput,
    Conflict,
    Forbidden,
    Locked,
    NotFound,
    ThroughlineError,
    Unavailable,
    of_disk,
    of_memory,
)

log = logging.getLogger("throughline")

STATUS: dict[type[ThroughlineError], int] = {
    BadInput: 422, NotFound: 404, Conflict: 409, Locked: 423, Forbidden: 403, Unavailable: 503,
}

HTTP_WORDS = {
    400: ("bad_request", "See docs/http.md for what this request takes."),
    413: ("too_large", "Send less, or put the file on the server and import it by its path."),
    404: ("not_found", "Check the address."),
    405: ("method_not_allowed", "See docs/http.md for what can be done here."),
}
"""Code and remedy of refusals that the framework makes by itself."""


class Unauthenticated(ThroughlineError):
    """Nobody is signed in. HTTP 401."""


class TooLarge(HTTPException):
    """A body over its limit. HTTP 413. No ThroughlineError, since it is raised while FastAPI reads the body."""

    def __init__(self, limit: int) -> None:
        super().__init__(413, f"This request is larger than the {limit:,} bytes that are allowed here.")


def error_response(
    status: int, code: str, message: str, remedy: str, details: dict[str, Any] | None = None
) -> JSONResponse:
    """The one shape of an error."""
    body = {"error": code, "message": message, "remedy": remedy, "details": details or {}}
    return JSONResponse(body, status, headers={"Cache-Control": "no-store"})


def response_of(error: ThroughlineError) -> JSONResponse:
    """The response that says what an error says."""
    status = 401 if isinstance(error, Unauthenticated) else next(
        (STATUS[cls] for cls in type(error).__mro__ if cls in STATUS), 500
    )
    return error_response(status, error.code, error.message, error.remedy, error.details)


def install(app: FastAPI, may_see_paths: Callable[[Request], Awaitable[bool]]) -> None:
    """Make every error of this application leave in that shape.

    Args:
        may_see_paths: whether the person who asks may know where files lie on the server.
    """

    @app.exception_handler(ThroughlineError)
    async def known(request: Request, error: ThroughlineError) -> JSONResponse:
        path = error.details.pop("path", None)
        if path is not None and await may_see_paths(request):
            error.remedy = f"Put it back at {path}."
        return response_of(error)

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        # What was sent is not echoed: it may be huge, or text that cannot be encoded.
        problems = [
            {"where": ".".join(str(part) for part in problem["loc"])[:200], "what": problem["msg"][:300]}
            for problem in error.errors()[:10]
        ]
        first = problems[0]
        return error_response(422, "bad_request", f"{first['where']}: {first['what']}.",
                              "See docs/http.md for what this request takes.", {"problems": problems})

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> JSONResponse:
        code, remedy = HTTP_WORDS.get(error.status_code, ("refused", "See docs/http.md."))
        return error_response(error.status_code, code, str(error.detail), remedy)

    @app.exception_handler(OSError)
    async def disk(request: Request, error: OSError) -> JSONResponse:
        known = of_disk(error)
        return await unexpected(request, error) if known is None else response_of(known)

    @app.exception_handler(Exception)
    async def unexpected(request: Request, error: Exception) -> JSONResponse:
        if (known := of_memory(error)) is not None:
            return response_of(known)
        number = secrets.token_hex(4)
        log.error("error %s in %s %s", number, request.method, request.url.path, exc_info=error)
        return error_response(500, "internal", f"Something broke in the server (error {number}).",
                              "Look for this number in the server's output and report it.")
