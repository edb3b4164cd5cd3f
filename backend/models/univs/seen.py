"""The frames of a video as the network sees them: pulled when a clip needs them, a few kept."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

from backend.errors import Unavailable
from backend.models.replay import kept
from backend.models.seam import Frames
from backend.models.univs import pictures
from backend.models.univs.canvas import Canvas
from backend.models.univs.clip import Clip, Features, PositionCode
from backend.models.univs.network import Network

_SPARE = 3
"""Frames kept besides those of a clip: 64 MB each at 640 x 1138 pixels."""


class Seen:
    """Clips of a video.

    Args:
        shortest: that the shorter side of a frame is made, in pixels.
        length: of the clips, in frames.
    """

    def __init__(self, frames: Frames, network: Network, shortest: int, length: int) -> None:
        self._frames, self._network, self.length = frames, network, length
        inner = pictures.fitted(frames.height, frames.width, shortest)
        self.canvas = Canvas(pictures.padded(inner), inner, (frames.height, frames.width))
        self._features: OrderedDict[int, Features] = OrderedDict()

    def __len__(self) -> int:
        return len(self._frames)

    def clip(self, frames: Sequence[int], code: PositionCode = "ArbitraryT") -> Clip:
        """These frames, in this order. One that cannot be decoded is taken to look like the one before it.

        Args:
            code: of time.

        Raises:
            Unavailable: the first cannot be decoded.
        """
        features: list[Features] = []
        for frame in frames:
            try:
                features.append(self.features(frame))
            except Unavailable:
                if not features:
                    raise
                features.append(features[-1])
        return self._network.clip(features, frames, code)

    def features(self, frame: int) -> Features:
        """A frame after backbone and pixel decoder. Raises what `Frames` raises."""
        def see() -> Features:
            picture = pictures.picture(self._frames[frame], self.canvas.inner)
            return self._network.features(picture[None])[0]

        return kept(self._features, frame, self.length + _SPARE, see)

    def clear(self) -> None:
        """Drop what is kept."""
        self._features.clear()
