"""Running the server: the address, the start, the end."""

from __future__ import annotations

import os
import socket
import webbrowser

import uvicorn

from app.main import create_app
from app.settings import Settings
from app.workplace import Workplace
from backend.errors import Unavailable

SECONDS_TO_STOP = 2
"""How long open requests may take after the server was asked to stop."""


class _Server(uvicorn.Server):
    """Says where it is once it can be used."""

    def __init__(self, config: uvicorn.Config, workplace: Workplace, address: str, *, open_browser: bool) -> None:
        super().__init__(config)
        self.workplace = workplace
        self.address = address
        self.open_browser = open_browser

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            print(f"Throughline is at {self.address}  (Ctrl+C stops it)", flush=True)  # noqa: T201
            if self.open_browser:
                webbrowser.open(self.address)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self.workplace.events.close()  # streams never end by themselves
        await super().shutdown(sockets)


def serve(settings: Settings, *, open_browser: bool = False) -> None:
    """Open the project directory and answer requests until SIGTERM or SIGINT.

    Raises:
        Unavailable: the address is taken.
        ThroughlineError: the project directory cannot be opened, or accounts are missing.
    """
    with _listen(settings) as listener:
        host, port = listener.getsockname()[:2]
        shown = f"[{host}]" if ":" in host else host
        app = create_app(settings)
        config = uvicorn.Config(
            app, log_level="warning", access_log=False, server_header=False,
            timeout_graceful_shutdown=SECONDS_TO_STOP,
        )
        server = _Server(config, app.state.workplace, f"http://{shown}:{port}/", open_browser=open_browser)
        server.run(sockets=[listener])


def _listen(settings: Settings) -> socket.socket:
    """A listening socket. Raises Unavailable."""
    listener = None
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)[0]
        # The protocol is named because asyncio sets TCP_NODELAY only where it is: without it every reply that is sent
        # in two parts waits for the other side's delayed acknowledgement, some 40 ms.
        listener = socket.socket(family, kind, protocol)
        if os.name == "posix":  # elsewhere this option would let two servers share the port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(256)
    except OSError as error:
        if listener is not None:
            listener.close()
        raise Unavailable("address_taken", f"Cannot listen on {settings.host}:{settings.port}: {error.strerror}.",
                          "Stop the program that uses the port, or name another with --port.") from error
    return listener
