"""FFmpeg through PyAV: open a file, walk its pictures, tell them apart, turn them upright.

Runs in a process that can be killed (`backend.video.process`), never in the server itself.
"""

from __future__ import annotations

import platform
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path

import av
import av.error
import av.logging
import numpy as np
import numpy.typing as npt
from av.container import InputContainer
from av.packet import Packet
from av.sidedata.sidedata import SideData
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from backend.errors import BadInput
from backend.video.index import Rotation

MAX_SIDE = 8192
"""Pixels; a frame larger than this on either side is refused."""

COMMON_CODECS = ("h264", "hevc", "av1", "vp9", "vp8", "mpeg4", "mpeg2video", "mjpeg", "prores", "dnxhd", "ffv1",
                 "gif", "png")

_FOLLOWS_REFERENCES = {
    "applehttp", "concat", "concatf", "dash", "hls", "image2", "image2pipe", "imf", "lavfi", "rtp", "rtsp", "sap",
    "sdp", "smoothstreaming", "webm_dash_manifest", "fbdev", "kmsgrab", "x11grab", "video4linux2,v4l2", "oss", "alsa",
}
"""Demuxers that open other files, addresses or devices named in the file: a video from a stranger must not."""

_READ_ERRORS_IN_A_ROW = 20
"""After so many failed reads without a packet between them the file is taken to end here."""

_ROWS_APART = 8
"""A fingerprint covers every 8th row: any damaged 16x16 block touches two of them, at an eighth of the work."""


@dataclass(frozen=True)
class Picture:
    """What came out of the decoder: a frame, or (None) word that a packet could not be decoded, or not whole. What was
    made of the rest of it may come all the same.

    Attributes:
        stamp: presentation time in units of the stream's time base; None where the container has none.
    """

    stamp: int | None
    frame: VideoFrame | None


def open_video(path: Path) -> tuple[InputContainer, VideoStream]:
    """The open file and its video stream.

    Raises BadInput: `unreadable_video`, `no_video_stream`, `unknown_codec`, `video_too_large`.
    """
    try:
        container = av.open(str(path.absolute()), metadata_errors="replace", container_options={
            "format_whitelist": _demuxers(), "protocol_whitelist": "file"})
    except (av.error.FFmpegError, ValueError) as error:
        raise BadInput("unreadable_video", f"{path.name} cannot be read as a video ({_reason(error)}).",
                       "Check that it plays in a video player; if it does, convert it to MP4 (H.264).") from error
    try:
        return container, _video_stream(container, path.name)
    except BadInput:
        container.close()
        raise


def _video_stream(container: InputContainer, name: str) -> VideoStream:
    stream = container.streams.best("video")
    if not isinstance(stream, VideoStream) or stream.disposition & av.stream.Disposition.attached_pic:
        raise BadInput("no_video_stream", f"{name} has no video stream.",
                       "It may hold sound only. Choose a file with pictures.")
    context = stream.codec_context
    if context is None:
        raise BadInput("unknown_codec", f"The codec of {name} is not known to this FFmpeg.",
                       "Convert it to MP4 (H.264); `launch.py doctor` lists the codecs there are.")
    check_size(context.width, context.height, name)
    # Frame threads gain little on two cores, delay errors past the packet they belong to, and have been seen to hang.
    stream.thread_type = "SLICE"
    return stream


def check_size(width: int, height: int, name: str) -> None:
    """Raises BadInput (`video_too_large`)."""
    if max(width, height) > MAX_SIDE:
        raise BadInput("video_too_large", f"{name} is {width}x{height}; at most {MAX_SIDE} pixels a side are taken.",
                       "Scale it down first.")


def walk(container: InputContainer, stream: VideoStream,
         beat: Callable[[Packet], None] = lambda packet: None) -> Iterator[Picture]:
    """Every picture from here to the end, in presentation order; what cannot be decoded costs its own packet only.

    Args:
        beat: called with every packet of the file, before it is decoded.
    """
    for packet in _packets(container, stream):
        beat(packet)
        complaints = av.logging.get_last_error()[0]
        frames, failed = [], False
        try:
            frames = packet.decode()
        except av.error.EOFError:
            return
        except (av.error.FFmpegError, ValueError):
            failed = True
        if (failed or av.logging.get_last_error()[0] > complaints) and not packet.is_discard:
            yield Picture(packet.dts if packet.pts is None else packet.pts, None)
        for frame in frames:
            assert isinstance(frame, VideoFrame)
            # What a decoder makes up differs from one time to the next; such a frame is lost.
            yield Picture(frame.dts if frame.pts is None else frame.pts, None if frame.is_corrupt else frame)


