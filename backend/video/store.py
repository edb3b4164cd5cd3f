"""Frames and proxies as JPEG for pages: cached in memory and on disk, made ahead of a person who steps or scrubs."""

from __future__ import annotations

import logging
import re
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Literal, get_args

import cv2

from backend.errors import NotFound, Unavailable
from backend.video.cache import ByteCache
from backend.video.disk import DiskCache
from backend.video.index import FrameIndex
from backend.video.reader import Array, VideoReader

log = logging.getLogger(__name__)

JpegKind = Literal["frame", "proxy"]
Locate = Callable[[str], tuple[Path, FrameIndex, str]]
"""content hash -> where the video is, and its index. Raises NotFound. Called when a video is opened."""

PROXY_WIDTH = 480
"""Pixels, at most."""
_QUALITY = {"frame": 92, "proxy": 80}
_AHEAD = {"frame": 8, "proxy": 32}
"""How many frames are made before they are asked for."""
_MAX_FRAMES = 1 << 31
"""A larger number is no frame of any index, and is not made a file name of."""
_READERS = 3
_READER_BYTES = 192 << 20
_IDLE_SECONDS = 120.0
"""After which a video nobody asks for is closed."""


class FrameStore:
    """JPEGs of frames by (content hash, frame, kind). Thread-safe.

    Args:
        cache_dir: a folder of its own; made where it is missing, and may be deleted at any time.
        locate: finds the video of a content hash: its path, frame index, and what people call it.
        max_bytes: on disk. What was used least recently goes first.
        memory_bytes: of JPEGs in memory.
    """

    def __init__(self, cache_dir: Path, locate: Locate, *, max_bytes: int = 4 << 30,
                 memory_bytes: int = 64 << 20) -> None:
        self._memory: ByteCache[tuple[str, int, JpegKind], bytes] = ByteCache(memory_bytes)
        self._disk = DiskCache(cache_dir, max_bytes)
        self._readers = _Readers(locate)
        self._ahead = _Ahead(self._make, self._readers)

    def jpeg(self, content_hash: str, frame: int, kind: JpegKind) -> bytes:
        """A frame at full size, or its proxy (at most 480 pixels wide), as JPEG.

        Raises NotFound (`no_such_video`, `no_such_frame`), Unavailable as `VideoReader`.
        """
        if not re.fullmatch(r"[0-9a-f]{64}", content_hash) or kind not in get_args(JpegKind):
            raise NotFound("no_such_video", "There is no such video.", "Reload the page.")
        if not 0 <= frame < _MAX_FRAMES:
            raise _no_frame(frame)
        self._ahead.pause()
        try:
            return self._make(content_hash, frame, kind)
        finally:
            self._ahead.aim(content_hash, frame, kind)

    def has(self, content_hash: str, frame: int, kind: JpegKind) -> bool:
        """Whether it is cached, in memory or on disk."""
        return (content_hash, frame, kind) in self._memory or self._name(content_hash, frame, kind) in self._disk

    def close(self) -> None:
        """Stop working ahead and close every video."""
        self._ahead.close()
        self._readers.close()

    def _make(self, content_hash: str, frame: int, kind: JpegKind) -> bytes:
        key, name = (content_hash, frame, kind), self._name(content_hash, frame, kind)
        kept = self._memory.get(key)
        if kept is None and (kept := self._disk.get(name)) is None:
            kept = encode(self._readers.frame(content_hash, frame), kind)
            self._disk.put(name, kept)
        self._memory.put(key, kept, len(kept))
        return kept

    def _name(self, content_hash: str, frame: int, kind: JpegKind) -> str:
        return f"{content_hash}/{kind}-{frame}.jpg"


def encode(picture: Array, kind: JpegKind) -> bytes:
    """JPEG of an RGB picture, uint8 (h, w, 3); a proxy is scaled down first."""
    height, width = picture.shape[:2]
    if kind == "proxy" and width > PROXY_WIDTH:
        size = PROXY_WIDTH, max(1, round(height * PROXY_WIDTH / width))
        picture = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)  # type: ignore[assignment]
    bgr = cv2.cvtColor(picture, cv2.COLOR_RGB2BGR)
    ok, data = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY[kind]])
    if not ok:
        raise Unavailable("jpeg_failed", f"A picture of {width}x{height} could not be written as JPEG.",
                          "Free some memory, then load the page again.")
    return data.tobytes()


