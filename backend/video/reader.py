"""A video's frames by index, for models and pages."""

from __future__ import annotations

import math
import threading
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from backend.video import decoder
from backend.video.cache import ByteCache
from backend.video.images import ImageFolder
from backend.video.index import FrameIndex
from backend.video.process import HANG_SECONDS, Process, shared_bytes

Array = npt.NDArray[np.uint8]

CACHE_BYTES = 256 << 20
_SHARE_OF_RGB = 4
"""A quarter of the cache holds finished frames here, the rest decoded ones (half the size each) in the decoder."""


class Source(Protocol):
    """Where a reader gets a frame it does not hold."""

    def picture(self, frame: int) -> Array:
        """RGB, uint8 (height, width, 3). Raises Unavailable."""
        ...

    def close(self) -> None:
        """Free what is held; `picture` takes it up again."""
        ...


class VideoReader:
    """The frames of one video; a `Frames` of the model seam.

    Frames come when asked for, decoded in a process of the reader's own. Going on by one frame never seeks; going
    back by one decodes the stretch from the last key frame once. Two users at different places (a run, a person
    scrubbing) want a reader each. Thread-safe.

    Args:
        path: file or folder, as it was indexed.
        name: what people call the video, for messages; default: its path's.
        cache_bytes: memory for frames, here and in the decoding process together.
        hang_seconds: silence of the decoder after which it is killed; the next frame asked for starts another.
    """

    def __init__(self, path: Path, index: FrameIndex, name: str = "", *, cache_bytes: int = CACHE_BYTES,
                 hang_seconds: float = HANG_SECONDS) -> None:
        self.index = index
        self.height, self.width = index.height, index.width
        here = cache_bytes // _SHARE_OF_RGB
        self._cache: ByteCache[int, Array] = ByteCache(here)
        self._lock = threading.Lock()
        name = name or path.name
        self._source: Source = (
            ImageFolder(path, name, index) if index.kind == "images"
            else _DecodedFile(path, name, index, cache_bytes - here, hang_seconds)
        )

    def __len__(self) -> int:
        return len(self.index)

    def __getitem__(self, index: int) -> Array:
        """The upright frame: RGB, uint8 (height, width, 3), read-only, 0 <= index < len.

        Raises IndexError, Unavailable (`decoder_hung`, `decoder_died`, `video_missing`, `video_changed`).
        """
        if not 0 <= index < len(self):
            raise IndexError(f"frame {index} of a video of {len(self)}")
        shown = int(self.index.shown[index])
        with self._lock:
            if (kept := self._cache.get(shown)) is not None:
                return kept
            picture = self._source.picture(shown)
            picture.flags.writeable = False
            self._cache.put(shown, picture, picture.nbytes)
            return picture

    def close(self) -> None:
        """Free process and memory. A reader that is used again takes them up again."""
        with self._lock:
            self._source.close()
            self._cache.clear()

    def __enter__(self) -> VideoReader:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


class _DecodedFile:
    """A file decoded in a process of its own, which is started when it is needed and again after it failed."""

    def __init__(self, path: Path, name: str, index: FrameIndex, cache_bytes: int, hang_seconds: float) -> None:
        self._path, self._name, self._index = path, name, index
        self._cache_bytes, self._hang_seconds = cache_bytes, hang_seconds
        self._shape = index.height, index.width, 3
        self._process: Process | None = None
        self._shared: Any = None

    def picture(self, frame: int) -> Array:
        if self._process is None or self._process.ended:
            self._shared = shared_bytes(math.prod(self._shape))
            self._process = Process(self._name, decoder.serve, self._path, self._name, self._index.to_bytes(),
                                    self._cache_bytes, self._shared, hang_seconds=self._hang_seconds)
        self._process.ask(frame)
        return np.frombuffer(self._shared, np.uint8).reshape(self._shape).copy()

    def close(self) -> None:
        if self._process is not None:
            self._process.close()
            self._process = self._shared = None
