"""Pictures of a video: which frames there are, and each of them exactly.

    sources = sources_at(path)                    # a file; a folder of videos; a folder of numbered images
    digest = content_hash(path, progress)         # what a video is known by
    index = build_index(path, progress=..., cancelled=...)   # once; stored with index.to_bytes()
    frames = VideoReader(path, index)             # a `Frames` of the model seam: frames[i] -> RGB (h, w, 3)
    store = FrameStore(cache_dir, locate)         # store.jpeg(content_hash, i, "frame" | "proxy") -> bytes

A frame is an index in presentation order. Frame i is always the same picture, whatever was asked before: the
index knows the time stamp and a fingerprint of every frame, and the reader proves each picture against them.
FFmpeg runs in processes of its own that can be killed, because a corrupt file may hang or crash a decoder.
"""

from backend.video.index import FrameIndex
from backend.video.indexer import build_index
from backend.video.reader import VideoReader
from backend.video.source import content_hash, sources_at
from backend.video.store import FrameStore, JpegKind
from backend.video.stream import MAX_SIDE, codecs

__all__ = [
    "MAX_SIDE", "FrameIndex", "FrameStore", "JpegKind", "VideoReader", "build_index", "codecs", "content_hash",
    "sources_at",
]
