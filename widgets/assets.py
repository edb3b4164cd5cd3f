"""Serves the ES modules, style sheets and words of the widgets under one content-hashed, immutable prefix.

All files share one digest, so the relative imports between modules keep working and a new version never mixes with a
cached old one.
"""

from __future__ import annotations

import gzip
import hashlib
import posixpath
import re
from functools import cache
from pathlib import Path

from fastapi import FastAPI, HTTPException, Request, Response

PREFIX = "/assets"
_ROOT = Path(__file__).parent
# Fixed here: `mimetypes` asks the machine, and a machine that calls .js text/plain makes browsers refuse the modules.
_MEDIA_TYPES = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml",
                ".json": "application/json"}
_IMPORT = re.compile(r'^(?:import|export)\b[^;"]*"(\.[^"]+)";', re.MULTILINE)


@cache
def _files() -> dict[str, bytes]:
    """Every asset by its name relative to this folder ("js/workspace.js"), read once."""
    found = sorted(path for folder in ("js", "css", "words") for path in (_ROOT / folder).rglob("*"))
    return {
        path.relative_to(_ROOT).as_posix(): path.read_bytes() for path in found if path.suffix in _MEDIA_TYPES
    }


@cache
def _digest() -> str:
    total = hashlib.sha256()
    for name, content in _files().items():
        total.update(f"{name}\0{len(content)}\0".encode())
        total.update(content)
    return total.hexdigest()[:16]


def asset_url(name: str) -> str:
    """The address of an asset ("js/workspace.js", "css/workspace.css").

    Raises:
        FileNotFoundError: there is no such asset.
    """
    if name not in _files():
        raise FileNotFoundError(f"widgets/{name} is no asset; known are js/**, css/** and words/**.")
    return f"{PREFIX}/{_digest()}/{name}"


@cache
def modules_of(name: str) -> tuple[str, ...]:
    """A module and all that it imports, directly or not; what is imported by a call, later, is left out.

    Raises:
        FileNotFoundError: there is no such asset.
    """
    found: dict[str, None] = {}
    left = [name]
    while left:
        module = left.pop(0)
        if module not in found:
            asset_url(module)
            found[module] = None
            imports = _IMPORT.findall(_files()[module].decode())
            left += (posixpath.normpath(posixpath.join(posixpath.dirname(module), wanted)) for wanted in imports)
    return tuple(found)


def mount_assets(app: FastAPI) -> None:
    """Add the route `GET /assets/{digest}/{name}`. The files hold no data, so no session is asked for.

    Mount it before other routes: the page of a video asks for well over a hundred of them.
    """

    @app.get(PREFIX + "/{digest}/{name:path}", include_in_schema=False)
    async def asset(digest: str, name: str, request: Request) -> Response:
        if digest != _digest() or name not in _files():
            raise HTTPException(404, "There is no such asset now. A page of an older version must be reloaded.")
        headers = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}
        content = _files()[name]
        if "gzip" in request.headers.get("accept-encoding", ""):
            content, headers["Content-Encoding"] = _packed(name), "gzip"
        return Response(content, media_type=_MEDIA_TYPES[Path(name).suffix], headers=headers)


@cache
def _packed(name: str) -> bytes:
    return gzip.compress(_files()[name])
