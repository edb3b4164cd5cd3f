"""Frames after the image encoder: a few are kept, and the next picture is fetched while the network is at work."""

from __future__ import annotations

from collections import OrderedDict
from concurrent.futures import Future, ThreadPoolExecutor

from torch import Tensor

from backend.errors import Unavailable
from backend.models.replay import kept
from backend.models.sam2.network import Features, Network
from backend.models.seam import Frames

MOST = 4
"""Encoded frames kept: 17 MB each at 1024 pixels in float32."""


class Encoded:
    """Features by frame, made when they are asked for.

    Args:
        ahead: decode and shrink the frame after the one asked for, in the same direction, in a thread of its own. It
            pays where a GPU does the encoding; on a CPU the encoder takes all cores and nearly all of the time.
    """

    def __init__(self, frames: Frames, network: Network, *, ahead: bool) -> None:
        self._frames, self._network = frames, network
        self._kept: OrderedDict[int, Features] = OrderedDict()
        self._thread = ThreadPoolExecutor(1, "sam2-ahead") if ahead else None
        self._next: tuple[int, Future[Tensor]] | None = None
        self._last: int | None = None

    def __call__(self, frame: int) -> Features:
        """The features of a frame. Raises what `Frames` raises."""
        return kept(self._kept, frame, MOST, lambda: self._network.features(self._picture(frame)))

    def close(self) -> None:
        """Drop everything."""
        self._kept.clear()
        if self._thread is not None:
            self._thread.shutdown(cancel_futures=True)

    def _read(self, frame: int) -> Tensor:
        return self._network.picture(self._frames[frame])

    def _picture(self, frame: int) -> Tensor:
        fetched, self._next = self._next, None
        picture = self._fetched(fetched[1]) if fetched is not None and fetched[0] == frame else None
        if picture is None:
            picture = self._read(frame)
        following = frame if self._last is None else 2 * frame - self._last
        if self._thread is not None and abs(following - frame) == 1 and 0 <= following < len(self._frames):
            self._next = following, self._thread.submit(self._read, following)
        self._last = frame
        return picture

    @staticmethod
    def _fetched(future: Future[Tensor]) -> Tensor | None:
        """What the thread read; None where it could not, so that the caller reads it again and meets the error."""
        try:
            return future.result()
        except (Unavailable, IndexError):
            return None
