"""A folder of numbered pictures as a video. Read with OpenCV, which applies the orientation EXIF asks for."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from backend.errors import BadInput, Unavailable
from backend.video import stream
from backend.video.index import FrameIndex
from backend.video.process import Link, be_nice
from backend.video.source import image_names, no_images

ASSUMED_RATE = Fraction(25)
"""Frames a second: pictures carry no times."""


class ImageFolder:
    """The pictures of an indexed folder by frame; a `Source` of `VideoReader`."""

    def __init__(self, folder: Path, name: str, index: FrameIndex) -> None:
        self._folder, self._name, self._index = folder, name, index

    def picture(self, frame: int) -> npt.NDArray[np.uint8]:
        """RGB, uint8 (height, width, 3). Raises Unavailable (`video_missing`, `video_changed`)."""
        path = self._folder / self._index.names[frame]
        try:
            picture = read_picture(path)
        except OSError as error:
            raise Unavailable("video_missing", f"The picture {path.name} of {self._name} cannot be read.",
                              "Put it back there, or tell an owner of the workplace, who sees where that is.",
                              path=str(path)) from error
        if picture is None or picture.shape != (self._index.height, self._index.width, 3):
            raise Unavailable("video_changed",
                              f"The picture {path.name} of {self._name} is not the one that was imported.",
                              "Put the original back, or import the folder again.")
        return picture

    def close(self) -> None:
        """Nothing is held."""


def read_picture(path: Path) -> npt.NDArray[np.uint8] | None:
    """RGB, uint8 (h, w, 3), upright; None where it cannot be decoded. Raises OSError."""
    data = np.frombuffer(path.read_bytes(), np.uint8)
    try:
        picture = cv2.imdecode(data, cv2.IMREAD_COLOR_RGB) if data.size else None
    except cv2.error:  # what OpenCV says of a picture of absurd size
        return None
    return None if picture is None else np.asarray(picture, np.uint8)


def index_folder(link: Link, folder: Path) -> None:
    """In the child: reply with the index of a folder, as bytes.

    Raises BadInput: `no_images`, `no_frames`, `images_differ`, `video_too_large`.
    """
    be_nice()
    cv2.setNumThreads(1)
    names = image_names(folder)
    if not names:
        raise no_images(folder)
    first, lost = "", []
    width = height = 0
    for frame, name in enumerate(names):
        picture = read_picture(folder / name)
        if picture is None:
            lost.append(frame)
        elif not first:
            first, (height, width) = name, picture.shape[:2]
            stream.check_size(width, height, name)
        elif picture.shape[:2] != (height, width):
            raise BadInput("images_differ", f"{name} is {picture.shape[1]}x{picture.shape[0]} but {first} is "
                           f"{width}x{height}.", "Bring all pictures of the video to one size.")
        link.beat(frame / len(names))
    if not first:
        raise BadInput("no_frames", f"No picture in {folder.name} could be decoded.", "Check the files.")
    none = np.empty(0, np.int32)
    link.reply(FrameIndex(
        kind="images", width=width, height=height, rotation=0, mirrored=False, frame_count=len(names),
        stamps=np.empty(0, np.int64), time_base=1 / ASSUMED_RATE, fingerprints=np.empty(0, np.uint32),
        key_frames=np.arange(len(names), dtype=np.int32), damaged=np.array(lost, np.int32) if lost else none,
        lost=np.array(lost, np.int32) if lost else none, rate=ASSUMED_RATE,
        codec=(folder / first).suffix[1:].lower(), pixel_format="rgb24", container="images", names=tuple(names),
    ).to_bytes())
