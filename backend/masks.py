"""Masks: one container, `Rle`, and pure functions between it and arrays, polygons, boxes, JSON and database
blobs.

Coordinates everywhere: pixels of the upright (rotation applied) frame, x to the right, y down, pixel (column
i, row j) covers [i, i+1) x [j, j+1). Boxes are (x, y, width, height) of the pixel area, as COCO has them.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from pycocotools import mask as coco_mask

from backend.errors import BadInput

BoolMask = npt.NDArray[np.bool_]
"""bool, shape (height, width)."""

MAX_SIDE = 16384


@dataclass(frozen=True)
class Rle:
    """A mask as COCO's compressed run-length code (column-major, first run is background).

    Attributes:
        height, width: of the frame, pixels.
        counts: COCO's compressed counts, ASCII bytes.

    Example:
        >>> rle = Rle.from_mask(np.eye(3, dtype=bool))
        >>> rle.area, rle.box
        (3, (0, 0, 3, 3))
        >>> bool((rle.to_mask() == np.eye(3, dtype=bool)).all())
        True
    """

    height: int
    width: int
    counts: bytes

    @classmethod
    def from_mask(cls, mask: npt.NDArray[Any]) -> Rle:
        """Encode an array of shape (height, width); anything non-zero is foreground."""
        if mask.ndim != 2:
            raise BadInput("wrong_mask_shape", f"A mask has two dimensions; this one has {mask.ndim}.")
        code = coco_mask.encode(np.asfortranarray(mask != 0, dtype=np.uint8))
        return cls(int(mask.shape[0]), int(mask.shape[1]), code["counts"])

    @classmethod
    def empty(cls, height: int, width: int) -> Rle:
        """The mask without a pixel."""
        return cls.from_mask(np.zeros((height, width), dtype=bool))

    @classmethod
    def from_polygons(cls, polygons: Sequence[Sequence[float]], height: int, width: int) -> Rle:
        """The union of polygons, each a flat list x0, y0, x1, y1, ... with at least three vertices."""
        for polygon in polygons:
            if len(polygon) < 6 or len(polygon) % 2 or not np.all(np.isfinite(polygon)):
                raise BadInput(
                    "bad_polygon", "A polygon needs three or more vertices with finite coordinates.",
                    "Give it as a flat list x0, y0, x1, y1, x2, y2, ...",
                )
        if not polygons:
            return cls.empty(height, width)
        codes = coco_mask.frPyObjects([list(map(float, p)) for p in polygons], height, width)
        merged = coco_mask.merge(codes)
        return cls(height, width, merged["counts"])

    @classmethod
    def from_json(cls, data: Any, *, height: int | None = None, width: int | None = None) -> Rle:
        """Read {"size": [height, width], "counts": str | [int, ...]} from outside and check all of it.

        Raises:
            BadInput: not of that form, a size other than the one given, or counts that do not fill the frame
            exactly.
        """
        try:
            rows, columns = (int(n) for n in data["size"])
            counts = data["counts"]
        except (TypeError, KeyError, ValueError) as error:
            raise BadInput("bad_rle", "This is no run-length code.",
                           'Give {"size": [height, width], "counts": ...} as COCO has it.') from error
        if not (0 < rows <= MAX_SIDE and 0 < columns <= MAX_SIDE):
            raise BadInput("bad_rle", f"A mask of {columns}x{rows} pixels is out of range.")
        if (height is not None and rows != height) or (width is not None and columns != width):
            raise BadInput("wrong_mask_size", f"The mask is {columns}x{rows} but the frame is {width}x{height}.",
                           "Draw or export the mask at the size of the video.")
        runs = _runs_of(counts)
        if runs is None or sum(runs) != rows * columns:
            raise BadInput("bad_rle", "The counts of this run-length code do not fill its frame exactly.")
        code = coco_mask.frPyObjects({"size": [rows, columns], "counts": runs}, rows, columns)
        return cls(rows, columns, code["counts"])

    @classmethod
    def from_blob(cls, blob: bytes, height: int, width: int) -> Rle:
        """Read what `as_blob` made."""
        return cls(height, width, zlib.decompress(blob))

    def as_blob(self) -> bytes:
        """zlib-compressed counts, as the database stores them (0.3 to 3 KB an ordinary mask)."""
        return zlib.compress(self.counts, 6)

    def as_json(self) -> dict[str, Any]:
        """{"size": [height, width], "counts": str}, which pycocotools and the canvas read."""
        return {"size": [self.height, self.width], "counts": self.counts.decode("ascii")}

    def to_mask(self) -> BoolMask:
        """Decode to bool, shape (height, width)."""
        return coco_mask.decode(self._code()).astype(bool)

    @property
    def area(self) -> int:
        """Foreground pixels."""
        return int(coco_mask.area(self._code()))

    @property
    def box(self) -> tuple[int, int, int, int]:
        """(x, y, width, height) of the foreground; all zero for an empty mask."""
        x, y, w, h = coco_mask.toBbox(self._code())
        return int(x), int(y), int(w), int(h)

    def _code(self) -> dict[str, Any]:
        return {"size": [self.height, self.width], "counts": self.counts}


def iou(a: Rle, b: Rle) -> float:
    """Intersection over union of two masks of one size; 1.0 where both are empty."""
    if not a.area and not b.area:
        return 1.0
    return float(coco_mask.iou([a._code()], [b._code()], [0])[0, 0])


def _runs_of(counts: Any) -> list[int] | None:
    """Counts (a list, or COCO's compressed string) as run lengths; None where they are malformed.

    Decoded here and not by pycocotools, whose C code trusts the string and writes out of bounds on a hostile
    one.
    """
    if isinstance(counts, list):
        ok = all(isinstance(n, int) and not isinstance(n, bool) and n >= 0 for n in counts)
        return counts if ok else None
    if isinstance(counts, bytes):
        counts = counts.decode("latin-1")
    if not isinstance(counts, str):
        return None
    runs: list[int] = []
    position = 0
    while position < len(counts):
        value = shift = 0
        while True:
            if position >= len(counts) or shift > 30:
                return None
            char = ord(counts[position]) - 48
            position += 1
            if not 0 <= char < 64:
                return None
            value |= (char & 0x1F) << shift
            shift += 5
            if not char & 0x20:
                if char & 0x10:
                    value -= 1 << shift
                break
        if len(runs) > 2:
            value += runs[-2]
        if value < 0:
            return None
        runs.append(value)
    return runs