def _no_frame(frame: int) -> NotFound:
    return NotFound("no_such_frame", f"The video has no frame {str(frame)[:20]}.", "Reload the page.")


class _Readers:
    """A few open videos; the one used least recently is closed for another. A closed reader that a thread still holds
    opens itself again, so closing needs no agreement."""

    def __init__(self, locate: Locate) -> None:
        self._locate = locate
        self._open: OrderedDict[str, tuple[VideoReader, float]] = OrderedDict()
        self._lock = threading.Lock()

    def frame(self, content_hash: str, frame: int) -> Array:
        """Raises NotFound, Unavailable."""
        try:
            return self._reader(content_hash)[frame]
        except IndexError as error:
            raise _no_frame(frame) from error

    def length(self, content_hash: str) -> int:
        """Frames of a video."""
        return len(self._reader(content_hash))

    def close(self, idle_seconds: float = 0.0) -> None:
        """Close what nobody has used for so long."""
        with self._lock:
            old = [h for h, (_, used) in self._open.items() if time.monotonic() - used >= idle_seconds]
            readers = [self._open.pop(h)[0] for h in old]
        for reader in readers:
            reader.close()

    def _reader(self, content_hash: str) -> VideoReader:
        with self._lock:
            kept = self._open.get(content_hash)
        reader = kept[0] if kept else VideoReader(*self._locate(content_hash), cache_bytes=_READER_BYTES)
        with self._lock:
            reader = self._open.get(content_hash, (reader, 0.0))[0]  # another thread may have been first
            self._open[content_hash] = reader, time.monotonic()
            self._open.move_to_end(content_hash)
            surplus = self._open.popitem(last=False)[1][0] if len(self._open) > _READERS else None
        if surplus:
            surplus.close()
        return reader


class _Ahead:
    """One thread that makes the frames a person will likely ask for next: on in the direction they are going. A newer
    request turns it there at once."""

    def __init__(self, make: Callable[[str, int, JpegKind], bytes], readers: _Readers) -> None:
        self._make, self._readers = make, readers
        self._target: tuple[str, int, JpegKind, int] | None = None
        self._last: tuple[str, JpegKind, int] | None = None
        self._busy = 0
        self._closed = False
        self._turn = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="frames-ahead", daemon=True)
        self._thread.start()

    def pause(self) -> None:
        """Somebody waits for a frame: leave the decoder to them."""
        with self._turn:
            self._busy += 1
            self._target = None

    def aim(self, content_hash: str, frame: int, kind: JpegKind) -> None:
        """They have it: go on from there."""
        with self._turn:
            self._busy -= 1
            back = self._last is not None and self._last[:2] == (content_hash, kind) and frame < self._last[2]
            self._last = content_hash, kind, frame
            self._target = content_hash, frame, kind, (-1 if back else 1)
            self._turn.notify()

    def close(self) -> None:
        with self._turn:
            self._closed = True
            self._turn.notify()
        self._thread.join()

    def _run(self) -> None:
        while True:
            with self._turn:
                woken = self._turn.wait_for(lambda: self._closed or (self._target and not self._busy), _IDLE_SECONDS)
                if self._closed:
                    return
                target, self._target = self._target, None
            if woken and target:
                self._make_ahead(*target)
            else:
                self._readers.close(_IDLE_SECONDS)

    def _make_ahead(self, content_hash: str, frame: int, kind: JpegKind, step: int) -> None:
        try:
            stop = frame + step * (_AHEAD[kind] + 1)
            for ahead in range(frame + step, min(max(stop, -1), self._readers.length(content_hash)), step):
                if self._busy or self._target or self._closed:
                    return
                self._make(content_hash, ahead, kind)
        except (NotFound, Unavailable) as error:  # whoever asks for that frame is told; nobody asked for it yet
            log.info("not made ahead: %s", error)
