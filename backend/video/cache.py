"""A cache bounded by bytes."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class ByteCache(Generic[K, V]):
    """Keeps what was used last, up to `max_bytes` in all; something larger than that is not kept. Thread-safe."""

    def __init__(self, max_bytes: int) -> None:
        self.max_bytes = max_bytes
        self.bytes = 0
        self._kept: OrderedDict[K, tuple[V, int]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: K) -> V | None:
        """What is kept under the key, which makes it the one used last; None where there is nothing."""
        with self._lock:
            if key not in self._kept:
                return None
            self._kept.move_to_end(key)
            return self._kept[key][0]

    def put(self, key: K, value: V, size: int) -> list[K]:
        """Keep a value of `size` bytes. Returns the keys that had to go."""
        dropped = []
        with self._lock:
            self.bytes -= self._kept.pop(key, (None, 0))[1]
            self._kept[key] = (value, size)
            self.bytes += size
            while self.bytes > self.max_bytes:
                oldest, (_, freed) = self._kept.popitem(last=False)
                self.bytes -= freed
                dropped.append(oldest)
        return dropped

    def clear(self) -> None:
        """Drop everything."""
        with self._lock:
            self._kept.clear()
            self.bytes = 0

    def __contains__(self, key: K) -> bool:
        with self._lock:
            return key in self._kept
