"""The model without weights: graph cuts on colour for one frame, optical flow with appearance from frame to frame.

The floor that always works: nothing to download, any CPU, any length of video.
"""

from backend.models.flow.model import SPEC, load, missing

__all__ = ["SPEC", "load", "missing"]
