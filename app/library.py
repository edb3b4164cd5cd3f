"""The pictures of the videos of a project directory: where a file lies, its frame index, readers and JPEGs."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from pathlib import Path

from app.settings import Settings
from backend.errors import NotFound
from backend.video import FrameIndex, VideoReader
from backend.video.store import FrameStore, JpegKind, encode
from projects_db import videos
from projects_db.database import Database

OPEN_READERS = 4
"""Readers that models keep between clicks. One that was closed to make room starts again when it is used."""


class Library:
    """Frames of any video by its content hash. Any thread."""

    def __init__(self, db: Database, settings: Settings) -> None:
        self._db = db
        self._lock = threading.Lock()
        self._readers: OrderedDict[str, VideoReader] = OrderedDict()
        self._store = FrameStore(db.cache, self.locate, max_bytes=settings.frame_cache_bytes)

    def locate(self, content_hash: str) -> tuple[Path, FrameIndex, str]:
        """Where a video lies, its frame index, and what people call it. Raises NotFound."""
        with self._db.read() as session:
            found = videos.with_hash(session, content_hash)
            if not found:
                raise NotFound("no_such_video", "There is no such video.",
                               "Load the list of videos again: it may have been deleted.")
            index = videos.frame_index(session, found[0].id)
        paths = [self._db.directory / one.media_path for one in found]
        # The same content may lie in several places: a project may have copied what another uses where it lies.
        path = next((path for path in paths if path.exists()), paths[0])
        # Other projects may call the same content otherwise, which is not for everybody to know.
        name = found[0].name if len({one.name for one in found}) == 1 else "this video"
        return path, FrameIndex.from_bytes(index), name

    def jpeg(self, content_hash: str, frame: int, kind: JpegKind) -> bytes:
        """A frame as JPEG, "frame" at full size or "proxy". Raises NotFound, Unavailable."""
        return self._store.jpeg(content_hash, frame, kind)

    def reader(self, content_hash: str) -> VideoReader:
        """A new reader, which the caller closes."""
        return VideoReader(*self.locate(content_hash))

    def shared_reader(self, content_hash: str) -> VideoReader:
        """The reader that clicks on this video share; it stays open as long as it is among the last few used."""
        with self._lock:
            if content_hash in self._readers:
                self._readers.move_to_end(content_hash)
                return self._readers[content_hash]
        fresh = self.reader(content_hash)
        with self._lock:
            reader = self._readers.setdefault(content_hash, fresh)
            surplus = [self._readers.popitem(last=False)[1] for _ in range(len(self._readers) - OPEN_READERS)]
        for old in surplus:
            old.close()
        return reader

    def jpegs(self, content_hash: str, frames: Sequence[int]) -> Iterator[bytes]:
        """Frames as JPEG at full size, in the order given, past the cache: an export would push out what people see."""
        with self.reader(content_hash) as reader:
            for frame in frames:
                yield encode(reader[frame], "frame")

    def forget(self, content_hash: str) -> None:
        """Close what is open of a video that is deleted."""
        with self._lock:
            reader = self._readers.pop(content_hash, None)
        if reader is not None:
            reader.close()

    def close(self) -> None:
        """End every decoder."""
        with self._lock:
            readers = list(self._readers.values())
            self._readers.clear()
        for reader in readers:
            reader.close()
        self._store.close()
