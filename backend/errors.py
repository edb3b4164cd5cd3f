"""The one family of errors a person may see.

Every error carries a stable `code`, a sentence that says what is wrong, and a `remedy` that says what to do.
The HTTP edge maps the classes to status codes once (`app/errors.py`); the command line prints the sentence
and the remedy.
"""

from __future__ import annotations

from typing import Any


class ThroughlineError(Exception):
    """Something a person can act on.

    Args:
        code: stable, snake_case, for programs ("wrong_mask_size").
        message: one sentence that says what is wrong, with the values that matter.
        remedy: one sentence that says what to do about it.
        details: JSON-able facts a program may need (for example both masks of a conflict).
    """

    def __init__(self, code: str, message: str, remedy: str = "", **details: Any) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.remedy = remedy
        self.details = details

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".strip()


class BadInput(ThroughlineError):
    """The request or file is wrong; nothing was changed. HTTP 422."""


class NotFound(ThroughlineError):
    """No such project, video, frame, object, run, ... HTTP 404."""


class Conflict(ThroughlineError):
    """Someone else changed the same thing first; `details` shows both. HTTP 409."""


class Locked(ThroughlineError):
    """The thing is read-only now (accepted video, locked object, barrier). HTTP 423."""


class Forbidden(ThroughlineError):
    """This person may not do this. HTTP 403."""


class Unavailable(ThroughlineError):
    """The machine cannot do it now: disk full, decoder killed, model without weights. HTTP 503."""


class Cancelled(ThroughlineError):
    """Somebody asked for the work to stop, and it did. Never reaches a request: the one who asked knows."""
