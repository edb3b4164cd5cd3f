"""The exported graphs in ONNX Runtime, and the size at which pictures enter them.

Shapes: N objects, h x w cells of stride 16 (L = h * w), M memory tokens; everything float32 for one picture."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import onnxruntime

from backend.models.compact.drawing import Float
from backend.models.compact.shapes import MAP_STRIDE, MULTIPLE, STRIDE

PIXELS = 384 * 672
"""Of the pictures the network sees, whatever the size of the video: about what it was trained on."""

MOST_ENLARGED = 4.0
"""Of a small video's sides; more shows the network nothing new."""

NAMES = ("encode", "memorise", "decode", "discover")
"""Of the graphs; files are called so."""

THREADS = 2
"""Of ONNX Runtime; more help little at this size, and other work is to be done beside."""


@dataclass(frozen=True)
class Encoded:
    """A picture, encoded (see `network.Encoded`); with a leading axis of 1, as the graphs take it."""

    context: Float
    middle: Float
    fine: Float
    query: Float
    token: Float
    near_token: Float

    @property
    def map_size(self) -> tuple[int, int]:
        """(rows, columns) of drawn maps."""
        rows, columns = self.context.shape[2:]
        return rows * STRIDE // MAP_STRIDE, columns * STRIDE // MAP_STRIDE


def working_size(height: int, width: int, pixels: int = PIXELS) -> tuple[int, int]:
    """(rows, columns) at which a picture of this size enters the network."""
    scale = min(math.sqrt(pixels / (height * width)), MOST_ENLARGED)
    rows, columns = (max(1, round(side * scale / MULTIPLE)) * MULTIPLE for side in (height, width))
    most = pixels // MULTIPLE  # of a picture as thin as a line
    return min(rows, most), min(columns, most)


class Graphs:
    """Loaded once a process, used by every session (ONNX Runtime's sessions may be shared)."""

    def __init__(self, folder: Path) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = THREADS
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._encode, self._memorise, self._decode, self._discover = (
            onnxruntime.InferenceSession(str(folder / f"{name}.onnx"), options, providers=["CPUExecutionProvider"])
            for name in NAMES
        )

    def encode(self, picture: npt.NDArray[np.uint8], size: tuple[int, int]) -> Encoded:
        """Encode an RGB picture, uint8, shape (height, width, 3), at (rows, columns)."""
        smaller = picture.shape[0] >= size[0]
        resized = cv2.resize(picture, size[::-1], interpolation=cv2.INTER_AREA if smaller else cv2.INTER_LINEAR)
        return Encoded(*self._encode.run(None, {"picture": resized[None]}))

    def memorise(self, encoded: Encoded, maps: Float) -> tuple[Float, Float]:
        """Values (N, VALUE, h, w) and target tokens (N, 2, CONTEXT) of maps (N, MAPS, 4h, 4w)."""
        value, target = self._memorise.run(None, {"context": encoded.context, "maps": maps[None]})
        return value[0], target[0]

    def decode(
        self, encoded: Encoded, tokens: Float, values: Float, target: Float, drawn: Float, maps: Float
    ) -> tuple[Float, Float]:
        """Logits of masks (N, 8h, 8w) and of presence (N,), from tokens (M, TOKEN), values (N, M, VALUE), target
        (N, 2, CONTEXT), drawn (N, VALUE, h, w) and maps (N, MAPS, 4h, 4w)."""
        inputs: dict[str, Any] = {name: getattr(encoded, name) for name in ("context", "middle", "fine", "query")}
        inputs |= {"tokens": tokens, "values": values, "target": target, "drawn": drawn, "maps": maps}
        for name in ("tokens", "values", "target", "drawn", "maps"):
            inputs[name] = inputs[name][None]
        masks, presence = self._decode.run(None, inputs)
        return masks[0], presence[0]

    def discover(self, encoded: Encoded) -> Float:
        """Logits (h, w) of how deep inside an object every cell is."""
        return np.asarray(self._discover.run(None, {"context": encoded.context})[0][0], dtype=np.float32)
