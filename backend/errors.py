"""The one family of errors a person may see.

Every error carries a stable `code`, a sentence that says what is wrong, and a `remedy` that says what to do.
The HTTP edge maps the classes to status codes once (`app/errors.py`); the command line prints the sentence
and the remedy.
"""

from __future__ import annotations

import errno
from pathlib import PurePath
from typing import Any


class ThroughlineError(Exception):
    """Something a person can act on.

    Args:
        code: stable, snake_case, for programs ("wrong_mask_size").
        message: one sentence that says what is wrong, with the values that matter.
        remedy: one sentence that says what to do about it.
        details: JSON-able facts a program may need (for example both masks of a conflict).
    """

    def __init__(self, code: str, message: str, remedy: str, **details: Any) -> None:
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


_NO_MEMORY = ("bad_alloc", "bad allocation", "failed to allocate memory", "out of memory")
_FULL = {errno.ENOSPC, errno.EDQUOT}
_REFUSED = {errno.EROFS, errno.EACCES, errno.EPERM}
_BROKEN = {errno.EIO, errno.ENOENT, errno.EEXIST, errno.ENOTDIR, errno.EISDIR, errno.ENAMETOOLONG, errno.ENOTEMPTY,
           errno.EXDEV, errno.EMFILE, errno.ENFILE, errno.ESTALE}


def of_memory(error: BaseException) -> Unavailable | None:
    """Memory that was not there, as something a person can act on; None where it is another matter.

    ONNX Runtime has no class of its own for it, only the words of the allocator.
    """
    words = str(error).lower()
    if not isinstance(error, MemoryError) and not any(sign in words for sign in _NO_MEMORY):
        return None
    return Unavailable("out_of_memory", "There is not enough memory for this.",
                       "What was stored stays. Close other programs, track fewer objects at a time, or choose a "
                       "smaller model. A model of the papers takes less with `python3 launch.py models use NAME "
                       "--precision bfloat16` (or `4bit`) or a smaller `--size`.")


def as_told(error: BaseException) -> BaseException:
    """What stopped a piece of work: where disk or memory did, as something a person can act on, else as it is."""
    return (of_disk(error) if isinstance(error, OSError) else None) or of_memory(error) or error


def of_disk(error: OSError) -> Unavailable | None:
    """What the file system says, as something a person can act on; None where it is no matter of files.

    The message has the name of the file but not its folder: it may reach people who are not to know where that is.
    """
    reason = error.strerror or str(error)
    about = f"{PurePath(error.filename).name}: {reason}" if isinstance(error.filename, str) else reason
    if error.errno in _FULL:
        return Unavailable("disk_full", f"The disk is full ({about}); nothing was changed.",
                           "Free some space, then do it again.")
    if error.errno in _REFUSED:
        return Unavailable("not_writable", f"The disk refuses this ({about}).",
                           "Check who owns the folder, and whether its disk is mounted read-only.")
    if error.errno in _BROKEN:
        return Unavailable("disk_failed", f"A file cannot be used ({about}).",
                           "Check that the path exists, that nothing else lies there, and the health of the disk.")
    return None
