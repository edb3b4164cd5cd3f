"""UNINEXT (Yan et al., Universal Instance Perception as Object Discovery and Retrieval, arXiv 2303.06674): objects
found by category names, expressions or what they look like.

`network.py` is the paper's section 3; `asking.py` the tasks on pictures; `session.py` is the seam.
"""

from backend.models.uninext.packages import PACKAGES

__all__ = ["PACKAGES"]
