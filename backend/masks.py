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
MAX_OUTLINE = 4_000_000
"""Pixels; a polygon around everything in a frame is far shorter."""


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
            raise BadInput("wrong_mask_shape", f"A mask has two dimensions; this one has {mask.ndim}.",
                           "Give one plane of rows and columns.")
        code = coco_mask.encode(np.asfortranarray(mask != 0, dtype=np.uint8))
        return cls(int(mask.shape[0]), int(mask.shape[1]), code["counts"])

    @classmethod
    def empty(cls, height: int, width: int) -> Rle:
        """The mask without a pixel."""
        return cls.from_mask(np.zeros((height, width), dtype=bool))

    @classmethod
    def from_polygons(cls, polygons: Sequence[Sequence[float]], height: int, width: int) -> Rle:
        """The union of polygons, each a flat list x0, y0, x1, y1, ... with at least three vertices.

        Raises:
            BadInput: too few vertices, coordinates that are not finite or far outside the frame, or an outline longer
            than `MAX_OUTLINE` (the rasteriser's memory grows with it).
        """
        outline = 0.0
        for polygon in polygons:
            if len(polygon) < 6 or len(polygon) % 2 or not np.all(np.isfinite(polygon)):
                raise BadInput(
                    "bad_polygon", "A polygon needs three or more vertices with finite coordinates.",
                    "Give it as a flat list x0, y0, x1, y1, x2, y2, ...",
                )
            vertices = np.asarray(polygon, dtype=np.float64).reshape(-1, 2)
            if np.abs(vertices).max() > 2 * MAX_SIDE:
                raise BadInput("bad_polygon", f"A vertex of this polygon is far outside the frame of {width}x{height}.",
                               "Give coordinates in pixels of the frame.")
            outline += float(np.abs(np.diff(vertices, axis=0, append=vertices[:1])).sum())
        if outline > MAX_OUTLINE:
            raise BadInput("bad_polygon", f"The outline of this mask is {outline:.0f} pixels long.",
                           "Give the mask as a run-length code.")
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
        except (TypeError, KeyError, ValueError, OverflowError) as error:
            raise BadInput("bad_rle", "This is no run-length code.",
                           'Give {"size": [height, width], "counts": ...} as COCO has it.') from error
        if not (0 < rows <= MAX_SIDE and 0 < columns <= MAX_SIDE):
            raise BadInput("bad_rle", f"A mask of {columns}x{rows} pixels is out of range.",
                           "Make the mask again at the size of the video.")
        if (height is not None and rows != height) or (width is not None and columns != width):
            raise BadInput("wrong_mask_size", f"The mask is {columns}x{rows} but the frame is {width}x{height}.",
                           "Draw or export the mask at the size of the video.")
        runs = _runs_of(counts)
        if runs is None or sum(runs) != rows * columns:
            raise BadInput("bad_rle", "The counts of this run-length code do not fill its frame exactly.",
                           "Make the mask again at the size of the video.")
        return cls.of_runs(runs, rows, columns)

    @classmethod
    def of_runs(cls, runs: list[int], height: int, width: int) -> Rle:
        """The mask of run lengths that fill its frame (see `runs`)."""
        code = coco_mask.frPyObjects({"size": [height, width], "counts": runs}, height, width)
        return cls(height, width, code["counts"])

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
    def runs(self) -> list[int]:
        """Lengths of the runs, column-major, the first one background: what COCO calls uncompressed counts."""
        runs = _decompressed(self.counts)
        assert runs is not None, "an Rle holds counts that were checked or encoded here"
        return runs

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


def union(masks: Sequence[Rle]) -> Rle:
    """What lies in any of some masks of one size; there is at least one."""
    code = coco_mask.merge([one._code() for one in masks], intersect=False)
    return Rle(masks[0].height, masks[0].width, code["counts"])


def iou(a: Rle, b: Rle) -> float:
    """Intersection over union of two masks of one size; 1.0 where both are empty."""
    overlap = float(coco_mask.iou([a._code()], [b._code()], [0])[0, 0])
    return 1.0 if not overlap and not a.area and not b.area else overlap


def intersection(a: Rle, b: Rle) -> int:
    """Pixels that two masks of one size have in common."""
    return int(coco_mask.area(coco_mask.merge([a._code(), b._code()], intersect=True)))


def davis_palette() -> bytes:
    """The palette of DAVIS for pictures of object numbers: 256 RGB triples, the bits of the number dealt out to the
    channels from the highest down."""
    colours = np.zeros((256, 3), np.uint8)
    for bit in range(8):
        for channel in range(3):
            colours[:, channel] |= ((np.arange(256) >> (3 * bit + channel)) & 1).astype(np.uint8) << (7 - bit)
    return colours.tobytes()


def intersections(ones: Sequence[Rle], others: Sequence[Rle]) -> npt.NDArray[np.int64]:
    """Pixels that every pair of masks of one size has in common, shape (len(ones), len(others)); quick where their
    boxes are apart."""
    if not ones or not others:
        return np.zeros((len(ones), len(others)), np.int64)
    ious = coco_mask.iou([one._code() for one in ones], [one._code() for one in others], [0] * len(others))
    areas = np.add.outer([one.area for one in ones], [one.area for one in others])
    return np.rint(ious * areas / (1 + ious)).astype(np.int64)


def _runs_of(counts: Any) -> list[int] | None:
    """Counts (a list, or COCO's compressed string) as run lengths; None where they are malformed.

    Decoded here and not by pycocotools, whose C code trusts the string and writes out of bounds on a hostile
    one.
    """
    if isinstance(counts, list):
        ok = all(isinstance(n, int) and not isinstance(n, bool) and n >= 0 for n in counts)
        return counts if ok else None
    if isinstance(counts, str):
        counts = counts.encode("latin-1", "replace")
    return _decompressed(counts) if isinstance(counts, bytes) else None


def _decompressed(counts: bytes) -> list[int] | None:
    """Run lengths of COCO's compressed counts: groups of six-bit characters, five bits a character, lowest first; bit
    0x20 says that the group goes on, bit 0x10 of its last character is the sign, and from the fourth run on a group is
    the difference to the run before the last."""
    code = np.frombuffer(counts, np.uint8).astype(np.int64) - 48
    ends = np.flatnonzero((code & 0x20) == 0)
    if not len(ends) or ends[-1] != len(code) - 1 or code.min() < 0 or code.max() > 63:
        return None
    starts = np.concatenate([[0], ends[:-1] + 1])
    lengths = ends - starts + 1
    if lengths.max() > 7:
        return None
    shifts = 5 * (np.arange(len(code)) - np.repeat(starts, lengths))
    runs = np.add.reduceat((code & 0x1F) << shifts, starts)
    runs[(code[ends] & 0x10) != 0] -= 1 << (5 * lengths[(code[ends] & 0x10) != 0])
    for chain in (runs[1::2], runs[2::2]):
        np.cumsum(chain, out=chain)
    return None if runs.min() < 0 else runs.tolist()