def listen_for_complaints() -> None:
    """From here on `walk` notices what a decoder only logs: most codecs patch over damage and call it a success."""
    av.logging.set_level(av.logging.ERROR)
    av.logging.set_skip_repeated(False)


def _packets(container: InputContainer, stream: VideoStream) -> Iterator[Packet]:
    """Every packet, going on after a read error where the file goes on; the last one flushes the decoder."""
    errors = 0
    while errors < _READ_ERRORS_IN_A_ROW:
        try:
            for packet in container.demux(stream):
                errors = 0
                yield packet
            return
        except av.error.FFmpegError:
            errors += 1
    yield Packet()


def fingerprint(frame: VideoFrame) -> int:
    """Checksum (CRC-32) of every 8th row of the first plane (luma, or the packed pixels), 1..2^32-1.

    Of the decoded plane, before any conversion: standard codecs decode to the same bits on every machine.
    """
    plane, format_ = frame.planes[0], frame.format
    if len({c.plane for c in format_.components}) == 1:
        used = frame.width * format_.padded_bits_per_pixel // 8
    else:
        used = frame.width * -(-format_.components[0].bits // 8)
    stored = np.frombuffer(memoryview(plane), np.uint8)[: plane.line_size * frame.height]
    return zlib.crc32(stored.reshape(frame.height, -1)[::_ROWS_APART, :used].tobytes()) or 1


def orientation(frame: VideoFrame) -> tuple[Rotation, bool]:
    """How the container asks for the picture to be turned: degrees clockwise, then flipped left-right or not."""
    matrix = frame.side_data.get("DISPLAYMATRIX")
    if not isinstance(matrix, SideData):
        return 0, False
    a, b, _, c, d = np.frombuffer(memoryview(matrix), np.int32)[:5].tolist()  # (x, y) is shown at (ax + cy, bx + dy)
    if abs(a) + abs(d) >= abs(b) + abs(c):
        return (180 if d < 0 else 0), (a < 0) != (d < 0)
    return (90 if b > 0 else 270), (b < 0) == (c < 0)


def upright(frame: VideoFrame, size: tuple[int, int], rotation: Rotation, mirrored: bool) -> npt.NDArray[np.uint8]:
    """RGB, uint8 (height, width, 3), C-contiguous. `size` is the upright (width, height); a stream that changes its
    size on the way is scaled to it."""
    width, height = size if rotation in (0, 180) else size[::-1]
    picture = frame.to_ndarray(format="rgb24", width=width, height=height)
    picture = np.rot90(picture, -rotation // 90)
    return np.ascontiguousarray(picture[:, ::-1] if mirrored else picture)


def bytes_of(frame: VideoFrame) -> int:
    """Memory a decoded frame holds."""
    return sum(plane.buffer_size for plane in frame.planes)


def average_rate(stream: VideoStream, stamps: npt.NDArray[np.int64]) -> Fraction:
    """Frames a second over the whole video; what the container says, where the time stamps bear it out."""
    said = stream.average_rate or stream.guessed_rate or Fraction(25)
    if len(stamps) < 2 or stream.time_base is None:
        return Fraction(said)
    measured = Fraction(len(stamps) - 1) / (int(stamps[-1] - stamps[0]) * stream.time_base)
    return Fraction(said) if abs(said / measured - 1) < Fraction(1, 100) else measured.limit_denominator(1001)


def decoder_version() -> str:
    """What decodes here; another one may round differently in codecs that allow it."""
    return ".".join(map(str, av.library_versions["libavcodec"])) + f" {platform.machine()}"


def codecs() -> dict[str, bool]:
    """Whether this FFmpeg decodes each of the common codecs. For `doctor`."""
    return {name: _decodes(name) for name in COMMON_CODECS}


def _decodes(name: str) -> bool:
    try:
        return av.codec.Codec(name, "r").is_decoder
    except av.codec.codec.UnknownCodecError:
        return False


@cache
def _demuxers() -> str:
    return ",".join(sorted(av.formats_available - _FOLLOWS_REFERENCES))


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
