"""Building the frame index: decode everything once, note every frame."""

from __future__ import annotations

from fractions import Fraction
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
    stream.listen_for_complaints()
    container, video = stream.open_video(path)
    with container:
        notes = _Notes()
        size = path.stat().st_size

        def beat(packet: Packet) -> None:
            notes.expect(packet)
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
        """Stamps of what could not be decoded, or may not have been."""
        self._after_failure = False
        self._failed_at: int | None = None
        self.first: tuple[int, int, str] = (0, 0, "")
        self.orientation: tuple[stream.Rotation, bool] = (0, False)

    def expect(self, packet: Packet) -> None:
        """Note a packet about to be decoded: after a failure, a decoder drops frames without a word."""
        if self._after_failure and packet.pts is not None and not packet.is_discard:
            self.failed.append(packet.pts)

    def add(self, picture: Picture, name: str) -> None:
        """Note one picture. What fails before the first good picture is no frame: the video begins there."""
        frame = picture.frame
        if frame is None:
            self._after_failure, self._failed_at = True, picture.stamp
            if picture.stamp is not None:
                self.failed.append(picture.stamp)
            return
        if not self.stamps:
            stream.check_size(frame.width, frame.height, name)
            self.first = frame.width, frame.height, frame.format.name
            self.orientation = stream.orientation(frame)
        if frame.key_frame:
            self.key_frames.append(len(self.stamps))
            if picture.stamp is None or self._failed_at is None or picture.stamp > self._failed_at:
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
        stamps, good, kept = self._frames()
        frames = np.arange(len(stamps) or len(good), dtype=np.int32)
        lost, doubtful = np.setdiff1d(frames, good), good[np.isin(kept, self.doubtful)]
        fingerprints = np.zeros(len(frames), np.uint32)
        fingerprints[good] = np.array(self.fingerprints, np.uint32)[kept]
        fingerprints[doubtful] = 0
        width, height, pixel_format = self.first
        rotation, mirrored = self.orientation
        if rotation in (90, 270):
            width, height = height, width
        return FrameIndex(
            kind="file", width=width, height=height, rotation=rotation, mirrored=mirrored,
            frame_count=len(frames), stamps=stamps, time_base=video.time_base or Fraction(1),
            fingerprints=fingerprints, key_frames=self._starts(stamps, good, kept), damaged=np.union1d(lost, doubtful),
            lost=lost, rate=stream.average_rate(video, stamps), codec=video.codec_context.name,
            pixel_format=pixel_format, container=container.format.name, decoder=stream.decoder_version(),
            size=path.stat().st_size,
        )

    def _frames(self) -> tuple[npt.NDArray[np.int64], Indices, Indices]:
        """Time stamps of all frames (none, if they cannot be relied on); the frames that were decoded; and which of the
        noted pictures these are.

        What failed between two decoded pictures was a frame, and keeps its place and time. A picture that comes too
        late after a failure has failed too.
        """
        every = np.arange(len(self.stamps), dtype=np.int32)
        if None in self.stamps:
            return np.empty(0, np.int64), every, every
        seen = np.array(self.stamps, np.int64)
        late = np.isin(every, self.doubtful) & (seen < np.maximum.accumulate(seen))
        kept, in_time = every[~late], seen[~late]
        if (np.diff(in_time) <= 0).any():
            return np.empty(0, np.int64), every, every
        failed = np.array([*self.failed, *seen[late]], np.int64)
        stamps = np.union1d(in_time, failed[(failed > in_time[0]) & (failed < in_time[-1])])
        return stamps, np.searchsorted(stamps, in_time).astype(np.int32), kept

    def _starts(self, stamps: npt.NDArray[np.int64], good: Indices, kept: Indices) -> Indices:
        """Frames decoding may start from: the first, and key frames where they can be found by their stamps."""
        found = good[np.isin(kept, self.key_frames)] if len(stamps) else good[:0]
        return np.union1d(found, np.zeros(1, np.int32))
