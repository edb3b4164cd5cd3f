"""`launch.py [serve]`: open the workplace."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

PROJECT = Path("project")
"""The project directory used where none is named, under the current folder."""


def add_parser(subparsers: Any) -> None:
    """`launch.py [serve] [--project DIR] [--host H] [--port P] [--no-browser]`."""
    parser = subparsers.add_parser("serve", help="open the workplace (the default)")
    parser.add_argument("--project", type=Path, default=PROJECT, metavar="DIR",
                        help="the project directory, made where there is none (default: ./%(default)s)")
    parser.add_argument("--host", default="127.0.0.1", metavar="H",
                        help="address to listen on; all but this machine's own need accounts (default: %(default)s)")
    parser.add_argument("--port", type=_port, default=7860, metavar="P",
                        help="port to listen on (default: %(default)s)")
    parser.add_argument("--no-browser", action="store_true", help="do not open a browser window")
    parser.add_argument("--demo", type=Path, metavar="FILE", help="video that a new project directory starts with")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Serve until SIGTERM or Ctrl+C."""
    from app.server import serve  # Gradio takes seconds to import; `--help` need not wait for it
    from app.settings import Settings

    settings = Settings(project_dir=args.project, host=args.host, port=args.port, demo=args.demo)
    serve(settings, open_browser=not args.no_browser)
    return 0


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port < 2**16:
        raise argparse.ArgumentTypeError(f"{port} is no port: it goes from 0 (any that is free) to 65535")
    return port
