"""A process that can be killed: FFmpeg on a corrupt file may hang or crash, and must not take the server with it."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

from backend import errors
from backend.errors import Cancelled, ThroughlineError, Unavailable
from backend.video.source import Stop

HANG_SECONDS = 30.0
"""A process that has said nothing for so long is taken to hang: it reports every packet, and none takes seconds."""

_SPAWN = multiprocessing.get_context("spawn")
"""A fork would copy the server's threads and locks half-way."""

_LOOK_AGAIN_SECONDS = 0.1
_BEAT_SECONDS = 0.25


def shared_bytes(count: int) -> Any:
    """Memory that both sides see; pass it to a `Process` as an argument. It is gone with its last holder."""
    return _SPAWN.RawArray("B", count)


class Link:
    """The child's side: its messages to the parent. A parent that has gone ends the child (BrokenPipeError)."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._last = 0.0

    def beat(self, share: float | None = None) -> None:
        """Say that the work goes on, and how far it is (0..1); cheap enough for every packet."""
        now = time.monotonic()
        if now - self._last >= _BEAT_SECONDS:
            self._last = now
            self.connection.send(("beat", share))

    def fail(self, error: ThroughlineError) -> None:
        """Hand an error over."""
        self.connection.send(("error", (type(error).__name__, error.details, error.code, error.message, error.remedy)))

    def reply(self, value: Any) -> None:
        """Hand the result over."""
        self.connection.send(("reply", value))


class Process:
    """The parent's side of one child that runs `target(link, *args)`. Used by one thread at a time.

    Args:
        name: of the file it works on, for messages.
        target: a function of a module, so that a fresh interpreter can import it.
        hang_seconds: silence after which it is killed.
    """

    def __init__(self, name: str, target: Callable[..., None], *args: Any, hang_seconds: float = HANG_SECONDS) -> None:
        self._name = name
        self._hang_seconds = hang_seconds
        self.connection, theirs = _SPAWN.Pipe()
        self._process = _SPAWN.Process(target=_run, args=(theirs, target, args), daemon=True)
        self._process.start()
        theirs.close()  # so that the end of the child is the end of the pipe

    def ask(self, request: Any) -> Any:
        """Send a request and wait for its reply."""
        try:
            self.connection.send(request)
        except BrokenPipeError:
            raise self._died() from None
        return self.wait()

    def wait(self, progress: Callable[[float], None] | None = None, cancelled: Stop | None = None) -> Any:
        """The child's next reply. Raises what the child handed over, Cancelled, and Unavailable where the child hangs
        (`decoder_hung`) or has died (`decoder_died`); in these three the child is ended."""
        heard = time.monotonic()
        while True:
            if cancelled and cancelled():
                self.close()
                raise Cancelled("cancelled", f"Reading {self._name} was cancelled.", "Start it again.")
            if not self.connection.poll(_LOOK_AGAIN_SECONDS):
                if time.monotonic() - heard > self._hang_seconds:
                    self.close()
                    raise Unavailable("decoder_hung", f"Decoding {self._name} hung, and was stopped.",
                                      "The file is probably corrupt: convert it to MP4 (H.264) and import that.")
                continue
            try:
                kind, value = self.connection.recv()
            except (EOFError, ConnectionResetError):
                raise self._died() from None
            heard = time.monotonic()
            if kind == "reply":
                return value
            if kind == "error":
                class_name, details, *rest = value
                raise getattr(errors, class_name)(*rest, **details)
            if progress and value is not None:
                progress(value)

    @property
    def ended(self) -> bool:
        """Whether the child is gone; it answers nothing any more."""
        return self.connection.closed

    def close(self) -> None:
        """End the child, whatever it is doing."""
        self.connection.close()
        self._process.kill()
        self._process.join()

    def _died(self) -> Unavailable:
        self._process.join(1)  # it has closed its end; give it the moment it needs to leave its exit code
        self.close()
        return Unavailable("decoder_died", f"The decoder crashed on {self._name} (exit {self._process.exitcode}).",
                           "The file is probably corrupt: convert it to MP4 (H.264) and import that.")


def _run(connection: Connection, target: Callable[..., None], args: tuple[Any, ...]) -> None:
    """In the child."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent decides
    link = Link(connection)
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # the parent has gone: nobody wants the result
        try:
            target(link, *args)
        except ThroughlineError as error:
            link.fail(error)


def be_nice() -> None:
    """Give way to people who wait for a click (where the system knows how)."""
    if hasattr(os, "nice"):
        os.nice(5)
