"""The frame index: which frames a video has, when each is shown, and how to know its picture again."""

from __future__ import annotations

import json
import struct
import zlib
from dataclasses import dataclass, fields
from fractions import Fraction
from functools import cached_property
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from backend.errors import BadInput

Kind = Literal["file", "images"]
Rotation = Literal[0, 90, 180, 270]

_MAGIC = b"TLFI\x01"
"""The last byte is the version: raise it when a field changes, and keep reading the old ones."""

_ARRAYS = {"stamps": "<i8", "fingerprints": "<u4", "key_frames": "<i4", "damaged": "<i4", "lost": "<i4"}


@dataclass(frozen=True, eq=False)
class FrameIndex:
    """Every frame of a video, in presentation order. Built once by `build_index`, stored as `to_bytes()`.

    Attributes:
        kind: "file" (FFmpeg decodes it) or "images" (a folder of numbered pictures).
        width, height: of the upright frame, pixels. Pixels are taken as they are coded: a sample aspect ratio
            other than 1 is not applied.
        rotation: degrees clockwise that make the coded picture upright; `mirrored`: then flipped left-right.
        frame_count: number of frames.
        stamps: int64 (n,), presentation time of each frame in units of `time_base`, strictly increasing; empty
            where the container's times are missing or contradict each other (and for images): frames are then
            found by counting from the start.
        time_base: seconds a unit of `stamps`.
        fingerprints: uint32 (n,), checksum of each decoded picture (`backend.video.stream.fingerprint`), 0 for
            damaged ones; empty for images.
        key_frames: int32 indices, ascending, where decoding may start.
        damaged: int32 indices of frames whose picture may not be the true one: those in `lost`, and those between
            a failure and the next key frame, which were decoded from what was left.
        lost: int32 indices of the damaged frames without any picture: they show the last good one.
        rate: average frames a second.
        codec, pixel_format, container: FFmpeg's names.
        decoder: what decoded it when the fingerprints were taken.
        size: bytes of the file; 0 for images.
        names: file names of the pictures in order; empty for a file.
    """

    kind: Kind
    width: int
    height: int
    rotation: Rotation
    mirrored: bool
    frame_count: int
    stamps: npt.NDArray[np.int64]
    time_base: Fraction
    fingerprints: npt.NDArray[np.uint32]
    key_frames: npt.NDArray[np.int32]
    damaged: npt.NDArray[np.int32]
    lost: npt.NDArray[np.int32]
    rate: Fraction
    codec: str
    pixel_format: str
    container: str
    decoder: str = ""
    size: int = 0
    names: tuple[str, ...] = ()

    def __len__(self) -> int:
        return self.frame_count

    @cached_property
    def times(self) -> npt.NDArray[np.float64]:
        """When each frame is shown: seconds after the first one, float64 (n,)."""
        if len(self.stamps):
            return (self.stamps - self.stamps[0]) * float(self.time_base)
        return np.arange(self.frame_count) / float(self.rate)

    @property
    def duration(self) -> float:
        """Seconds from the first frame to the end of the last."""
        return float(self.times[-1] + 1 / self.rate)

    @cached_property
    def shown(self) -> npt.NDArray[np.int64]:
        """For each frame, int64 (n,), the frame whose picture it shows: itself, or, where it is lost, the last good
        one (the first good one, where none came before)."""
        good = np.ones(self.frame_count, bool)
        good[self.lost] = False
        last_good = np.maximum.accumulate(np.where(good, np.arange(self.frame_count), -1))
        return np.where(last_good < 0, int(good.argmax()), last_good)

    def to_bytes(self) -> bytes:
        """Compact and versioned: about 8 bytes a frame of a file."""
        plain: dict[str, Any] = {f.name: getattr(self, f.name) for f in fields(self) if f.name not in _ARRAYS}
        plain |= {name: str(plain[name]) for name in ("time_base", "rate")}
        plain["lengths"] = {name: len(getattr(self, name)) for name in _ARRAYS}
        header = json.dumps(plain).encode()
        # Times and indices grow by nearly equal steps, and the steps pack to almost nothing.
        steps = (np.diff(getattr(self, name), prepend=0) if name != "fingerprints" else self.fingerprints
                 for name in _ARRAYS)
        arrays = b"".join(a.astype(kind).tobytes() for a, kind in zip(steps, _ARRAYS.values(), strict=True))
        return _MAGIC + zlib.compress(struct.pack("<I", len(header)) + header + arrays)

    @classmethod
    def from_bytes(cls, data: bytes) -> FrameIndex:
        """The index `to_bytes` wrote. Raises BadInput (`bad_frame_index`)."""
        try:
            if data[: len(_MAGIC)] != _MAGIC:
                raise ValueError("unknown version")
            body = zlib.decompress(data[len(_MAGIC) :])
            (length,) = struct.unpack_from("<I", body)
            plain: dict[str, Any] = json.loads(body[4 : 4 + length])
            offset = 4 + length
            for name, kind in _ARRAYS.items():
                array = np.frombuffer(body, kind, plain["lengths"][name], offset)
                offset += array.nbytes
                plain[name] = array if name == "fingerprints" else np.cumsum(array, dtype=kind)
            plain |= {name: Fraction(plain[name]) for name in ("time_base", "rate")}
            plain["names"] = tuple(plain["names"])
            del plain["lengths"]
            return cls(**plain)
        except (ValueError, KeyError, TypeError, struct.error, zlib.error) as error:
            raise BadInput("bad_frame_index", f"The stored frame index cannot be read: {error}.",
                           "Import the video again.") from error
