"""UFO (InternVL and ViT): detection, segmentation, grounding and captions of single frames, all as text answers.

Tang et al., "UFO: A Unified Approach to Fine-grained Visual Perception via Open-ended Language Interface", 2025.
`heads.py` makes boxes and masks of the answers of both kinds; `session.py` is the seam; `internvl/` and `vit/` are the
networks.
"""

from backend.models.ufo.model import INTERNVL, VIT

PACKAGES = (*INTERNVL, *VIT)

__all__ = ["PACKAGES"]
