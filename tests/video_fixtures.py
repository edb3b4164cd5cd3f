"""Videos of every difficult kind, made with PyAV, whose frames say their own number.

The number is a barcode at the top of the upright frame: one row of cells for its bits, below it the same inverted,
so that a picture mixed from two frames is noticed. It survives compression and scaling.

    numbers = make("vfr", path)                # writes the video; the frame numbers a viewer sees, in order
    read_number(picture) == numbers[i]
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.uint8]

BITS = 10
FRAMES = 60
SIZE = 320, 240
RATE = 25
X264 = {"bf": "3", "g": "12", "preset": "ultrafast", "x264-params": "scenecut=0:b-adapt=0:threads=1"}
VFR_STEPS = (1, 2, 1, 5, 1, 1, 3)
"""Twenty-fifths of a second from each frame to the next, over and over."""


@lru_cache(8)
def picture_of(number: int, size: tuple[int, int] = SIZE) -> Array:
    """RGB, uint8 (h, w, 3): a barcode over a moving scene. `size` is (width, height)."""
    width, height = size
    y, x = np.mgrid[:height, :width]
    scene = np.stack([(x + 3 * number) % 256, (y * 2 + number) % 256, (x + y) // 2 % 256], -1).astype(np.uint8)
    left = 7 * number % max(1, width - 40)
    scene[height // 2 : height // 2 + 40, left : left + 40] = (230, 60, 30)
    for bit in range(BITS):
        on = number >> bit & 1
        for row, value in enumerate((on, 1 - on)):
            cell = _cell(bit, row, width, height)
            scene[cell] = 235 if value else 16
    return scene


def read_number(picture: Array) -> int:
    """The number in a frame's barcode. Raises AssertionError where the barcode is broken."""
    height, width = picture.shape[:2]
    number = 0
    for bit in range(BITS):
        on, off = (float(picture[_cell(bit, row, width, height, inset=4)].mean()) for row in (0, 1))
        assert abs(on - off) > 90, f"bit {bit} reads {on:.0f}/{off:.0f}"
        number |= (on > off) << bit
    return number


def read_jpeg(data: bytes) -> int:
    """The number in a JPEG's barcode."""
    picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    return read_number(np.asarray(picture, np.uint8))


def encode(path: Path, numbers: Sequence[int], *, codec: str = "libx264", options: dict[str, str] | None = None,
           pixel_format: str = "yuv420p", size: tuple[int, int] = SIZE, pts: Sequence[int] | None = None,
           rate: int = RATE, turned: int = 0, mirrored: bool = False, audio: bool = False,
           muxer: dict[str, str] | None = None, shift: int = 0) -> None:
    """Write a video.

    Args:
        size: upright (width, height).
        pts: presentation times in units of 1/rate; 0, 1, 2, ... where left out.
        turned: degrees clockwise by which a player must turn the stored picture; then mirror it.
        muxer: options of the container.
        shift: added to the time stamps of the encoded packets, in units of 1/rate.
    """
    with av.open(str(path), "w", options=muxer or {}) as out:
        video = out.add_stream(codec, rate=rate, options=dict(X264 if options is None else options))
        assert isinstance(video, av.VideoStream)
        video.pix_fmt = pixel_format
        video.width, video.height = size if turned in (0, 180) else size[::-1]
        video.codec_context.time_base = Fraction(1, rate)
        if turned or mirrored:
            video.set_display_rotation(-turned, hflip=mirrored)
        sound = out.add_stream("aac", rate=44100, layout="mono") if audio else None
        for i, number in enumerate(numbers):
            stored = picture_of(number, size)
            stored = np.rot90(stored[:, ::-1] if mirrored else stored, turned // 90)
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(stored), format="rgb24")
            frame.pts, frame.time_base = (pts[i] if pts else i), Fraction(1, rate)
            for packet in video.encode(frame):
                _mux(out, packet, shift, rate)
        for packet in video.encode():
            _mux(out, packet, shift, rate)
        if isinstance(sound, av.AudioStream):
            _beep(out, sound, len(numbers) / rate)


def encode_pictures(path: Path, pictures: Iterable[Array], rate: int = RATE) -> None:
    """Write pictures (RGB, uint8, of one size with even sides) as an H.264 video."""
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=rate, options={"preset": "veryfast", "crf": "23"})
        stream.pix_fmt = "yuv420p"
        for number, picture in enumerate(pictures):
            if not number:
                stream.height, stream.width = picture.shape[:2]
            out.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        out.mux(stream.encode())


def _mux(out: av.container.OutputContainer, packet: av.Packet, shift: int, rate: int) -> None:
    if shift and packet.pts is not None and packet.dts is not None:
        by = int(Fraction(shift, rate) / packet.time_base)
        packet.pts, packet.dts = packet.pts + by, packet.dts + by
    out.mux(packet)


