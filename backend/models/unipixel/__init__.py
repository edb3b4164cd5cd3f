"""UniPixel (arXiv 2509.18094): a language model that sees a video, understands what is pointed at, and points with
masks through the SAM 2.1 it carries. docs/decisions/0011-unipixel.md says what differs from the authors' code and why.

Importing this needs no torch; loading does.
"""

from backend.models.unipixel.package import PACKAGES

__all__ = ["PACKAGES"]
