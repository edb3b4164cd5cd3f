"""What a server is started with."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from pathlib import Path

MIB = 2**20


@dataclass(frozen=True)
class Settings:
    """Fixed for the life of a server.

    Attributes:
        project_dir: the project directory; made where it does not exist.
        host, port: what the server binds to. Anything but loopback insists on accounts.
        demo: a video that a new, empty project directory starts with.
        frame_cache_bytes: disk space for frame and proxy JPEGs.
        upload_bytes: the largest video that may be uploaded.
        annotation_bytes: the largest annotation file that may be uploaded.
        json_bytes: the largest body of any other request.
        chunk_bytes: how much of an upload one request carries.
    """

    project_dir: Path
    host: str = "127.0.0.1"
    port: int = 7860
    demo: Path | None = None
    frame_cache_bytes: int = 4096 * MIB
    upload_bytes: int = 64 * 1024 * MIB
    annotation_bytes: int = 2048 * MIB
    json_bytes: int = 16 * MIB
    chunk_bytes: int = 8 * MIB

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach the server."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False
