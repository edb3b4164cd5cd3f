"""SAM 2.1 (Ravi et al., SAM 2: Segment Anything in Images and Videos, arXiv 2408.00714) in its four released sizes, by
the network of transformers and a driver of our own."""

from backend.models.sam2.packages import PACKAGES

__all__ = ["PACKAGES"]
