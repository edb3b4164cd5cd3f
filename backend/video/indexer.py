"""Building the frame index: decode everything once, note every frame."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
from av.container import InputContainer
from av.packet import Packet
from av.video.stream import VideoStream

from backend.errors import BadInput
from backend.video import images, stream
from backend.video.index import FrameIndex
from backend.video.process import HANG_SECONDS, Link, Process, be_nice
from backend.video.source import Progress, Stop, is_file
from backend.video.stream import Picture

Indices = npt.NDArray[np.int32]


def build_index(path: Path, *, progress: Progress | None = None, cancelled: Stop | None = None,
                hang_seconds: float = HANG_SECONDS) -> FrameIndex:
    """The frame index of a video file or of a folder of numbered pictures.

    Everything is decoded once, in a process of its own. A corrupt middle costs the frames it hit, which are listed
    as damaged; a truncated file has the frames that are there.

    Args:
        progress: called with 0..1.
        cancelled: asked ten times a second.
        hang_seconds: silence of the decoder after which it is killed.
    Raises:
        BadInput: `no_such_path`, `unreadable_path`, `unreadable_video`, `no_video_stream`, `unknown_codec`,
            `no_frames`, `video_too_large`, `no_images`, `images_differ`.
        Unavailable: `decoder_hung`, `decoder_died`.
        Cancelled.
    """
    target = index_file if is_file(path) else images.index_folder
    process = Process(path.name, target, path, hang_seconds=hang_seconds)
    try:
        return FrameIndex.from_bytes(process.wait(progress, cancelled))
    finally:
        process.close()


def index_file(link: Link, path: Path) -> None:
    """In the child: reply with the index of a file, as bytes."""
    be_nice()
    container, video = stream.open_video(path)
    with container:
        notes = _Notes()
        size = path.stat().st_size

        def beat(packet: Packet) -> None:
            link.beat(packet.pos / size if packet.pos and packet.pos > 0 else None)

        for picture in stream.walk(container, video, beat):
            notes.add(picture, path.name)
        link.reply(notes.index(container, video, path).to_bytes())


class _Notes:
    """What a walk over the whole file saw."""

    def __init__(self) -> None:
        self.stamps: list[int | None] = []
        self.fingerprints: list[int] = []
        self.key_frames: list[int] = []
        self.doubtful: list[int] = []
        """Pictures after a failure and before the next key frame: what they were decoded from may be missing."""
        self.failed: list[int] = []
        """Stamps of what could not be decoded."""
        self._after_failure = False
        self.first: tuple[int, int, str] = (0, 0, "")
        self.orientation: tuple[stream.Rotation, bool] = (0, False)

    def add(self, picture: Picture, name: str) -> None:
        """Note one picture. What fails before the first good picture is no frame: the video begins there."""
        frame = picture.frame
        if frame is None:
            self._after_failure = bool(self.stamps)
            if self.stamps and picture.stamp is not None:
                self.failed.append(picture.stamp)
            return
        if not self.stamps:
            stream.check_size(frame.width, frame.height, name)
            self.first = frame.width, frame.height, frame.format.name
            self.orientation = stream.orientation(frame)
        if frame.key_frame:
            self.key_frames.append(len(self.stamps))
            self._after_failure = False
        if self._after_failure:
            self.doubtful.append(len(self.stamps))
        self.stamps.append(picture.stamp)
        self.fingerprints.append(stream.fingerprint(frame))

    def index(self, container: InputContainer, video: VideoStream, path: Path) -> FrameIndex:
        """The index of what was seen. Raises BadInput (`no_frames`)."""
        if not self.stamps:
            raise BadInput("no_frames", f"No frame of {path.name} could be decoded.",
                           "The file is empty or corrupt. Get it again, or convert it to MP4 (H.264).")
        stamps, good, lost = self._frames()
        doubtful = good[self.doubtful]
        fingerprints = np.zeros(len(good) + len(lost), np.uint32)
        fingerprints[good] = self.fingerprints
        fingerprints[doubtful] = 0
        width, height, pixel_format = self.first
        rotation, mirrored = self.orientation
        if rotation in (90, 270):
            width, height = height, width
        return FrameIndex(
            kind="file", width=width, height=height, rotation=rotation, mirrored=mirrored,
            frame_count=len(fingerprints), stamps=stamps, time_base=video.time_base or Fraction(1),
            fingerprints=fingerprints, key_frames=self._starts(stamps, good), damaged=np.union1d(lost, doubtful),
            lost=lost, rate=stream.average_rate(video, stamps), codec=video.codec_context.name,
            pixel_format=pixel_format, container=container.format.name, decoder=stream.decoder_version(),
            size=path.stat().st_size,
        )

    def _frames(self) -> tuple[npt.NDArray[np.int64], Indices, Indices]:
        """Time stamps of all frames, which of them were decoded, and which are lost.

        What failed between two decoded pictures was a frame, and keeps its place and time.
        """
        seen = [s for s in self.stamps if s is not None]
        if len(seen) < len(self.stamps) or any(b <= a for a, b in pairwise(seen)):
            return np.empty(0, np.int64), _indices(range(len(self.stamps))), _indices([])
        failed = {s for s in self.failed if seen[0] < s < seen[-1]}.difference(seen)
        stamps = np.array(sorted(failed.union(seen)), np.int64)
        return stamps, _indices(np.searchsorted(stamps, seen)), _indices(np.searchsorted(stamps, sorted(failed)))

    def _starts(self, stamps: npt.NDArray[np.int64], good: Indices) -> Indices:
        """Frames decoding may start from: the first, and key frames where they can be found by their stamps."""
        return np.union1d(good[self.key_frames] if len(stamps) else good[:0], _indices([0]))


def _indices(values: Iterable[int]) -> Indices:
    return np.array(list(values), np.int32)
