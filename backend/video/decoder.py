"""The decoding side of a reader: frame i of a file, exactly. Runs in the reader's process."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from av.container import InputContainer
from av.video.frame import VideoFrame

from backend.errors import BadInput, Unavailable
from backend.video import stream
from backend.video.cache import ByteCache
from backend.video.index import FrameIndex
from backend.video.process import Link

log = logging.getLogger(__name__)


def serve(link: Link, path: Path, name: str, index: bytes, cache_bytes: int, shared: Any) -> None:
    """In the child: put each frame that is asked for into `shared` (bytes, height * width * 3), until the parent hangs
    up. While somebody goes through the frames in order, the next one is decoded as they work on the last."""
    decoder = Decoder(path, name, FrameIndex.from_bytes(index), cache_bytes, link)
    previous = -1
    while True:
        try:
            wanted = link.connection.recv()
        except EOFError:
            return
        try:
            np.frombuffer(shared, np.uint8)[:] = decoder.frame(wanted).ravel()
        except Unavailable as error:
            link.fail(error)
        else:
            link.reply(None)
        if wanted == previous + 1 and not link.connection.poll():
            decoder.prepare(wanted + 1)
        previous = wanted


class Decoder:
    """Frames of one file by index.

    A frame is found by its time stamp after a seek to a key frame (without usable time stamps: by counting from the
    start), and it must have the fingerprint the index gives it. Where it has not (a key frame after which not all is
    there, a container that seeks elsewhere), decoding starts again from farther back, at last from the start of the
    file.

    Args:
        name: what people call the video.
        cache_bytes: decoded frames kept, so that going backward decodes each stretch between key frames once.
    """

    def __init__(self, path: Path, name: str, index: FrameIndex, cache_bytes: int, link: Link) -> None:
        self._path, self._name, self._index, self._link = path, name, index, link
        self._cache: ByteCache[int, VideoFrame] = ByteCache(cache_bytes)
        self._container: InputContainer | None = None
        self._walk: Iterator[tuple[int, VideoFrame]] = iter(())
        self._next: int | None = None
        """The earliest frame the walk may still give; None when there is no walk."""
        self._fingerprints = index.fingerprints.copy()
        """Expected; 0 where nothing is."""
        self._same_file = False
        """Whether frame 0 came out right the last time it was decoded."""
        self._ready: tuple[int, npt.NDArray[np.uint8]] | None = None

    def prepare(self, index: int) -> None:
        """Have a frame ready before it is asked for. Where it fails, asking for it says so."""
        if index < len(self._index):
            with contextlib.suppress(Unavailable):
                self._ready = index, self.frame(index)

    def frame(self, index: int) -> npt.NDArray[np.uint8]:
        """The upright frame: RGB, uint8 (height, width, 3).

        Raises Unavailable: `video_missing`, `video_changed`.
        """
        if self._ready and self._ready[0] == index:
            return self._ready[1]
        wanted = int(self._index.shown[index])
        found = self._cache.get(wanted) or self._go_on(wanted) or self._start_over(wanted)
        size = self._index.width, self._index.height
        return stream.upright(found, size, self._index.rotation, self._index.mirrored)

    def _go_on(self, wanted: int) -> VideoFrame | None:
        """From where the walk is, unless it is past the frame or a key frame lies between."""
        if self._next is None or not self._index.key_frames[self._start_of(wanted)] <= self._next <= wanted:
            return None
        return self._walk_to(wanted)

    def _start_over(self, wanted: int) -> VideoFrame:
        """From the key frame at or before it, then from twice as far back each time, at last from the start."""
        start, back = self._start_of(wanted), 1
        while True:
            self._begin(int(self._index.key_frames[start]))
            if found := self._walk_to(wanted):
                return found
            if start == 0:
                break
            start, back = max(0, start - back), 2 * back
        self._expect_less(wanted)
        return self._start_over(wanted)

    def _expect_less(self, wanted: int) -> None:
        """Not even from the start does the frame come out right. Take it as it comes next time, if the file is the one
        that was indexed. Raises Unavailable (`video_changed`)."""
        same_decoder = self._index.decoder == stream.decoder_version()
        if not self._fingerprints[wanted] or (same_decoder and not self._same_file):
            raise self._changed(f"frame {wanted} is not there any more")
        if same_decoder:
            log.warning("frame %d of %s is damaged: it decodes differently each time", wanted, self._path.name)
            self._fingerprints[wanted] = 0
        else:
            log.warning("%s decodes to other bits here (%s) than where it was indexed (%s): frames are known by their "
                        "time stamps alone", self._path.name, stream.decoder_version(), self._index.decoder)
            self._fingerprints[:] = 0

    def _start_of(self, wanted: int) -> int:
        """Position in `key_frames` of the one at or before a frame."""
        return int(np.searchsorted(self._index.key_frames, wanted, "right")) - 1

    def _walk_to(self, wanted: int) -> VideoFrame | None:
        """Decode on to a frame, keeping what comes by. None where it does not come, or comes out wrong."""
        for at, frame in self._walk:
            self._next = at + 1
            right = self._is_right(at, frame)
            if right:
                self._cache.put(at, frame, stream.bytes_of(frame))
            if at >= wanted:
                return frame if right and at == wanted else None
        self._next = None
        return None

    def _is_right(self, at: int, frame: VideoFrame) -> bool:
        expected = self._fingerprints[at]
        right = expected == 0 or stream.fingerprint(frame) == expected
        if at == 0:
            self._same_file = bool(right)
        return bool(right)

    def _begin(self, start: int) -> None:
        """Start a new walk at a key frame. Frame 0 means opening the file anew, as it was when it was indexed."""
        if self._container is None or start == 0:
            self._open()
        assert self._container is not None
        if start > 0:
            stamp = int(self._index.stamps[start])
            self._container.seek(stamp, stream=self._video)
        pictures = stream.walk(self._container, self._video, lambda packet: self._link.beat())
        frames = (p for p in pictures if p.frame is not None)
        self._walk = self._by_stamp(frames) if len(self._index.stamps) else self._counted(frames)
        self._next = start

    def _open(self) -> None:
        if self._container is not None:
            self._container.close()
            self._container = None
        if not self._path.is_file():
            raise Unavailable("video_missing", f"The file of {self._name} is not where it was imported from.",
                              "Put it back there, or tell an owner of the workplace, who sees where that is.",
                              path=str(self._path))
        if self._path.stat().st_size != self._index.size:
            raise self._changed("its size is another")
        try:
            self._container, self._video = stream.open_video(self._path)
        except BadInput as error:
            raise self._changed(error.message) from error

    def _counted(self, pictures: Iterator[stream.Picture]) -> Iterator[tuple[int, VideoFrame]]:
        for at, picture in zip(range(len(self._index)), pictures, strict=False):
            assert picture.frame is not None
            yield at, picture.frame

    def _by_stamp(self, pictures: Iterator[stream.Picture]) -> Iterator[tuple[int, VideoFrame]]:
        """Pictures the index does not have, or has as lost, are leftovers of a seek or a failure, and passed over."""
        stamps, shown = self._index.stamps, self._index.shown
        for picture in pictures:
            if picture.stamp is None or picture.frame is None:
                continue
            at = int(np.searchsorted(stamps, picture.stamp))
            if at < len(stamps) and stamps[at] == picture.stamp and shown[at] == at:
                yield at, picture.frame

    def _changed(self, why: str) -> Unavailable:
        return Unavailable("video_changed", f"The file of {self._name} is not the one that was imported: {why}.",
                           "Put the original file back, or import this one as a new video.")
