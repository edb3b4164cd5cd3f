"""UniVS (Li et al., Unified Video Segmentation with Prompts as Queries, CVPR 2024, arXiv 2402.18115): objects that were
found, pointed at or named are queries of a decoder that segments clips of a video.

Importing this needs no torch; loading does.
"""

from backend.models.univs.package import PACKAGES

__all__ = ["PACKAGES"]