def _beep(out: av.container.OutputContainer, sound: av.AudioStream, seconds: float) -> None:
    for start in range(0, int(seconds * 44100), 1024):
        wave = (np.sin((start + np.arange(1024)) / 20) * 8000).astype(np.int16)[None]
        frame = av.AudioFrame.from_ndarray(wave, format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = 44100, start, Fraction(1, 44100)
        out.mux(sound.encode(frame))
    out.mux(sound.encode())


def _cell(bit: int, row: int, width: int, height: int, inset: int = 0) -> tuple[slice, slice]:
    """Rows and columns of one cell; `inset` cuts a quarter off each side (1/inset)."""
    cut = (lambda n: n // inset) if inset else (lambda n: 0)
    tall, wide = height // 8, width // BITS
    return (slice(row * tall + cut(tall), (row + 1) * tall - cut(tall)),
            slice(bit * wide + cut(wide), (bit + 1) * wide - cut(wide)))


def vfr_times(count: int) -> list[int]:
    """Presentation times of the `vfr` kind, twenty-fifths of a second."""
    return np.cumsum([0, *(VFR_STEPS[i % len(VFR_STEPS)] for i in range(count - 1))]).tolist()


Writer = Callable[[Path, int], list[int]]
"""Writes a video of so many frames; the numbers a viewer sees, in order."""


def _encoded(codec: str = "libx264", **how: Any) -> Writer:
    def write(path: Path, count: int) -> list[int]:
        encode(path, range(count), codec=codec, **how)
        return list(range(count))

    return write


_plain = _encoded()


def _vfr(path: Path, count: int) -> list[int]:
    encode(path, range(count), pts=vfr_times(count))
    return list(range(count))


def _edit_list(path: Path, count: int) -> list[int]:
    """The first seven frames are stored, but the edit list says that the video starts after them."""
    encode(path, range(count), shift=-7, muxer={"avoid_negative_ts": "disabled", "use_editlist": "1"})
    return list(range(7, count))


def _one_frame(path: Path, count: int) -> list[int]:
    encode(path, [5])
    return [5]


def _images(path: Path, count: int) -> list[int]:
    """frame1.jpg, frame2.jpg, ... frame10.jpg: in order only if numbers are read as numbers."""
    path.mkdir()
    for i in range(count):
        cv2.imwrite(str(path / f"frame{i + 1}.jpg"), cv2.cvtColor(picture_of(i), cv2.COLOR_RGB2BGR))
    return list(range(count))


def corrupt(path: Path, packet_number: int) -> None:
    """Overwrite the inside of one packet of the video (in decode order) with noise."""
    with av.open(str(path)) as container:
        position, size = [(p.pos or 0, p.size) for p in container.demux(video=0) if p.size][packet_number]
    noise = np.random.default_rng(1).integers(0, 256, size - 5, np.uint8).tobytes()
    with path.open("r+b") as file:
        file.seek(position + 5)
        file.write(noise)


def _corrupt_middle(path: Path, count: int) -> list[int]:
    numbers = _plain(path, count)
    corrupt(path, 30)
    return numbers


def _corrupt_key_frame(path: Path, count: int) -> list[int]:
    numbers = _plain(path, count)
    corrupt(path, 24)
    return numbers


def _cut(path: Path, count: int) -> list[int]:
    """Only the first part of the file is there."""
    numbers = _plain(path, count)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * 0.6)])
    return numbers


def _joined_late(path: Path, count: int) -> list[int]:
    """A broadcast recorded from the middle of a group of pictures on."""
    numbers = _plain(path, count)
    data = path.read_bytes()
    path.write_bytes(data[len(data) // 188 // 3 * 188 :])
    return numbers


_VP9 = {"deadline": "realtime", "cpu-used": "8", "g": "12", "lag-in-frames": "0"}
_X265 = {"preset": "ultrafast", "x265-params": "log-level=none:keyint=12:bframes=3:open-gop=1:pools=1:scenecut=0"}

KINDS: dict[str, tuple[str, Writer]] = {
    "cfr": ("mp4", _plain),
    "vfr": ("mp4", _vfr),
    "open gop": ("mp4", _encoded(options=X264 | {"x264-params": X264["x264-params"] + ":open-gop=1"})),
    "edit list": ("mp4", _edit_list),
    "rotated 90": ("mp4", _encoded(turned=90)),
    "rotated 180": ("mp4", _encoded(turned=180)),
    "rotated 270": ("mov", _encoded(turned=270)),
    "mirrored": ("mp4", _encoded(turned=90, mirrored=True)),
    "odd size": ("webm", _encoded(codec="libvpx-vp9", options=_VP9, size=(321, 241))),
    "10-bit hevc": ("mkv", _encoded(codec="libx265", options=_X265, pixel_format="yuv420p10le")),
    "audio": ("mp4", _encoded(audio=True)),
    "intra refresh": ("mkv", _encoded(options={"x264-params": "intra-refresh=1:keyint=12:bframes=0:threads=1"})),
    "mpeg-4 avi": ("avi", _encoded(codec="mpeg4", options={"bf": "2", "g": "12", "q": "3"})),
    "mpeg-ts": ("ts", _plain),
    "fragmented mp4": ("mp4", _encoded(muxer={"movflags": "frag_keyframe+empty_moov"})),
    "no times": ("h264", _plain),
    "gif": ("gif", _encoded("gif", options={}, pixel_format="rgb8", rate=10)),
    "one frame": ("mp4", _one_frame),
    "images": ("", _images),
}
"""Kind -> suffix, writer. Every frame of these is to be shown exactly."""

DAMAGED: dict[str, tuple[str, Writer]] = {
    "corrupt middle": ("mp4", _corrupt_middle),
    "corrupt key frame": ("mp4", _corrupt_key_frame),
    "truncated mkv": ("mkv", _cut),
    "truncated ts": ("ts", _cut),
    "joined late": ("ts", _joined_late),
}
"""Files with faults: what is left of them is to be shown exactly."""


def make(kind: str, folder: Path, count: int = FRAMES) -> tuple[Path, list[int]]:
    """Write a video of a kind, of `count` frames (at most 1024), into a folder.

    Returns its path, and the numbers of the frames a viewer would see were it whole.
    """
    suffix, write = (KINDS | DAMAGED)[kind]
    path = folder / (kind.replace(" ", "-") + (f".{suffix}" if suffix else ""))
    return path, write(path, count)
